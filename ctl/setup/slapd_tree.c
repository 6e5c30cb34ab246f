/*
 * NAME
 *	slapd_tree - what tree.ldif has and the directory has not
 *
 * DESCRIPTION
 *	The places for people, sections and broadcasts, the policies of passwords, the accounts
 *	of kairan and Dovecot, and the administrators with the first of them. Debian's slapd
 *	lets root change its configuration and not its entries, so a rule for root stands first
 *	while they are made. They are made relaxed: the server takes a pwdPolicySubentry only so.
 *
 * DIAGNOSTICS
 *	An account that is there with a password that nobody here knows is told.
 */
#include "config.h"

#include "ctl/setup/slapd_parts.h"

#include <string.h>

#include "ctl/setup/conf_text.h"
#include "ctl/setup/secret.h"

static bool has_entry(const struct slapd_work *work, const char *dn)
{
	g_auto(GStrv) found =
	    slapd_config_find(work->site, dn, "base", "(objectClass=*)");

	return found != NULL && found[0] != NULL;
}

/* The DN of whoever has this login or address; NULL: nobody. Free with g_free(). */
static char *find_person(const struct slapd_work *work, const char *attribute,
			 const char *value)
{
	g_autofree char *filter =
	    g_strdup_printf("(&(objectClass=inetOrgPerson)(%s=%s))", attribute, value);
	g_auto(GStrv) found =
	    slapd_config_find(work->site, work->site->base, "sub", filter);

	return found != NULL ? g_strdup(found[0]) : NULL;
}

/* The first administrator's entry, printed where there is none. Their DN (free with g_free());
 * NULL: their address is another person's, which was told. */
static char *plan_admin(const struct slapd_work *work, GString *out, char **password_r)
{
	g_autofree char *sample = slapd_sample(work, "conf/slapd/admin.ldif");
	g_autofree char *password = secret_make();
	g_autofree char *with_mail =
	    conf_text_replace(sample, "sysadmin@town.example", work->site->admin_mail);
	g_autofree char *with_password =
	    conf_text_replace(with_mail, "sysadmin-pass", password);
	g_autofree char *text = conf_text_replace(with_password, ": sysadmin\n", "\1");
	g_autofree char *login = g_strdup_printf(": %s\n", work->site->admin);
	g_autofree char *with_login = conf_text_replace(text, "\1", login);
	g_autofree char *uid = g_strdup_printf("uid=%s,", work->site->admin);
	g_autofree char *whole = conf_text_replace(with_login, "uid=sysadmin,", uid);
	g_autoptr(GPtrArray) records = ldif_read(whole);
	const struct ldif_record *record = records->pdata[0];
	char *dn = find_person(work, "uid", work->site->admin);

	if (dn != NULL)
		return dn;
	dn = find_person(work, "mail", work->site->admin_mail);
	if (dn != NULL) {
		site_tell_conflict(
		    work->site,
		    "%s is the address of %s already (Art. 3): --admin-mail names "
		    "another.",
		    "%s は %s のアドレスです（第3条）。--admin-mail で別のアドレスを"
		    "指定してください。",
		    work->site->admin_mail, dn);
		g_free(dn);
		return NULL;
	}
	slapd_print(out, record);
	change_hide(work->list, password);
	*password_r = g_steal_pointer(&password);
	return g_strdup(record->dn);
}

/* Is somebody in the group of administrators? */
static bool is_in_group(const struct slapd_work *work, const char *group, const char *dn)
{
	g_autofree char *filter = g_strdup_printf("(member=%s)", dn);
	g_auto(GStrv) found = slapd_config_find(work->site, group, "base", filter);

	return found != NULL && found[0] != NULL;
}

static void plan_group(const struct slapd_work *work, const struct ldif_record *record,
		       GString *out, char **password_r)
{
	const bool exists = has_entry(work, record->dn);
	g_autofree char *admin = NULL;

	if (work->site->admin == NULL) {
		if (!exists)
			site_tell_conflict(
			    work->site,
			    "There are no administrators (Art. 3): --admin "
			    "LOGIN names the first.",
			    "システム管理者がいません（第3条）。--admin "
			    "ログイン名 で最初の一人を指定します。");
		return;
	}
	admin = plan_admin(work, out, password_r);
	if (admin == NULL)
		return;
	if (exists && is_in_group(work, record->dn, admin))
		return;
	if (exists) {
		slapd_begin(out, record->dn, "modify");
		ldif_print(out, "add", "member");
	} else {
		slapd_begin(out, record->dn, "add");
		ldif_print(out, "objectClass", ldif_value(record, "objectClass", 0));
		ldif_print(out, "cn", ldif_value(record, "cn", 0));
		ldif_print(out, "description", ldif_value(record, "description", 0));
	}
	ldif_print(out, "member", admin);
	ldif_print(out, NULL, NULL);
}

/* A rule for root, before all others, and its end. */
static char *rule_of_root(const struct slapd_work *work, const char *how)
{
	return g_strdup_printf(
	    "dn: %s\nchangetype: modify\n%s: olcAccess\nolcAccess: {0}to * by "
	    "dn.exact=%s manage by * break\n\n",
	    work->database->dn, how, work->config->who);
}

static void add_tree_run(const struct slapd_work *work, const char *text)
{
	const char *const words[] = { "ldapmodify", "-Q",    "-Y", "EXTERNAL",
				      "-e",         "relax", "-H", work->site->ldap_uri,
				      NULL };
	g_autofree char *before = rule_of_root(work, "add");
	g_autofree char *after = rule_of_root(work, "delete");
	const bool is_root = ldif_has(work->database, "olcRootDN", work->config->who);

	change_add_run(work->list,
		       &(struct change_run){ .words = words,
					     .input = text,
					     .before = is_root ? NULL : before,
					     .after = is_root ? NULL : after });
}

void slapd_plan_tree(const struct slapd_work *work, char **password_r)
{
	g_autofree char *text = slapd_sample(work, "conf/slapd/tree.ldif");
	g_autoptr(GPtrArray) records = ldif_read(text);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < records->len; i++) {
		const struct ldif_record *record = records->pdata[i];
		const char *password = ldif_value(record, "userPassword", 0);

		if (ldif_value(record, "member", 0) != NULL)
			plan_group(work, record, out, password_r);
		else if (password != NULL && *password == '\0')
			continue; /* nobody logs in with it */
		else if (!has_entry(work, record->dn))
			slapd_print(out, record);
	}
	if (out->len > 0)
		add_tree_run(work, out->str);
	g_string_free(out, TRUE);
}
