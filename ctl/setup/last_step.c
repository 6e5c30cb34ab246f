/*
 * NAME
 *	last_step - the mail system is told of kairan
 *
 * DESCRIPTION
 *	From then on it defers all mail while kairan does not answer. So this waits until
 *	`kairanctl status` has nothing to complain of, and says first what takes it back.
 *
 * DIAGNOSTICS
 *	EX_TEMPFAIL: it waits. EX_CANTCREAT: it could not be made, or the operator said no.
 */
#include "config.h"

#include "ctl/setup/last_step.h"

#include <glib.h>
#include <stdio.h>
#include <sysexits.h>

#include "ctl/setup/change.h"
#include "ctl/setup/conf_text.h"
#include "ctl/setup/postfix.h"
#include "ctl/setup/program.h"
#include "ctl/setup/sendmail.h"

static void tell_next(const struct site *site)
{
	const bool sendmail = site->mta == SITE_MTA_SENDMAIL;

	site_tell(site, "Next, as root:", "次に root で実行します：");
	if (site->restarts_logins || (site->restarts_mta && !sendmail))
		site_tell_command(
		    "systemctl restart %s%s%s",
		    site->restarts_logins ? (sendmail ? "saslauthd" : "dovecot") : "",
		    site->restarts_logins && site->restarts_mta && !sendmail ? " " : "",
		    site->restarts_mta && !sendmail ? "postfix" : "");
	if (sendmail)
		site_tell(
		    site,
		    "(saslauthd: START=yes and MECHANISMS=\"ldap\" in "
		    "/etc/default/saslauthd, include(`/etc/mail/sasl/sasl.m4')dnl in "
		    "sendmail.mc; INSTALL, section 4)",
		    "（saslauthd は /etc/default/saslauthd に START=yes と "
		    "MECHANISMS=\"ldap\"、sendmail.mc に "
		    "include(`/etc/mail/sasl/sasl.m4')dnl。INSTALL の第 4 節）");
	site_tell_command("systemctl enable --now kairan-milter");
	site_tell_command("kairanctl status");
	site_tell_command("kairanctl setup");
}

static bool is_green(const struct site *site)
{
	struct program_result result;
	bool green;

	program_run(
	    (const char *const[]){ site->program, "-c", site->conf_path, "status", NULL },
	    NULL, &result);
	green = result.status == 0;
	program_clear(&result);
	return green;
}

/* The commands of the last step, and what takes it back. */
static void tell_last_step(const struct site *site, const char *value, const char *old)
{
	g_autofree char *lines = conf_text_replace(value, "\n", "\n    ");

	if (site->mta == SITE_MTA_SENDMAIL) {
		site_tell(site, "This is in sendmail.mc then, and read by:",
			  "sendmail.mc に次の行が入り、次のコマンドで有効になります：");
		site_tell_command("%s", lines);
		site_tell_command("sendmailconfig");
		site_tell(site,
			  "The way back is to take it out again, and sendmailconfig.",
			  "戻すには、その行を消して sendmailconfig を実行します。");
		return;
	}
	site_tell(site, "The mail system is told of kairan by:",
		  "メールサーバーが kairan を呼ぶようになる設定：");
	site_tell_command("postconf -c %s -e 'smtpd_milters = %s'", site->postfix_dir,
			  value);
	site_tell(site, "The way back, should mail be deferred:",
		  "メールが滞ったときに戻すコマンド：");
	site_tell_command("postconf -c %s -e 'smtpd_milters = %s'; postfix -c %s reload",
			  site->postfix_dir, old, site->postfix_dir);
}

int last_step_take(struct site *site, const char *conf, struct kairan_error *error_r)
{
	struct change_list *list = change_list_new();
	g_autofree char *value = NULL;
	g_autofree char *old = NULL;
	int status = EX_OK;

	if (!(site->mta == SITE_MTA_SENDMAIL
		  ? sendmail_plan_milter(site, conf, list, &value, error_r)
		  : postfix_plan_milter(site, conf, list, &value, &old, error_r))) {
		status = EX_CANTCREAT;
	} else if (value == NULL) {
		site_tell(site, "The mail system asks kairan already.",
			  "メールサーバーはすでに kairan を呼んでいます。");
	} else if (!site->print_only && !is_green(site)) {
		site_tell(
		    site,
		    "It waits until `kairanctl status` has nothing to complain of: mail "
		    "would be deferred.",
		    "`kairanctl status` に問題がなくなってから行います（先に行うと"
		    "メールが滞ります）。");
		tell_next(site);
		tell_last_step(site, value, old);
		status = EX_TEMPFAIL;
	} else {
		tell_last_step(site, value, old);
		if (!change_list_settle(list, site, error_r))
			status = EX_CANTCREAT;
	}
	change_list_free(list);
	return status;
}
