/*
 * NAME
 *	ctl_setup - kairanctl setup
 *
 * DESCRIPTION
 *	setup [--domain DOMAIN] [--base DN] ... [--print] [--yes]
 *
 *	Settings and keys, the directory, logins, and the mail system, one after the other: each
 *	is shown, asked about, and made. What is so already is left, so that a second run
 *	changes nothing. The mail system is told of kairan last, and only while kairan answers:
 *	what comes before that stops nobody's mail.
 *
 * DIAGNOSTICS
 *	EX_CONFIG: something was told that is to be seen to by hand. EX_TEMPFAIL: all is set up
 *	but the last step, which waits for the daemon.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/setup/answers.h"
#include "ctl/setup/conf_text.h"
#include "ctl/setup/dovecot.h"
#include "ctl/setup/last_step.h"
#include "ctl/setup/own.h"
#include "ctl/setup/postfix.h"
#include "ctl/setup/sendmail.h"
#include "ctl/setup/slapd.h"
#include "schema/store_audit.h"

/* What a run knows beside its site. */
struct run {
	struct site site;
	struct slapd_config *config; /* NULL: no slapd here */
	char *conf;                  /* kairan.conf's text as it shall be */
	char *first_password;        /* of an administrator that is made; NULL: none is */
};

/* Settings, keys, password. */
static bool set_up_own(struct run *run, struct kairan_error *error_r)
{
	struct change_list *list = change_list_new();
	bool good;

	site_tell_heading(&run->site, "kairan's settings and keys", "kairan の設定と鍵");
	change_hide(list, run->site.kairan_password);
	good = own_plan(&run->site, run->conf, list, error_r) &&
	       change_list_settle(list, &run->site, error_r);
	change_list_free(list);
	return good;
}

static bool set_up_logins(struct run *run, struct kairan_error *error_r)
{
	struct change_list *list = change_list_new();
	const unsigned int before = run->site.changes;
	g_autofree char *socket = NULL;
	bool good;

	site_tell_heading(&run->site, "Logging in (SMTP AUTH)", "ログイン（SMTP AUTH）");
	if (run->site.mta == SITE_MTA_SENDMAIL) {
		good = sendmail_plan_login(&run->site, list, error_r);
	} else {
		socket = postfix_auth_socket(&run->site);
		good = dovecot_plan(&run->site, socket, list, error_r);
	}
	good = good && change_list_settle(list, &run->site, error_r);
	run->site.restarts_logins = run->site.changes > before;
	change_list_free(list);
	return good;
}

/* Is the administrator in the directory now? */
static bool has_admin(const struct site *site)
{
	g_autofree char *filter = g_strdup_printf("(uid=%s)", site->admin);
	g_auto(GStrv) found = slapd_config_find(site, site->base, "sub", filter);

	return found != NULL && found[0] != NULL;
}

static bool set_up_directory(struct run *run, struct kairan_error *error_r)
{
	struct change_list *list = change_list_new();
	bool good;

	site_tell_heading(&run->site, "The directory", "名簿（LDAP）");
	if (run->config == NULL) {
		site_tell_conflict(
		    &run->site,
		    "No slapd shows root its configuration at %s: the "
		    "directory is to be seen to by hand (INSTALL, section 2).",
		    "%s に、root に設定を見せる slapd がありません。名簿は手で設定して"
		    "ください（INSTALL の第 2 節）。",
		    run->site.ldap_uri);
		change_list_free(list);
		return true;
	}
	good = slapd_plan(&run->site, run->config, list, &run->first_password, error_r) &&
	       change_list_settle(list, &run->site, error_r);
	if (!good && !has_admin(&run->site))
		g_clear_pointer(&run->first_password, g_free);
	change_list_free(list);
	return good;
}

static bool set_up_mta(struct run *run, struct kairan_error *error_r)
{
	struct change_list *list = change_list_new();
	const unsigned int before = run->site.changes;
	bool good;

	site_tell_heading(&run->site, "The mail system", "メールサーバー");
	good = (run->site.mta == SITE_MTA_SENDMAIL
		    ? sendmail_plan(&run->site, list, error_r)
		    : postfix_plan(&run->site, run->conf, list, error_r)) &&
	       change_list_settle(list, &run->site, error_r);
	run->site.restarts_mta = run->site.changes > before;
	change_list_free(list);
	return good;
}

static void tell_first_password(const struct run *run)
{
	if (run->first_password == NULL || run->site.print_only)
		return;
	site_tell(
	    &run->site,
	    "\nThe first password of %s is %s, and good for nothing but changing it "
	    "(Art. 12):",
	    "\n%s の最初のパスワードは %s です。変更するまでほかには使えません"
	    "（第12条）：",
	    run->site.admin, run->first_password);
	site_tell_command("ldappasswd -x -H %s -D uid=%s,ou=people,%s -W -S",
			  run->site.ldap_uri, run->site.admin, run->site.base);
}

static int conclude(const struct run *run, int status)
{
	const struct site *site = &run->site;

	putchar('\n');
	if (site->conflicts > 0)
		site_tell(site, "%u changes; %u things to be seen to by hand (\"!\").",
			  "変更 %u 件、手で対応するもの %u 件（「!」の行）。",
			  site->changes, site->conflicts);
	else if (site->changes == 0)
		site_tell(site, "Nothing is to be changed.",
			  "変更するものはありません。");
	else if (site->print_only)
		site_tell(site, "%u changes would be made; none was.",
			  "変更は %u 件あります（何も変更していません）。",
			  site->changes);
	else
		site_tell(site, "%u changes.", "変更 %u 件。", site->changes);
	return status == EX_OK && site->conflicts > 0 ? EX_CONFIG : status;
}

static int set_up_all(struct run *run, struct kairan_error *error_r)
{
	if (!set_up_own(run, error_r) || !set_up_logins(run, error_r) ||
	    !set_up_directory(run, error_r) || !set_up_mta(run, error_r))
		return EX_CANTCREAT;
	site_tell_heading(&run->site, "The last step", "最後の手順");
	return last_step_take(&run->site, run->conf, error_r);
}

/* The directory that kairan.conf names, or this machine's. */
static void find_server(struct site *site, const char *conf)
{
	g_autofree char *said = conf_text_find(conf, "ldap_uri", '=');

	if (site->ldap_uri == NULL)
		site->ldap_uri = g_string_chunk_insert(site->strings,
						       said != NULL ? said : "ldapi:///");
}

/* What is there, and what is wanted; then all of it. An exit status. */
static int run_all(struct run *run, bool ask, struct kairan_error *error_r)
{
	struct site *site = &run->site;
	g_autofree char *conf = own_read_conf(site, error_r);
	int status;

	if (conf == NULL)
		return EX_NOINPUT;
	find_server(site, conf);
	run->config = slapd_config_read(site);
	if (!answers_fill(site, conf, run->config, ask, error_r))
		return EX_USAGE;
	if (site->mta == SITE_MTA_NONE) {
		(void)site_fail(
		    site, error_r,
		    "there is neither Postfix (%s/main.cf) nor Sendmail "
		    "(%s/sendmail.mc)",
		    "Postfix（%s/main.cf）も Sendmail（%s/sendmail.mc）もありません",
		    site->postfix_dir, site->sendmail_dir);
		return EX_UNAVAILABLE;
	}
	site->accesslog_base =
	    run->config != NULL ? slapd_accesslog_base(site, run->config) : "";
	run->conf = own_fill_conf(site, conf);
	if (!answers_find_passwords(site, run->conf, error_r))
		return EX_CONFIG;
	status = set_up_all(run, error_r);
	tell_first_password(run);
	return status == EX_CANTCREAT ? status : conclude(run, status);
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "setup",
		.outcome = "done",
		.detail = context,
	};

	return store_audit_append(store, &event, error_r) ? EX_OK : EX_UNAVAILABLE;
}

/* Who changed how much (Art. 8), where there are settings now. */
static void keep_record(const struct ctl_call *call, const struct site *site)
{
	g_autofree char *detail = g_strdup_printf("%u changes", site->changes);
	struct ctl_call with = *call;
	struct settings *settings = NULL;
	bool made;

	if (site->print_only || site->changes == 0 ||
	    !settings_load(call->path, &settings, NULL))
		return;
	with.settings = settings;
	if (ctl_store_init_once(&with, NULL, &made) == EX_OK)
		(void)ctl_store_run(&with, record, detail);
	settings_free(settings);
}

static bool read_mta(struct site *site, const char *name)
{
	if (name == NULL)
		return true;
	if (strcmp(name, "postfix") == 0)
		site->mta = SITE_MTA_POSTFIX;
	else if (strcmp(name, "sendmail") == 0)
		site->mta = SITE_MTA_SENDMAIL;
	return site->mta != SITE_MTA_NONE;
}

static bool read_options(const struct ctl_call *call, struct site *site)
{
	const char *mta = NULL;
	const struct ctl_option options[] = {
		{ "domain", &site->domain, NULL },
		{ "service-domain", &site->service_domain, NULL },
		{ "base", &site->base, NULL },
		{ "mta", &mta, NULL },
		{ "admin", &site->admin, NULL },
		{ "admin-mail", &site->admin_mail, NULL },
		{ "no-pam", NULL, &site->no_pam },
		{ "postfix", &site->postfix_dir, NULL },
		{ "sendmail", &site->sendmail_dir, NULL },
		{ "dovecot", &site->dovecot_dir, NULL },
		{ "saslauthd", &site->saslauthd_file, NULL },
		{ "ldap-uri", &site->ldap_uri, NULL },
		{ "print", NULL, &site->print_only },
		{ "yes", NULL, &site->yes },
	};
	int rest;

	return ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) &&
	       rest == call->argc && read_mta(site, mta);
}

int ctl_setup(const struct ctl_call *call)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	struct run run = { .site = { .strings = g_string_chunk_new(1024),
				     .program = program,
				     .conf_path = call->path,
				     .has_default_conf =
					 strcmp(call->path, settings_default_path()) == 0,
				     .postfix_dir = "/etc/postfix",
				     .sendmail_dir = "/etc/mail",
				     .dovecot_dir = "/etc/dovecot",
				     .saslauthd_file = "/etc/saslauthd.conf",
				     .japanese = ctl_is_japanese() } };
	struct kairan_error error = { "" };
	int status = EX_USAGE;

	if (!read_options(call, &run.site))
		status = ctl_usage(call);
	else if (geteuid() != 0 && !run.site.print_only)
		status =
		    ctl_fail(EX_NOPERM, "setup is for root, by sudo; --print only shows");
	else
		status = run_all(&run, isatty(STDIN_FILENO) && !run.site.yes, &error);
	if (error.text[0] != '\0')
		(void)ctl_fail(status, "%s", error.text);
	keep_record(call, &run.site);
	slapd_config_free(run.config);
	g_free(run.conf);
	g_free(run.first_password);
	g_string_chunk_free(run.site.strings);
	return status;
}
