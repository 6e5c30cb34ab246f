/*
 * NAME
 *	ctl_audit_table - rows of the audit trail, as a table
 *
 * DESCRIPTION
 *	One set of columns for "audit list" and for a draft's history.
 *
 * DIAGNOSTICS
 *	What the store says is returned.
 */
#include "config.h"

#include "ctl/ctl_audit_table.h"

#include <glib.h>

static const struct ctl_column columns[] = {
	{ "row", CTL_NUMBER },   { "time", CTL_TIME },     { "login", CTL_TEXT },
	{ "role", CTL_WORD },    { "draft", CTL_NUMBER },  { "action", CTL_WORD },
	{ "outcome", CTL_WORD }, { "queue id", CTL_TEXT }, { "detail", CTL_TEXT },
};

struct ctl_table *ctl_audit_table_new(const struct settings *settings)
{
	return ctl_table_new(settings, columns, G_N_ELEMENTS(columns));
}

void ctl_audit_table_add(const struct audit_row *row, void *context)
{
	struct ctl_table *table = context;

	ctl_table_put_number(table, row->seq);
	ctl_table_put_time(table, row->at);
	ctl_table_put_text(table, row->uid);
	ctl_table_put_word(table, row->role);
	ctl_table_put_number(table, row->draft);
	ctl_table_put_word(table, row->action);
	ctl_table_put_word(table, row->outcome);
	ctl_table_put_text(table, row->queue_id);
	ctl_table_put_text(table, row->detail);
}

bool ctl_audit_table_fill(struct store *store, int64_t draft, struct ctl_table *table,
			  struct kairan_error *error_r)
{
	return store_audit_visit_draft(store, draft, ctl_audit_table_add, table, error_r);
}
