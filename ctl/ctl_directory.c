/*
 * NAME
 *	ctl_directory - kairanctl directory check
 *
 * DESCRIPTION
 *	Lists all that in the directory contradicts the regulation, with the entry, the article
 *	and what to mend. The daemon looks for the same, and tells the administrators.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: something was found. EX_UNAVAILABLE: LDAP or the store could not be asked.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <sysexits.h>

#include "ctl/commands.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "milter/round/directory_check.h"

static const struct ctl_column columns[] = {
	{ "article", CTL_TEXT }, { "finding", CTL_WORD }, { "where", CTL_TEXT },
	{ "entry", CTL_TEXT },   { "mend", CTL_TEXT },
};

static void print(const struct ctl_call *call, const GPtrArray *findings, bool json)
{
	struct ctl_table *table =
	    ctl_table_new(call->settings, columns, G_N_ELEMENTS(columns));

	for (guint i = 0; i < findings->len; i++) {
		const struct directory_finding *finding = g_ptr_array_index(findings, i);

		ctl_table_put_text(table, directory_finding_article(finding));
		ctl_table_put_word(table, directory_finding_name(finding));
		ctl_table_put_text(table, finding->where);
		ctl_table_put_text(table, finding->entry);
		ctl_table_put_text(table,
				   directory_finding_mend(finding, ctl_say_language()));
	}
	ctl_table_print(table, json);
	if (findings->len == 0 && !json)
		ctl_print("the directory is in order");
	ctl_table_free(table);
}

int ctl_directory_check(const struct ctl_call *call)
{
	bool json = false;
	const struct ctl_option options[] = { { "json", NULL, &json } };
	GPtrArray *findings = NULL;
	struct setup *setup = NULL;
	struct store *store = NULL;
	struct kairan_error error;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	if (!setup_load(call->path, &setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	status = ctl_store_open(call, &store);
	if (status == EX_OK && !directory_check_all(setup, store, &findings, &error))
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (findings != NULL) {
		print(call, findings, json);
		status = findings->len > 0 ? EX_DATAERR : EX_OK;
		g_ptr_array_unref(findings);
	}
	store_close(store);
	setup_unref(setup);
	return status;
}
