/*
 * NAME
 *	dovecot - SMTP AUTH for Postfix
 *
 * DESCRIPTION
 *	Files of its own in conf.d, so that what the town has written stays as it is: the
 *	directory as the first place of passwords, and the socket at which Postfix asks. Dovecot
 *	2.4 has another language than 2.3.
 *
 * DIAGNOSTICS
 *	Where Dovecot asks somewhere else already, it gets the socket alone.
 */
#include "config.h"

#include "ctl/setup/dovecot.h"

#include <glib.h>
#include <string.h>

#include "ctl/setup/conf_text.h"
#include "ctl/setup/program.h"
#include "ctl/setup/samples.h"

#define DIRECTORY_FILE "05-kairan.conf" /* before the accounts of the machine */
#define SOCKET_FILE    "90-kairan.conf"
#define SECRET_FILE    "dovecot-kairan.conf.ext" /* 2.3's */
#define SYSTEM_LINE    "\n!include auth-system.conf.ext"

static char *path_of(const struct site *site, const char *name)
{
	return g_build_filename(site->dovecot_dir, name, NULL);
}

static char *read_file(const struct site *site, const char *name)
{
	g_autofree char *path = path_of(site, name);
	char *text = NULL;

	(void)g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

char *dovecot_read_password(const struct site *site)
{
	g_autofree char *secret = read_file(site, SECRET_FILE);
	g_autofree char *own = read_file(site, "conf.d/" DIRECTORY_FILE);
	char *password = secret != NULL ? conf_text_find(secret, "dnpass", '=') : NULL;

	if (password == NULL && own != NULL)
		password = conf_text_find(own, "ldap_auth_dn_password", '=');
	return password;
}

/* "2.3" or "2.4"; NULL: there is no Dovecot. */
static const char *find_language(void)
{
	g_autofree char *version =
	    program_read((const char *const[]){ "dovecot", "--version", NULL });

	if (version == NULL)
		return NULL;
	return strncmp(version, "2.", 2) == 0 && version[2] >= '0' && version[2] <= '3' &&
		       version[3] == '.'
		   ? "2.3"
		   : "2.4";
}

/* What is set otherwise than by default; "" where doveconf says nothing. */
static char *read_settings(const struct site *site)
{
	g_autofree char *path = path_of(site, "dovecot.conf");
	char *said =
	    program_read((const char *const[]){ "doveconf", "-c", path, "-n", NULL });

	return said != NULL ? said : g_strdup("");
}

/* Does Dovecot ask for passwords elsewhere than in PAM? doveconf prints "passdb {" with a driver
 * in it (2.3), or "passdb NAME {" (2.4). */
static bool asks_elsewhere(const char *settings)
{
	g_auto(GStrv) blocks = g_strsplit(settings, "passdb ", -1);

	for (size_t i = 1; blocks[0] != NULL && blocks[i] != NULL; i++) {
		g_autofree char *block = g_strndup(blocks[i], strcspn(blocks[i], "}"));

		if (strstr(block, "pam") == NULL)
			return true;
	}
	return false;
}

/* The mechanisms that there are, and those that kairan's settings want. */
static char *merge_mechanisms(const char *settings, const char *wanted)
{
	g_autofree char *said = conf_text_find(settings, "auth_mechanisms", '=');
	g_auto(GStrv) words = g_strsplit(wanted, " ", -1);
	GString *all = g_string_new(said != NULL ? said : "");

	for (size_t i = 0; words[i] != NULL; i++)
		if (!conf_text_list_has(all->str, words[i]))
			g_string_append_printf(all, "%s%s", all->len > 0 ? " " : "",
					       words[i]);
	return g_string_free(all, FALSE);
}

/* A sample with this site's names in it. */
static char *fill(const struct site *site, const char *sample, const char *socket)
{
	g_autofree char *secret = path_of(site, SECRET_FILE);
	const char *const rows[][2] = {
		{ "/etc/dovecot/" SECRET_FILE, secret },
		{ "/var/spool/postfix/private/auth", socket },
		{ "ldapi:///", site->ldap_uri },
		{ "dc=town,dc=example", site->base },
		{ "dovecot-pass", site->dovecot_password },
	};
	char *text = g_strdup(samples_find(sample));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *next = conf_text_replace(text, rows[i][0], rows[i][1]);

		g_free(text);
		text = next;
	}
	return text;
}

/* A file that root alone may read where it has the password. */
static bool add_file(const struct site *site, struct change_list *list, const char *name,
		     const char *text, struct kairan_error *error_r)
{
	g_autofree char *path = path_of(site, name);
	const bool secret =
	    strstr(text, "pass = ") != NULL || strstr(text, "_password = ") != NULL;

	return change_add_file(list,
			       &(struct change_file){ .path = path,
						      .text = text,
						      .mode = secret ? 0600 : 0644 },
			       error_r);
}

/* The accounts of the machine are Debian's own setting; whether anybody uses them only the town
 * knows. */
static bool plan_pam(struct site *site, struct change_list *list,
		     struct kairan_error *error_r)
{
	g_autofree char *text = read_file(site, "conf.d/10-auth.conf");
	g_autofree char *without = NULL;

	if (text == NULL || strstr(text, SYSTEM_LINE) == NULL)
		return true;
	if (!site->no_pam) {
		site_tell(
		    site,
		    "Dovecot goes on taking the passwords of this machine's own "
		    "accounts as well (auth-system.conf.ext); --no-pam ends that.",
		    "Dovecot はこのマシンのアカウントのパスワードも引き続き受け付けます"
		    "（auth-system.conf.ext）。やめるには --no-pam を付けます。");
		return true;
	}
	without =
	    conf_text_replace(text, SYSTEM_LINE, "\n#!include auth-system.conf.ext");
	return add_file(site, list, "conf.d/10-auth.conf", without, error_r);
}

/* Where Postfix asks. */
static bool plan_socket(struct site *site, const char *settings, const char *socket,
			struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *sample = fill(site, "conf/dovecot/" SOCKET_FILE, socket);
	g_autofree char *wanted = conf_text_find(sample, "auth_mechanisms", '=');
	g_autofree char *line = g_strdup_printf("auth_mechanisms = %s\n", wanted);
	g_autofree char *all = merge_mechanisms(settings, wanted);
	g_autofree char *merged = g_strdup_printf("auth_mechanisms = %s\n", all);
	g_autofree char *text = conf_text_replace(sample, line, merged);

	return add_file(site, list, "conf.d/" SOCKET_FILE, text, error_r);
}

/* Where Dovecot asks. */
static bool plan_directory(struct site *site, const char *language, const char *socket,
			   struct change_list *list, struct kairan_error *error_r)
{
	g_autofree char *sample =
	    g_strdup_printf("conf/dovecot/%s/" DIRECTORY_FILE, language);
	g_autofree char *text = fill(site, sample, socket);
	g_autofree char *secret = NULL;

	if (*site->dovecot_password == '\0') {
		site_tell_conflict(
		    site,
		    "cn=dovecot is in the directory, and its password in no file "
		    "of setup's: see to Dovecot by hand (INSTALL, section 4).",
		    "名簿に cn=dovecot がありますが、そのパスワードが分かりません。"
		    "Dovecot は手で設定してください（INSTALL の第 4 節）。");
		return true;
	}
	if (strcmp(language, "2.3") == 0) {
		secret = fill(site, "conf/dovecot/2.3/" SECRET_FILE, socket);
		if (!add_file(site, list, SECRET_FILE, secret, error_r))
			return false;
	}
	return add_file(site, list, "conf.d/" DIRECTORY_FILE, text, error_r) &&
	       plan_pam(site, list, error_r);
}

bool dovecot_plan(struct site *site, const char *socket, struct change_list *list,
		  struct kairan_error *error_r)
{
	const char *language = find_language();
	g_autofree char *main_file = path_of(site, "dovecot.conf");
	g_autofree char *own = read_file(site, "conf.d/" DIRECTORY_FILE);
	g_autofree char *settings = read_settings(site);

	if (language == NULL || !g_file_test(main_file, G_FILE_TEST_EXISTS)) {
		site_tell_conflict(
		    site,
		    "There is no Dovecot: see to SMTP AUTH by hand (INSTALL, "
		    "section 4).",
		    "Dovecot がありません。SMTP AUTH は手で設定してください"
		    "（INSTALL の第 4 節）。");
		return true;
	}
	change_hide(list, site->dovecot_password);
	if (own == NULL && asks_elsewhere(settings)) {
		site_tell(site, "Dovecot has its own place of passwords, which stays.",
			  "Dovecot の認証先はすでに設定されています。そのままにします。");
		/* It needs no account in the directory then. */
		site->dovecot_password = "";
		return strstr(settings, socket) != NULL ||
		       plan_socket(site, settings, socket, list, error_r);
	}
	return plan_directory(site, language, socket, list, error_r) &&
	       plan_socket(site, settings, socket, list, error_r);
}
