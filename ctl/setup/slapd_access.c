/*
 * NAME
 *	slapd_access - what access.ldif has and slapd has not
 *
 * DESCRIPTION
 *	The rules come before those of the directory, in their order, all of them or none: one
 *	alone would mean something else.
 *
 * DIAGNOSTICS
 *	Where some are there, or are there in other words, that is told, and they stay.
 */
#include "config.h"

#include "ctl/setup/slapd_parts.h"

#include <string.h>

/* Does a rule of the database name kairan's account or its administrators? */
static bool names_kairan(const struct slapd_work *work)
{
	const char *rule;

	for (guint n = 0; (rule = ldif_value(work->database, "olcAccess", n)) != NULL;
	     n++)
		if (strstr(rule, "cn=kairan-admins,") != NULL ||
		    strstr(rule, "cn=kairan,") != NULL)
			return true;
	return false;
}

void slapd_plan_access(const struct slapd_work *work)
{
	g_autofree char *text = slapd_sample(work, "conf/slapd/access.ldif");
	g_autoptr(GPtrArray) records = ldif_read(text);
	const struct ldif_record *record = records->pdata[0];
	GString *missing = g_string_new(NULL), *out = g_string_new(NULL);
	const char *rule;

	for (guint n = 0; (rule = ldif_value(record, "olcAccess", n)) != NULL; n++)
		if (!ldif_has(work->database, "olcAccess", rule))
			g_string_append_printf(missing, "\n    olcAccess: %s", rule);
	if (missing->len > 0 && names_kairan(work))
		site_tell_conflict(
		    work->site,
		    "slapd has kairan's access rules in other words, and these (of "
		    "conf/slapd/access.ldif) not. They stay as they are:%s",
		    "slapd には kairan のアクセス規則がありますが、次の規則（conf/slapd/"
		    "access.ldif）と違います。そのままにします。%s",
		    missing->str);
	else if (missing->len > 0)
		slapd_print(out, record);
	slapd_add_run(work, out->str);
	g_string_free(missing, TRUE);
	g_string_free(out, TRUE);
}
