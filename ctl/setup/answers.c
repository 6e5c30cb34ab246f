/*
 * NAME
 *	answers - what the site is
 *
 * DESCRIPTION
 *	An option counts first, then kairan.conf, then what the servers say; an administrator at
 *	a terminal is asked, with that for a proposal.
 *
 * DIAGNOSTICS
 *	Names the option that is missing.
 */
#include "config.h"

#include "ctl/setup/answers.h"

#include <glib.h>
#include <string.h>

#include "ctl/setup/conf_text.h"
#include "ctl/setup/dovecot.h"
#include "ctl/setup/own.h"
#include "ctl/setup/program.h"
#include "ctl/setup/secret.h"
#include "ctl/setup/sendmail.h"

/* The strings live as long as the site. */
static const char *keep(struct site *site, char *text)
{
	const char *kept = g_string_chunk_insert(site->strings, text);

	g_free(text);
	return kept;
}

/* Ask for what is missing; false: there is nobody, or no answer. */
static bool ask_for(struct site *site, const char **value, const char *en, const char *ja,
		    const char *fallback)
{
	char *answer = site_ask(site, en, ja, fallback);

	if (answer == NULL)
		return false;
	*value = keep(site, answer);
	return true;
}

/* "dc=town,dc=example" is town.example's. */
static char *domain_of_base(const char *base)
{
	g_auto(GStrv) parts = g_strsplit(base, ",", -1);
	GString *domain = g_string_new(NULL);

	for (size_t i = 0; parts[i] != NULL; i++) {
		g_strstrip(parts[i]);
		if (g_ascii_strncasecmp(parts[i], "dc=", 3) == 0)
			g_string_append_printf(domain, "%s%s", domain->len > 0 ? "." : "",
					       parts[i] + 3);
	}
	return g_string_free(domain, FALSE);
}

static char *base_of_domain(const char *domain)
{
	g_autofree char *middle = conf_text_replace(domain, ".", ",dc=");

	return g_strconcat("dc=", middle, NULL);
}

static bool find_base(struct site *site, const char *conf,
		      const struct slapd_config *config, bool ask)
{
	const char *suffix = config != NULL ? slapd_config_suffix(config) : NULL;
	char *said = conf_text_find(conf, "ldap_base", '=');
	const bool is_said = said != NULL;

	if (is_said)
		suffix = keep(site, said);
	if (site->base != NULL)
		return true;
	if (suffix == NULL && site->domain != NULL)
		suffix = keep(site, base_of_domain(site->domain));
	if (!is_said && ask)
		return ask_for(site, &site->base, "Base of the directory",
			       "名簿（LDAP）のベース",
			       suffix != NULL ? suffix : "dc=town,dc=example");
	site->base = suffix;
	return suffix != NULL;
}

static bool find_domains(struct site *site, const char *conf, bool ask)
{
	char *said = conf_text_find(conf, "service_domain", '=');
	const bool named = site->domain != NULL;
	g_autofree char *guess = NULL;

	if (said != NULL && site->service_domain == NULL)
		site->service_domain = keep(site, said);
	else
		g_free(said);
	if (!named)
		site->domain = keep(site, domain_of_base(site->base));
	if (site->service_domain != NULL)
		return true;
	if (ask && !named &&
	    !ask_for(site, &site->domain, "Domain of the staff's mail addresses",
		     "職員のメールアドレスのドメイン", site->domain))
		return false;
	guess = g_strconcat("info.", site->domain, NULL);
	if (ask)
		return ask_for(site, &site->service_domain,
			       "Domain of the service, which is kairan's alone",
			       "配信サービスのドメイン（kairan 専用）", guess);
	if (named)
		site->service_domain = keep(site, g_steal_pointer(&guess));
	return named;
}

static bool has_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void find_mta(struct site *site)
{
	if (site->mta != SITE_MTA_NONE)
		return;
	if (program_exists("postconf") && has_file(site->postfix_dir, "main.cf"))
		site->mta = SITE_MTA_POSTFIX;
	else if (has_file(site->sendmail_dir, "sendmail.mc"))
		site->mta = SITE_MTA_SENDMAIL;
}

/* The first administrator is asked for where there is no group of them. */
static bool find_admin(struct site *site, const struct slapd_config *config, bool ask)
{
	g_auto(GStrv) groups = config != NULL ? slapd_config_find(site, site->base, "sub",
								  "(cn=kairan-admins)")
					      : NULL;
	const bool has_group = groups != NULL && groups[0] != NULL;
	g_autofree char *mail = NULL;

	if (site->admin == NULL && !has_group && ask &&
	    !ask_for(site, &site->admin, "Login of the first administrator (Art. 3)",
		     "最初のシステム管理者のログイン名（第3条）", "sysadmin"))
		return false;
	if (site->admin == NULL || site->admin_mail != NULL)
		return true;
	mail = g_strdup_printf("%s@%s", site->admin, site->domain);
	if (ask && !has_group)
		return ask_for(site, &site->admin_mail, "Their mail address",
			       "そのメールアドレス", mail);
	site->admin_mail = keep(site, g_steal_pointer(&mail));
	return true;
}

/* None of these may have what means something to a program that it is written for. */
static bool is_name(const char *text, const char *more)
{
	for (; text != NULL && *text != '\0'; text++)
		if (!g_ascii_isalnum(*text) && strchr(more, *text) == NULL)
			return false;
	return true;
}

static bool check(const struct site *site, struct kairan_error *error_r)
{
	if (!is_name(site->domain, ".-"))
		return site_fail(site, error_r, "--domain %s: this is no domain",
				 "--domain %s: ドメインではありません", site->domain);
	if (!is_name(site->service_domain, ".-"))
		return site_fail(site, error_r, "--service-domain %s: this is no domain",
				 "--service-domain %s: ドメインではありません",
				 site->service_domain);
	if (strchr(site->base, '=') == NULL || !is_name(site->base, "=,.- "))
		return site_fail(
		    site, error_r, "--base %s: this is no DN that setup writes",
		    "--base %s: setup が書ける DN ではありません", site->base);
	if (!is_name(site->admin, "._-"))
		return site_fail(site, error_r, "--admin %s: this is no login",
				 "--admin %s: ログイン名ではありません", site->admin);
	if (!is_name(site->admin_mail, "@._+-"))
		return site_fail(
		    site, error_r, "--admin-mail %s: this is no mail address",
		    "--admin-mail %s: メールアドレスではありません", site->admin_mail);
	return true;
}

bool answers_fill(struct site *site, const char *conf, const struct slapd_config *config,
		  bool ask, struct kairan_error *error_r)
{
	if (!find_base(site, conf, config, ask))
		return site_fail(site, error_r,
				 "the directory's base is needed: --base DN",
				 "名簿のベースを --base DN で指定してください");
	if (!find_domains(site, conf, ask))
		return site_fail(site, error_r, "the domain is needed: --domain DOMAIN",
				 "ドメインを --domain で指定してください");
	find_mta(site);
	if (!find_admin(site, config, ask))
		return site_fail(site, error_r,
				 "an administrator is needed: --admin LOGIN",
				 "システム管理者を --admin で指定してください");
	return check(site, error_r);
}

/* The password that is known; a new one where there is no such account yet; "" where there is
 * one, and nobody here knows its password. */
static const char *find_password(struct site *site, char *known, const char *account)
{
	g_autofree char *dn =
	    g_strdup_printf("cn=%s,ou=services,%s", account, site->base);
	g_auto(GStrv) found = NULL;

	if (known != NULL)
		return keep(site, known);
	found = slapd_config_find(site, dn, "base", "(objectClass=*)");
	return found != NULL && found[0] != NULL ? "" : keep(site, secret_make());
}

bool answers_find_passwords(struct site *site, const char *conf,
			    struct kairan_error *error_r)
{
	site->kairan_password = find_password(site, own_read_password(conf), "kairan");
	site->dovecot_password =
	    find_password(site,
			  site->mta == SITE_MTA_SENDMAIL ? sendmail_read_password(site)
							 : dovecot_read_password(site),
			  "dovecot");
	if (*site->kairan_password == '\0')
		return site_fail(
		    site, error_r,
		    "cn=kairan,ou=services,%s is in the directory: put its "
		    "password into ldap_password_file first",
		    "名簿に cn=kairan,ou=services,%s があります。先にそのパスワードを "
		    "ldap_password_file のファイルに書いてください",
		    site->base);
	return true;
}
