/*
 * NAME
 *	slapd - what the directory gets from setup
 *
 * DESCRIPTION
 *	Each sample is compared with what slapd has, record by record; what is there already
 *	stays. All goes through the server, so that it checks what it gets.
 *
 * DIAGNOSTICS
 *	A base that slapd does not have is told, and nothing is changed.
 */
#include "config.h"

#include "ctl/setup/slapd.h"

#include <string.h>

#include "ctl/setup/samples.h"
#include "ctl/setup/slapd_parts.h"

#define ACCESSLOG "cn=accesslog"

const char *slapd_accesslog_base(const struct site *site,
				 const struct slapd_config *config)
{
	const struct ldif_record *database = slapd_config_database(config, site->base);
	const struct ldif_record *overlay =
	    database != NULL ? slapd_config_overlay(config, database, "accesslog") : NULL;

	return overlay != NULL ? ldif_value(overlay, "olcAccessLogDB", 0) : ACCESSLOG;
}

/* The configuration as it is, in a file beside kairan.conf. */
static bool keep_config(const struct slapd_work *work, struct change_list *list,
			struct kairan_error *error_r)
{
	g_autofree char *folder = g_path_get_dirname(work->site->conf_path);
	g_autofree char *path =
	    g_build_filename(folder, "slapd-config.before-kairan.ldif", NULL);

	return change_add_file(
	    list,
	    &(struct change_file){
		.path = path, .text = work->config->text, .mode = 0600, .is_copy = true },
	    error_r);
}

static void plan_schema(const struct slapd_work *work)
{
	g_autoptr(GPtrArray) records = ldif_read(samples_find("schema/kairan.ldif"));
	GString *out = g_string_new(NULL);

	if (!slapd_config_has_schema(work->config))
		for (guint i = 0; i < records->len; i++)
			slapd_print(out, records->pdata[i]);
	slapd_add_run(work, out->str);
	g_string_free(out, TRUE);
}

bool slapd_plan(struct site *site, const struct slapd_config *config,
		struct change_list *list, char **password_r, struct kairan_error *error_r)
{
	const struct slapd_work plan = { site, config,
					 slapd_config_database(config, site->base),
					 change_list_new() };
	g_auto(GStrv) base =
	    slapd_config_find(site, site->base, "base", "(objectClass=*)");
	bool good = true;

	*password_r = NULL;
	if (plan.database == NULL || base == NULL) {
		change_list_free(plan.list);
		site_tell_conflict(
		    site,
		    "slapd has no entry %s, or does not show it: dpkg-reconfigure slapd "
		    "makes one, --base names another.",
		    "slapd に %s がないか、見えません（dpkg-reconfigure slapd で作るか、"
		    "--base で別の名前を指定します）。",
		    site->base);
		return true;
	}
	change_hide(plan.list, site->kairan_password);
	change_hide(plan.list, site->dovecot_password);
	plan_schema(&plan);
	slapd_plan_overlays(&plan);
	slapd_plan_tree(&plan, password_r);
	slapd_plan_access(&plan);
	if (!change_list_is_empty(plan.list))
		good = keep_config(&plan, list, error_r);
	change_list_move(list, plan.list);
	return good;
}
