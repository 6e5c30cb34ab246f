/*
 * NAME
 *	slapd_config - the configuration of the slapd on this machine
 *
 * DESCRIPTION
 *	ldapsearch(1) with SASL EXTERNAL: what Debian lets root do with cn=config.
 *
 * DIAGNOSTICS
 *	NULL where slapd does not answer.
 */
#include "config.h"

#include "ctl/setup/slapd_config.h"

#include <string.h>

#include "ctl/setup/program.h"
#include "policy/text.h"

struct slapd_config *slapd_config_read(const struct site *site)
{
	const char *const words[] = { "ldapsearch",   "-Q",   "-Y", "EXTERNAL",     "-H",
				      site->ldap_uri, "-LLL", "-o", "ldif-wrap=no", "-b",
				      "cn=config",    NULL };
	const char *const asked[] = { "ldapwhoami", "-Q",           "-Y", "EXTERNAL",
				      "-H",         site->ldap_uri, NULL };
	char *text = program_read(words);
	g_autofree char *who = program_read(asked);
	struct slapd_config *config;

	if (text == NULL || *text == '\0' || who == NULL) {
		g_free(text);
		return NULL;
	}
	config = g_new0(struct slapd_config, 1);
	config->text = text;
	config->records = ldif_read(text);
	config->who = g_strdup(text_begins_with(who, "dn:") ? who + strlen("dn:") : who);
	return config;
}

void slapd_config_free(struct slapd_config *config)
{
	if (config == NULL)
		return;
	g_free(config->text);
	g_ptr_array_unref(config->records);
	g_free(config->who);
	g_free(config);
}

/* DNs are compared as an administrator writes them: case and blanks behind commas apart. */
static char *plain_dn(const char *dn)
{
	g_autofree char *lower = g_ascii_strdown(dn, -1);
	g_auto(GStrv) parts = g_strsplit(lower, ",", -1);

	for (size_t i = 0; parts[i] != NULL; i++)
		g_strstrip(parts[i]);
	return g_strjoinv(",", parts);
}

static bool is_below(const char *dn, const char *suffix)
{
	g_autofree char *plain = plain_dn(dn);
	g_autofree char *above = plain_dn(suffix);
	g_autofree char *with_comma = g_strconcat(",", above, NULL);

	return strcmp(plain, above) == 0 || g_str_has_suffix(plain, with_comma);
}

const struct ldif_record *slapd_config_database(const struct slapd_config *config,
						const char *dn)
{
	const struct ldif_record *found = NULL;
	size_t longest = 0;

	for (guint i = 0; i < config->records->len; i++) {
		const struct ldif_record *record = config->records->pdata[i];
		const char *suffix = ldif_value(record, "olcSuffix", 0);

		if (suffix != NULL && strlen(suffix) > longest && is_below(dn, suffix)) {
			found = record;
			longest = strlen(suffix);
		}
	}
	return found;
}

const char *slapd_config_suffix(const struct slapd_config *config)
{
	for (guint i = 0; i < config->records->len; i++) {
		const char *suffix =
		    ldif_value(config->records->pdata[i], "olcSuffix", 0);

		if (suffix != NULL && g_ascii_strcasecmp(suffix, "cn=accesslog") != 0 &&
		    g_ascii_strcasecmp(suffix, "cn=monitor") != 0)
			return suffix;
	}
	return NULL;
}

const struct ldif_record *slapd_config_overlay(const struct slapd_config *config,
					       const struct ldif_record *database,
					       const char *name)
{
	for (guint i = 0; i < config->records->len; i++) {
		const struct ldif_record *record = config->records->pdata[i];

		if (ldif_has(record, "olcOverlay", name) &&
		    g_str_has_suffix(record->dn, database->dn))
			return record;
	}
	return NULL;
}

bool slapd_config_has(const struct slapd_config *config, const char *attribute,
		      const char *value)
{
	for (guint i = 0; i < config->records->len; i++)
		if (ldif_has(config->records->pdata[i], attribute, value))
			return true;
	return false;
}

bool slapd_config_has_schema(const struct slapd_config *config)
{
	return strstr(config->text, "NAME 'kairanSection'") != NULL;
}

char **slapd_config_find(const struct site *site, const char *base, const char *scope,
			 const char *filter)
{
	const char *const words[] = { "ldapsearch",   "-Q",           "-Y",   "EXTERNAL",
				      "-H",           site->ldap_uri, "-LLL", "-o",
				      "ldif-wrap=no", "-b",           base,   "-s",
				      scope,          filter,         "1.1",  NULL };
	g_autofree char *text = program_read(words);
	g_autoptr(GPtrArray) records = NULL;
	GPtrArray *found;

	if (text == NULL)
		return NULL;
	records = ldif_read(text);
	found = g_ptr_array_new();
	for (guint i = 0; i < records->len; i++)
		g_ptr_array_add(found,
				g_strdup(((struct ldif_record *)records->pdata[i])->dn));
	g_ptr_array_add(found, NULL);
	return (char **)g_ptr_array_free(found, FALSE);
}
