/*
 * The options of a command.
 */
#ifndef KAIRAN_CTL_CTL_OPTIONS_H
#define KAIRAN_CTL_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/ctl.h"

/* "--NAME VALUE" where value is given, "--NAME" where flag is. */
struct ctl_option {
	const char *name;
	const char **value;
	bool *flag;
};

/* Read the options, which may stand anywhere, and move the other arguments behind them:
 * *rest_r is the first. False: an option that there is not, or one without its value; that was
 * told on standard error. */
bool ctl_options_read(const struct ctl_call *call, const struct ctl_option *options,
		      size_t count, int *rest_r);

#endif
