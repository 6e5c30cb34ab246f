/*
 * NAME
 *	ctl_delivery - what the mail system's log says of a release
 *
 * DESCRIPTION
 *	How many have it and since when, in seconds since the release was due; and the domains where
 *	somebody waits, with their mail systems' answers.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "ctl/ctl_delivery.h"

#include <glib.h>
#include <stdio.h>

#include "schema/store_delivery.h"

#define DOMAINS_SHOWN 20

static const struct ctl_column time_columns[] = {
	{ "delivered", CTL_NUMBER },
	{ "failed", CTL_NUMBER },
	{ "waiting", CTL_NUMBER },
	{ "first delivery", CTL_TIME },
	{ "first after seconds", CTL_NUMBER },
	{ "half after seconds", CTL_NUMBER },
	{ "99 percent after seconds", CTL_NUMBER },
	{ "last delivery", CTL_TIME },
	{ "last after seconds", CTL_NUMBER },
};
static const struct ctl_column domain_columns[] = { { "domain", CTL_TEXT },
						    { "recipients", CTL_NUMBER },
						    { "delivered", CTL_NUMBER },
						    { "failed", CTL_NUMBER },
						    { "answer", CTL_TEXT } };

struct ctl_delivery ctl_delivery_new(const struct settings *settings)
{
	return (struct ctl_delivery){
		ctl_table_new(settings, time_columns, G_N_ELEMENTS(time_columns)),
		ctl_table_new(settings, domain_columns, G_N_ELEMENTS(domain_columns)),
	};
}

void ctl_delivery_clear(struct ctl_delivery *delivery)
{
	ctl_table_free(delivery->times);
	ctl_table_free(delivery->domains);
}

static void add_times(struct ctl_table *table, const struct draft *draft,
		      const struct delivery_summary *summary)
{
	ctl_table_put_number(table, summary->sent);
	ctl_table_put_number(table, summary->failed);
	ctl_table_put_number(table,
			     MAX(draft->recipients - summary->sent - summary->failed, 0));
	ctl_table_put_time(table, summary->first_at);
	ctl_table_put_number(table, MAX(summary->first_at - draft->due_at, 0));
	ctl_table_put_number(table, summary->median);
	ctl_table_put_number(table, summary->most);
	ctl_table_put_time(table, summary->last_at);
	ctl_table_put_number(table, MAX(summary->last_at - draft->due_at, 0));
}

static void add_domain(struct ctl_table *table, const struct delivery_domain *domain)
{
	ctl_table_put_text(table, domain->domain);
	ctl_table_put_number(table, domain->recipients);
	ctl_table_put_number(table, domain->sent);
	ctl_table_put_number(table, domain->failed);
	ctl_table_put_text(table, domain->words);
}

bool ctl_delivery_fill(struct store *store, const struct draft *draft,
		       struct ctl_delivery *delivery, struct kairan_error *error_r)
{
	struct delivery_summary summary;
	GPtrArray *domains;

	if (!store_delivery_summarize(store, draft->id, &summary, error_r))
		return false;
	domains = store_delivery_list_waiting(store, draft->id, DOMAINS_SHOWN, error_r);
	if (domains == NULL)
		return false;
	if (summary.sent + summary.failed > 0 || domains->len > 0)
		add_times(delivery->times, draft, &summary);
	for (guint i = 0; i < domains->len; i++)
		add_domain(delivery->domains, g_ptr_array_index(domains, i));
	g_ptr_array_unref(domains);
	return true;
}

void ctl_delivery_print(const struct ctl_delivery *delivery)
{
	if (json_array_size(ctl_table_rows(delivery->times)) == 0)
		return;
	putchar('\n');
	ctl_table_print_one(delivery->times);
	if (json_array_size(ctl_table_rows(delivery->domains)) > 0)
		putchar('\n');
	ctl_table_print(delivery->domains, false);
}

json_t *ctl_delivery_make_json(const struct ctl_delivery *delivery)
{
	json_t *row = json_array_get(ctl_table_rows(delivery->times), 0);

	if (row == NULL)
		return json_null();
	row = json_copy(row);
	json_object_set(row, "domains", ctl_table_rows(delivery->domains));
	return row;
}
