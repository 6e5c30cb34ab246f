/*
 * The machine that kairanctl setup works on: what was asked for, and how it tells of it.
 */
#ifndef KAIRAN_CTL_SETUP_SITE_H
#define KAIRAN_CTL_SETUP_SITE_H

#include <glib.h>
#include <stdbool.h>

#include "policy/error.h"

enum site_mta { SITE_MTA_NONE, SITE_MTA_POSTFIX, SITE_MTA_SENDMAIL };

/* All strings are the caller's, or owned by whoever filled them in for the time of a run. */
struct site {
	GStringChunk *strings; /* for strings that live as long as the site */
	const char *program;   /* kairanctl's own path */
	const char *conf_path; /* of kairan.conf */
	bool has_default_conf; /* whether kairanctl finds it without -c */

	const char *domain; /* of the staff's addresses */
	const char *service_domain;
	const char *base;
	const char *admin; /* login of the first administrator; NULL: none was named */
	const char *admin_mail;
	enum site_mta mta;
	const char *ldap_uri;
	const char *postfix_dir;
	const char *dovecot_dir;
	const char *sendmail_dir;
	const char *saslauthd_file;
	bool no_pam; /* Dovecot takes the directory's passwords alone */

	bool print_only;
	bool yes;
	bool japanese;

	/* Of the accounts in the directory: read from their files, or new. */
	const char *kairan_password;
	const char *dovecot_password;
	const char *accesslog_base; /* what kairan reads changes from; "" : nothing */
	bool restarts_logins;       /* what was changed and is to be restarted */
	bool restarts_mta;
	unsigned int changes;   /* made, or shown where they are only shown */
	unsigned int conflicts; /* told, and left as they are */
};

/* Print a line on standard output in the operator's language: both formats take the same
 * arguments in the same order. */
void site_tell(const struct site *site, const char *en, const char *ja, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* Say what comes now. */
void site_tell_heading(const struct site *site, const char *en, const char *ja);

/* Print a line, as site_tell() does, of something that is not as it should be and that setup
 * leaves alone. It is counted. */
void site_tell_conflict(struct site *site, const char *en, const char *ja, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* Put the reason into error_r in the operator's language, and return false. */
bool site_fail(const struct site *site, struct kairan_error *error_r, const char *en,
	       const char *ja, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* What to type, indented, so that it can be copied. */
void site_tell_command(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ask on the terminal; an empty line means fallback. A new string (free with g_free()), or NULL
 * at the end of the input. */
char *site_ask(const struct site *site, const char *en, const char *ja,
	       const char *fallback);

/* Ask whether to make what was shown. Without a question where yes was said. */
bool site_confirm(const struct site *site);

#endif
