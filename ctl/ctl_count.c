/*
 * NAME
 *	ctl_count - kairanctl subscribers count
 *
 * DESCRIPTION
 *	[--list LIST [--new-list]] [--json]: list by list, how many there are of each state. A
 *	list that a broadcast has and nobody is registered in has its row too.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no broadcast has the list. EX_UNAVAILABLE: the store cannot be read.
 */
#include "config.h"

#include <glib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/commands.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "schema/store_subscriber.h"

static const struct ctl_column columns[] = { { "list", CTL_TEXT },
					     { "active", CTL_NUMBER },
					     { "suspended", CTL_NUMBER },
					     { "left", CTL_NUMBER },
					     { "paused", CTL_NUMBER } };

struct counting {
	const char *list; /* NULL: all */
	GPtrArray *names; /* that broadcasts have, in order; NULL: not known */
	guint next;       /* of these */
	struct ctl_table *table;
};

static void put(const struct counting *counting, const struct subscriber_count *count)
{
	if (counting->list != NULL && strcmp(counting->list, count->list) != 0)
		return;
	ctl_table_put_text(counting->table, count->list);
	ctl_table_put_number(counting->table, count->active);
	ctl_table_put_number(counting->table, count->suspended);
	ctl_table_put_number(counting->table, count->left);
	ctl_table_put_number(counting->table, count->paused);
}

/* Those that come before this list (NULL: all that are left), and have no rows in the store. */
static void put_empty(struct counting *counting, const char *before)
{
	for (; counting->names != NULL && counting->next < counting->names->len;
	     counting->next++) {
		const char *name = g_ptr_array_index(counting->names, counting->next);
		const int order = before != NULL ? strcmp(name, before) : -1;

		if (order > 0)
			return;
		if (order < 0)
			put(counting, &(struct subscriber_count){ .list = name });
	}
}

static void visit(const struct subscriber_count *count, void *context)
{
	put_empty(context, count->list);
	put(context, count);
}

static int count_all(struct store *store, void *context, struct kairan_error *error_r)
{
	if (!store_subscriber_visit_counts(store, visit, context, error_r))
		return EX_UNAVAILABLE;
	put_empty(context, NULL);
	return EX_OK;
}

int ctl_subscribers_count(const struct ctl_call *call)
{
	struct counting counting = { 0 };
	bool json = false, is_new = false;
	const struct ctl_option options[] = { { "list", &counting.list, NULL },
					      { "new-list", NULL, &is_new },
					      { "json", NULL, &json } };
	int rest, status = EX_OK;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	if (counting.list != NULL)
		status = ctl_lists_check(call, counting.list, is_new);
	if (status != EX_OK)
		return status;
	/* Where nobody knows them, there are still the rows of the store. */
	if (!is_new)
		(void)ctl_lists_read(call, &counting.names);
	counting.table = ctl_table_new(call->settings, columns, G_N_ELEMENTS(columns));
	status = ctl_store_run(call, count_all, &counting);
	if (status == EX_OK)
		ctl_table_print(counting.table, json);
	ctl_table_free(counting.table);
	if (counting.names != NULL)
		g_ptr_array_unref(counting.names);
	return status;
}
