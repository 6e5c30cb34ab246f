/*
 * NAME
 *	ctl_recipients - kairanctl drafts recipients
 *
 * DESCRIPTION
 *	drafts recipients ID [--undelivered] [--csv | --json]
 *
 *	A row for each domain, from what kairan knows: which shards the MTA has taken, what came back,
 *	and what the mail system's log says (mta_log). --csv has one recipient a line, by domain, and
 *	leaves a row in the audit trail (Art. 8). The log names domains alone, so that of a domain that
 *	took some of its mail nobody can say who waits: all of them "may wait", and --undelivered has
 *	them rather than leave somebody out who does not have the broadcast.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft, or its recipients are not known: it has not begun to go out, or
 *	their time is over (keep_recipients). EX_UNAVAILABLE: the store cannot be read.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/commands.h"
#include "ctl/ctl_audience.h"
#include "ctl/ctl_csv.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "policy/address.h"
#include "schema/store_bounce.h"
#include "schema/store_delivery.h"
#include "schema/store_release.h"

static const struct ctl_column domain_columns[] = {
	{ "domain", CTL_TEXT },      { "recipients", CTL_NUMBER },
	{ "sent", CTL_NUMBER },      { "delivered", CTL_NUMBER },
	{ "failed", CTL_NUMBER },    { "waiting", CTL_NUMBER },
	{ "last answer", CTL_TEXT },
};

struct recipient {
	char *address;
	enum shard_state shard;
	enum bounce_kind failure; /* 0: nothing came back */
};

struct domain {
	char *name;
	int64_t recipients, sent, came_back;
	struct delivery_domain log; /* its strings are borrowed; all 0: it says nothing */
	GPtrArray *people;          /* struct recipient */
};

struct recipients {
	long long id;
	bool undelivered, csv, json;
	bool has_log;
	GPtrArray *log;       /* struct delivery_domain */
	GHashTable *failures; /* folded address -> enum bounce_kind */
	GHashTable *domains;  /* name -> struct domain */
	int64_t shown;
};

/* ---- what is known ---- */

static void free_recipient(void *context)
{
	struct recipient *recipient = context;

	g_free(recipient->address);
	g_free(recipient);
}

static void free_domain(void *context)
{
	struct domain *domain = context;

	g_free(domain->name);
	g_ptr_array_unref(domain->people);
	g_free(domain);
}

static void add_failure(const char *key, enum bounce_kind kind, void *context)
{
	if (bounce_kind_is_failure(kind))
		g_hash_table_insert(context, g_strdup(key), GINT_TO_POINTER(kind));
}

static int read_reports(struct store *store, void *context, struct kairan_error *error_r)
{
	struct recipients *all = context;

	all->log = store_delivery_list(store, all->id, error_r);
	all->has_log = all->log != NULL && all->log->len > 0;
	return all->log != NULL && store_bounce_visit(store, all->id, add_failure,
						      all->failures, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static void find_log(const GPtrArray *log, struct domain *domain)
{
	for (guint i = 0; i < log->len; i++) {
		const struct delivery_domain *row = g_ptr_array_index(log, i);

		if (strcmp(row->domain, domain->name) == 0)
			domain->log = *row;
	}
}

static struct domain *get_domain(struct recipients *all, const char *name)
{
	struct domain *domain = g_hash_table_lookup(all->domains, name);

	if (domain != NULL)
		return domain;
	domain = g_new0(struct domain, 1);
	domain->name = g_strdup(name);
	domain->people = g_ptr_array_new_with_free_func(free_recipient);
	find_log(all->log, domain);
	g_hash_table_insert(all->domains, domain->name, domain);
	return domain;
}

static void add_recipient(const struct shard *shard, const char *address, void *context)
{
	struct recipients *all = context;
	struct recipient *recipient = g_new0(struct recipient, 1);
	struct address key;
	struct domain *domain;

	if (address_read(address, &key, NULL))
		address_fold(&key);
	else
		(void)g_strlcpy(key.spec, address, sizeof(key.spec));
	recipient->address = g_strdup(address);
	recipient->shard = shard->state;
	recipient->failure = (enum bounce_kind)GPOINTER_TO_INT(
	    g_hash_table_lookup(all->failures, key.spec));
	domain = get_domain(
	    all, strrchr(key.spec, '@') != NULL ? strrchr(key.spec, '@') + 1 : key.spec);
	domain->recipients++;
	domain->sent += shard->state >= SHARD_ACCEPTED;
	domain->came_back += recipient->failure != 0;
	g_ptr_array_add(domain->people, recipient);
}

/* ---- what that says ---- */

static int64_t count_failed(const struct domain *domain)
{
	return MAX(domain->log.failed, domain->came_back);
}

/* Without the log, what the mail system took and did not report is all that is known. */
static int64_t count_waiting(const struct recipients *all, const struct domain *domain)
{
	const int64_t has = all->has_log ? domain->log.sent + count_failed(domain)
					 : MAX(domain->sent, count_failed(domain));

	return MAX(domain->recipients - has, 0);
}

static bool is_undelivered(const struct recipients *all, const struct domain *domain)
{
	return count_failed(domain) > 0 || count_waiting(all, domain) > 0;
}

/* What is known of one recipient: a word of the CSV. */
static const char *name_state(const struct recipients *all, const struct domain *domain,
			      const struct recipient *recipient)
{
	if (recipient->failure != 0)
		return "failed";
	if (recipient->shard < SHARD_ACCEPTED)
		return shard_state_name(recipient->shard);
	if (!all->has_log)
		return "sent";
	/* Who failed by the log alone is one of them, and nobody knows which. */
	if (count_waiting(all, domain) + count_failed(domain) - domain->came_back == 0)
		return "delivered";
	return domain->log.sent > 0 ? "may wait" : "waiting";
}

static bool has_it(const char *state)
{
	return strcmp(state, "delivered") == 0 || strcmp(state, "sent") == 0;
}

/* ---- showing it ---- */

static int compare_domains(const void *a, const void *b)
{
	const struct domain *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

static GPtrArray *sort_domains(const struct recipients *all)
{
	GPtrArray *sorted = g_ptr_array_new();
	GHashTableIter iter;
	void *domain;

	g_hash_table_iter_init(&iter, all->domains);
	while (g_hash_table_iter_next(&iter, NULL, &domain))
		if (!all->undelivered || is_undelivered(all, domain))
			g_ptr_array_add(sorted, domain);
	g_ptr_array_sort(sorted, compare_domains);
	return sorted;
}

static void print_table(const struct ctl_call *call, const struct recipients *all,
			const GPtrArray *sorted)
{
	struct ctl_table *table =
	    ctl_table_new(call->settings, domain_columns, G_N_ELEMENTS(domain_columns));

	for (guint i = 0; i < sorted->len; i++) {
		const struct domain *domain = g_ptr_array_index(sorted, i);

		ctl_table_put_text(table, domain->name);
		ctl_table_put_number(table, domain->recipients);
		ctl_table_put_number(table, domain->sent);
		ctl_table_put_number(table, domain->log.sent);
		ctl_table_put_number(table, count_failed(domain));
		ctl_table_put_number(table, count_waiting(all, domain));
		ctl_table_put_text(table,
				   domain->log.refused > 0 ? domain->log.words : "");
	}
	ctl_table_print(table, all->json);
	ctl_table_free(table);
}

static bool is_shown(const struct recipients *all, const struct domain *domain,
		     const struct recipient *recipient)
{
	return !all->undelivered || !has_it(name_state(all, domain, recipient));
}

static void count_shown(struct recipients *all, const struct domain *domain)
{
	for (guint i = 0; i < domain->people->len; i++)
		all->shown += is_shown(all, domain, g_ptr_array_index(domain->people, i));
}

static void print_people(const struct recipients *all, const struct domain *domain)
{
	for (guint i = 0; i < domain->people->len; i++) {
		const struct recipient *recipient = g_ptr_array_index(domain->people, i);

		if (!is_shown(all, domain, recipient))
			continue;
		ctl_csv_put_field(domain->name, ",");
		ctl_csv_put_field(recipient->address, ",");
		printf("%s,%s\r\n", name_state(all, domain, recipient),
		       recipient->failure != 0 ? bounce_kind_name(recipient->failure)
					       : "");
	}
}

/* Before the first of them is shown. */
static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct recipients *all = context;
	const struct ctl_reading reading = { all->id, "drafts recipients --csv",
					     all->shown };

	return ctl_reading_record(store, &reading, error_r);
}

static int print_csv(struct store *store, struct recipients *all, const GPtrArray *sorted)
{
	int status;

	for (guint i = 0; i < sorted->len; i++)
		count_shown(all, g_ptr_array_index(sorted, i));
	status = ctl_store_work(store, record, all);
	if (status != EX_OK)
		return status;
	fputs("domain,address,state,reason\r\n", stdout);
	for (guint i = 0; i < sorted->len; i++)
		print_people(all, g_ptr_array_index(sorted, i));
	return fflush(stdout) == 0
		   ? EX_OK
		   : ctl_fail(EX_IOERR, "standard output cannot be written");
}

static int show(const struct ctl_call *call, struct store *store, struct recipients *all)
{
	GPtrArray *sorted;
	int status = EX_OK;

	if (g_hash_table_size(all->domains) == 0)
		return ctl_fail(
		    EX_NOINPUT,
		    "no recipients of draft %lld are kept: it has not begun to "
		    "go out, or their time is over",
		    all->id);
	sorted = sort_domains(all);
	if (all->csv)
		status = print_csv(store, all, sorted);
	else
		print_table(call, all, sorted);
	g_ptr_array_unref(sorted);
	return status;
}

static int run(const struct ctl_call *call, struct recipients *all)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	if (status == EX_OK)
		status = ctl_store_work(store, read_reports, all);
	if (status == EX_OK)
		status = ctl_audience_visit(store, all->id, add_recipient, all);
	if (status == EX_OK)
		status = show(call, store, all);
	store_close(store);
	return status;
}

int ctl_drafts_recipients(const struct ctl_call *call)
{
	struct recipients all = { 0 };
	const struct ctl_option options[] = { { "undelivered", NULL, &all.undelivered },
					      { "csv", NULL, &all.csv },
					      { "json", NULL, &all.json } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || !ctl_drafts_read_id(call->argv[rest], &all.id) ||
	    (all.csv && all.json))
		return ctl_usage(call);
	all.failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	all.domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_domain);
	status = run(call, &all);
	g_hash_table_unref(all.failures);
	g_hash_table_unref(all.domains);
	g_clear_pointer(&all.log, g_ptr_array_unref);
	return status;
}
