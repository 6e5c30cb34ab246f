/*
 * NAME
 *	slapd_overlays - what overlays.ldif has and slapd has not
 *
 * DESCRIPTION
 *	Modules, limits, indices, overlays and the accesslog's database. An overlay that is
 *	there keeps its settings; refint and unique get the attributes that they lack.
 *
 * DIAGNOSTICS
 *	Settings that are not kairan's are told, and stay.
 */
#include "config.h"

#include "ctl/setup/slapd_parts.h"

#include <string.h>

static bool has_module(const struct slapd_work *work, const char *name)
{
	static const char *const endings[] = { "", ".la", ".so" };

	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
		g_autofree char *file = g_strconcat(name, endings[i], NULL);

		if (slapd_config_has(work->config, "olcModuleLoad", file))
			return true;
	}
	return false;
}

static void plan_modules(const struct slapd_work *work, const struct ldif_record *record,
			 GString *out)
{
	GString *loads = g_string_new(NULL);
	const char *name;

	for (guint n = 0; (name = ldif_value(record, "olcModuleLoad", n)) != NULL; n++)
		if (!has_module(work, name))
			ldif_print(loads, "olcModuleLoad", name);
	if (loads->len > 0) {
		slapd_begin(out, record->dn, "add");
		ldif_print(out, "objectClass", "olcModuleList");
		ldif_print(out, "cn", "module");
		ldif_print(out, "olcModulePath", ldif_value(record, "olcModulePath", 0));
		g_string_append(out, loads->str);
		ldif_print(out, NULL, NULL);
	}
	g_string_free(loads, TRUE);
}

/* Is the attribute in one of the database's indices ("ATTRIBUTE,... KIND")? */
static bool is_indexed(const struct ldif_record *database, const char *attribute)
{
	const char *index;

	for (guint n = 0; (index = ldif_value(database, "olcDbIndex", n)) != NULL; n++) {
		g_autofree char *names = g_strndup(index, strcspn(index, " "));
		g_auto(GStrv) parts = g_strsplit(names, ",", -1);

		if (g_strv_contains((const char *const *)parts, attribute))
			return true;
	}
	return false;
}

static void plan_index(const struct slapd_work *work, const char *wanted, GString *out)
{
	g_autofree char *names = g_strndup(wanted, strcspn(wanted, " "));
	g_auto(GStrv) parts = g_strsplit(names, ",", -1);
	GString *missing = g_string_new(NULL);

	for (size_t i = 0; parts[i] != NULL; i++)
		if (!is_indexed(work->database, parts[i]))
			g_string_append_printf(missing, "%s%s",
					       missing->len > 0 ? "," : "", parts[i]);
	if (missing->len > 0) {
		g_string_append(missing, wanted + strlen(names));
		slapd_begin(out, work->database->dn, "modify");
		ldif_print(out, "add", "olcDbIndex");
		ldif_print(out, "olcDbIndex", missing->str);
		ldif_print(out, NULL, NULL);
	}
	g_string_free(missing, TRUE);
}

static void plan_database(const struct slapd_work *work, const struct ldif_record *record,
			  GString *out)
{
	const char *attribute = ldif_value(record, "add", 0);
	const char *value = ldif_value(record, attribute, 0);

	if (strcmp(attribute, "olcDbIndex") == 0)
		plan_index(work, value, out);
	else if (!ldif_has(work->database, attribute, value))
		slapd_print(out, record);
}

static void print_value(GString *out, const char *dn, const char *name, const char *value)
{
	slapd_begin(out, dn, "modify");
	ldif_print(out, "add", name);
	ldif_print(out, name, value);
	ldif_print(out, NULL, NULL);
}

/* refint is there: which attributes does it not look after? */
static void complete_refint(const struct ldif_record *has,
			    const struct ldif_record *wants, GString *out)
{
	g_auto(GStrv) names =
	    g_strsplit(ldif_value(wants, "olcRefintAttribute", 0), " ", -1);
	const char *value;

	for (size_t i = 0; names[i] != NULL; i++) {
		bool found = false;

		for (guint n = 0;
		     (value = ldif_value(has, "olcRefintAttribute", n)) != NULL; n++) {
			g_auto(GStrv) said = g_strsplit(ldif_bare(value), " ", -1);

			found =
			    found || g_strv_contains((const char *const *)said, names[i]);
		}
		if (!found)
			print_value(out, has->dn, "olcRefintAttribute", names[i]);
	}
}

static void complete_unique(const struct slapd_work *work, const struct ldif_record *has,
			    const struct ldif_record *wants, GString *out)
{
	const char *value;

	/* slapd takes either the old way of saying it or the new one. */
	if (ldif_value(has, "olcUniqueAttribute", 0) != NULL) {
		site_tell_conflict(
		    work->site,
		    "The overlay unique has olcUniqueAttribute: see to it that "
		    "uid and mail are unique (Art. 3).",
		    "オーバーレイ unique に olcUniqueAttribute が使われています。"
		    "uid と mail の一意性をご確認ください（第3条）。");
		return;
	}
	for (guint n = 0; (value = ldif_value(wants, "olcUniqueURI", n)) != NULL; n++)
		if (!ldif_has(has, "olcUniqueURI", value))
			print_value(out, has->dn, "olcUniqueURI", value);
}

/* What another overlay of this kind says, kairan can live with; what it cannot know is told. */
static void judge_other(const struct slapd_work *work, const struct ldif_record *has,
			const struct ldif_record *wants, const char *attribute)
{
	const char *wanted = ldif_value(wants, attribute, 0);
	const char *said = ldif_value(has, attribute, 0);

	if (wanted == NULL || ldif_has(has, attribute, wanted))
		return;
	site_tell_conflict(
	    work->site, "%s has %s: %s, and not %s. It stays.",
	    "%s の %s は「%s」です（「%s」ではありません）。そのままにします。", has->dn,
	    attribute, said != NULL ? said : "-", wanted);
}

static void plan_overlay(const struct slapd_work *work, const struct ldif_record *record,
			 GString *out)
{
	const char *name = ldif_value(record, "olcOverlay", 0);
	const struct ldif_record *has =
	    slapd_config_overlay(work->config, work->database, name);

	if (has == NULL) {
		slapd_print(out, record);
	} else if (strcmp(name, "refint") == 0) {
		complete_refint(has, record, out);
	} else if (strcmp(name, "unique") == 0) {
		complete_unique(work, has, record, out);
	} else {
		judge_other(work, has, record, "olcPPolicyDefault");
		judge_other(work, has, record, "olcAccessLogDB");
		judge_other(work, has, record, "olcAccessLogOps");
	}
}

static void plan_accesslog(const struct slapd_work *work,
			   const struct ldif_record *record, GString *out)
{
	g_autofree char *folder = slapd_accesslog_folder(work);

	/* One that logs elsewhere already needs no second place. */
	if (slapd_config_has(work->config, "olcSuffix",
			     ldif_value(record, "olcSuffix", 0)) ||
	    slapd_config_overlay(work->config, work->database, "accesslog") != NULL)
		return;
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		change_add_folder(work->list, folder);
	slapd_print(out, record);
}

void slapd_plan_overlays(const struct slapd_work *work)
{
	g_autofree char *text = slapd_sample(work, "conf/slapd/overlays.ldif");
	g_autoptr(GPtrArray) records = ldif_read(text);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < records->len; i++) {
		const struct ldif_record *record = records->pdata[i];

		if (ldif_value(record, "olcModuleLoad", 0) != NULL)
			plan_modules(work, record, out);
		else if (ldif_value(record, "add", 0) != NULL)
			plan_database(work, record, out);
		else if (ldif_value(record, "olcOverlay", 0) != NULL)
			plan_overlay(work, record, out);
		else
			plan_accesslog(work, record, out);
	}
	slapd_add_run(work, out->str);
	g_string_free(out, TRUE);
}
