/*
 * kairanctl's commands. Each noun has a file; main.c has the one table of them.
 */
#ifndef KAIRAN_CTL_COMMANDS_H
#define KAIRAN_CTL_COMMANDS_H

#include "ctl/ctl.h"

int ctl_apply_form1(const struct ctl_call *call);
int ctl_apply_form2(const struct ctl_call *call);
int ctl_apply_form3(const struct ctl_call *call);
int ctl_audit_export(const struct ctl_call *call);
int ctl_audit_inspect(const struct ctl_call *call);
int ctl_audit_list(const struct ctl_call *call);
int ctl_audit_verify(const struct ctl_call *call);
int ctl_backup(const struct ctl_call *call);
int ctl_clock_confirm(const struct ctl_call *call);
int ctl_deliver(const struct ctl_call *call);
/* Without settings: the mail waits. */
int ctl_deliver_fail(const char *why);
int ctl_directory_check(const struct ctl_call *call);
int ctl_dormant(const struct ctl_call *call);
int ctl_drafts_ask(const struct ctl_call *call);
int ctl_drafts_list(const struct ctl_call *call);
int ctl_drafts_show(const struct ctl_call *call);
int ctl_drafts_withdraw(const struct ctl_call *call);
int ctl_explain(const struct ctl_call *call);
int ctl_incidents_close(const struct ctl_call *call);
int ctl_incidents_list(const struct ctl_call *call);
int ctl_incidents_note(const struct ctl_call *call);
int ctl_incidents_show(const struct ctl_call *call);
int ctl_instruct(const struct ctl_call *call);
int ctl_keys_make(const struct ctl_call *call);
int ctl_keys_rotate(const struct ctl_call *call);
int ctl_report(const struct ctl_call *call);
int ctl_restore(const struct ctl_call *call);
int ctl_setup(const struct ctl_call *call); /* settings may be NULL */
int ctl_setup_check(const struct ctl_call *call);
int ctl_signatures_forget(const struct ctl_call *call);
int ctl_signatures_list(const struct ctl_call *call);
int ctl_status(const struct ctl_call *call);
/* Without settings (call->settings is NULL): for a monitor, UNKNOWN. */
int ctl_status_fail(const struct ctl_call *call, int status, const char *why);
int ctl_store_accept(const struct ctl_call *call);
int ctl_store_init(const struct ctl_call *call);
int ctl_drafts_recipients(const struct ctl_call *call);
int ctl_stop(const struct ctl_call *call);
int ctl_subscribers_count(const struct ctl_call *call);
int ctl_subscribers_delete(const struct ctl_call *call);
int ctl_subscribers_export(const struct ctl_call *call);
int ctl_subscribers_forget(const struct ctl_call *call);
int ctl_subscribers_import(const struct ctl_call *call);
int ctl_subscribers_list(const struct ctl_call *call);
int ctl_subscribers_poster(const struct ctl_call *call);
int ctl_subscribers_reconfirm(const struct ctl_call *call);
int ctl_subscribers_resume(const struct ctl_call *call);
int ctl_subscribers_show(const struct ctl_call *call);
int ctl_subscribers_suspend(const struct ctl_call *call);
int ctl_subscribers_sync(const struct ctl_call *call);
int ctl_suspension_resume(const struct ctl_call *call);
int ctl_suspension_suspend(const struct ctl_call *call);
int ctl_watch(const struct ctl_call *call);

#endif
