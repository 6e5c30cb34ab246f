/*
 * kairanctl's commands. Each noun has a file; main.c has the one table of them.
 */
#ifndef KAIRAN_CTL_CTL_H
#define KAIRAN_CTL_CTL_H

#include <stdbool.h>

#include "conf/settings.h"

struct ctl_command;

/* What a command is given: the settings, and its own arguments (argv[0] is the first after
 * the command's words). It returns an exit status of sysexits(3). */
struct ctl_call {
	const struct ctl_command *command;
	const char *path; /* of the configuration file */
	const struct settings *settings;
	int argc;
	char **argv;
};

int ctl_audit_export(const struct ctl_call *call);
int ctl_audit_list(const struct ctl_call *call);
int ctl_audit_verify(const struct ctl_call *call);
int ctl_backup(const struct ctl_call *call);
int ctl_deliver(const struct ctl_call *call);
int ctl_directory_check(const struct ctl_call *call);
int ctl_dormant(const struct ctl_call *call);
int ctl_drafts_list(const struct ctl_call *call);
int ctl_drafts_show(const struct ctl_call *call);
int ctl_drafts_withdraw(const struct ctl_call *call);
int ctl_explain(const struct ctl_call *call);
int ctl_instruct(const struct ctl_call *call);
int ctl_keys_make(const struct ctl_call *call);
int ctl_keys_rotate(const struct ctl_call *call);
int ctl_report(const struct ctl_call *call);
int ctl_restore(const struct ctl_call *call);
int ctl_status(const struct ctl_call *call);
/* Without settings (call->settings is NULL): for a monitor, UNKNOWN. */
int ctl_status_fail(const struct ctl_call *call, int status, const char *why);
int ctl_stop(const struct ctl_call *call);
int ctl_subscribers_count(const struct ctl_call *call);
int ctl_subscribers_delete(const struct ctl_call *call);
int ctl_subscribers_export(const struct ctl_call *call);
int ctl_subscribers_import(const struct ctl_call *call);
int ctl_subscribers_list(const struct ctl_call *call);
int ctl_subscribers_resume(const struct ctl_call *call);
int ctl_subscribers_suspend(const struct ctl_call *call);
int ctl_suspension_resume(const struct ctl_call *call);
int ctl_suspension_suspend(const struct ctl_call *call);
int ctl_watch(const struct ctl_call *call);

/* Report an error of the program on stderr and return the status. */
int ctl_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The locale for messages, such as "ja_JP.UTF-8"; "" when none is set. */
const char *ctl_locale(void);

/* Does the operator read Japanese, by the locale? */
bool ctl_is_japanese(void);

/* Print how the command wants to be called on stderr; returns EX_USAGE. */
int ctl_usage(const struct ctl_call *call);

#endif
