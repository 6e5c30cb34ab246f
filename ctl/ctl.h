/*
 * kairanctl's commands. Each noun has a file; main.c has the one table of them.
 */
#ifndef KAIRAN_CTL_CTL_H
#define KAIRAN_CTL_CTL_H

#include "conf/settings.h"

/* What a command is given: the settings, and its own arguments (argv[0] is the first after
 * the command's words). It returns an exit status of sysexits(3). */
struct ctl_call {
	const char *path; /* of the configuration file */
	const struct settings *settings;
	int argc;
	char **argv;
};

int ctl_drafts_list(const struct ctl_call *call);
int ctl_drafts_show(const struct ctl_call *call);
int ctl_audit_verify(const struct ctl_call *call);
int ctl_deliver(const struct ctl_call *call);
int ctl_explain(const struct ctl_call *call);
int ctl_stop(const struct ctl_call *call);
int ctl_suspension_suspend(const struct ctl_call *call);
int ctl_suspension_resume(const struct ctl_call *call);
int ctl_watch(const struct ctl_call *call);
int ctl_subscribers_import(const struct ctl_call *call);
int ctl_keys_make(const struct ctl_call *call);

/* Report an error of the program on stderr and return the status. */
int ctl_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
