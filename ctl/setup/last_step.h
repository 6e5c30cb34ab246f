/*
 * The last step of setup: the mail system is told of kairan.
 */
#ifndef KAIRAN_CTL_SETUP_LAST_STEP_H
#define KAIRAN_CTL_SETUP_LAST_STEP_H

#include "ctl/setup/site.h"

/* Take it, or say what it waits for. conf is kairan.conf's text. An exit status. */
int last_step_take(struct site *site, const char *conf, struct kairan_error *error_r);

#endif
