/*
 * What is suspended, and what is going to be (Art. 7), as it is printed.
 */
#ifndef KAIRAN_CTL_CTL_SUSPENSION_TABLE_H
#define KAIRAN_CTL_CTL_SUSPENSION_TABLE_H

#include <glib.h>
#include <stdio.h>

#include "conf/settings.h"
#include "schema/store_suspension.h"

/* Both are arrays of struct suspension. */
struct ctl_suspensions {
	const struct settings *settings;
	GPtrArray *standing;
	GPtrArray *planned;
};

/* As the audit trail has it: "all broadcasts" for all of them. */
const char *ctl_suspension_name(const char *broadcast);

/* The one of a broadcast; NULL when there is none. */
const struct suspension *ctl_suspension_find(const GPtrArray *all, const char *broadcast);

/* A line for each. */
void ctl_suspension_print_some(const struct settings *settings, const GPtrArray *all,
			       FILE *out);

/* Both, on standard output. */
void ctl_suspension_print(const struct ctl_suspensions *suspensions);
void ctl_suspension_print_json(const struct ctl_suspensions *suspensions);

#endif
