/*
 * NAME
 *	report_arrivals - when residents had the broadcasts, in the monthly report
 *
 * DESCRIPTION
 *	Of each broadcast that was due in the month, and of which the mail system's log has told
 *	(setting mta_log): seconds until the first had it, half of those who have it, 99 of a hundred,
 *	and the last. Of each of these the median and the longest of all broadcasts is told.
 *
 * DIAGNOSTICS
 *	A store that cannot be read is returned.
 */
#include "config.h"

#include "milter/report/arrivals.h"

#include "policy/spans.h"
#include "schema/store_delivery.h"

static const char *const names[] = { "first", "half", "most", "last" };

#define NAMES G_N_ELEMENTS(names)

struct arrivals {
	GArray *seconds[NAMES];
	int64_t broadcasts, delivered, failed;
};

/* What the log has told of one release. In a transaction. */
static bool add_release(struct store *store, const struct delivery_release *release,
			struct arrivals *arrivals, struct kairan_error *error_r)
{
	struct delivery_summary summary;
	int64_t seconds[NAMES];

	if (!store_delivery_summarize(store, release->draft, &summary, error_r))
		return false;
	if (summary.sent == 0)
		return true;
	seconds[0] = MAX(summary.first_at - release->due_at, 0);
	seconds[1] = summary.median;
	seconds[2] = summary.most;
	seconds[3] = MAX(summary.last_at - release->due_at, 0);
	for (size_t i = 0; i < NAMES; i++)
		g_array_append_val(arrivals->seconds[i], seconds[i]);
	arrivals->broadcasts++;
	arrivals->delivered += summary.sent;
	arrivals->failed += summary.failed;
	return true;
}

static bool find_releases(struct store *store, const struct month *month,
			  GArray **releases_r, struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return false;
	*releases_r = store_delivery_list_due(store, month->since, month->until, error_r);
	store_rollback(store);
	return *releases_r != NULL;
}

/* Each release in a transaction, so that nobody has to wait for all. */
static bool add_all(struct store *store, const GArray *releases,
		    struct arrivals *arrivals, struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < releases->len; i++) {
		ok = store_begin(store, error_r);
		if (!ok)
			break;
		ok = add_release(store,
				 &g_array_index(releases, struct delivery_release, i),
				 arrivals, error_r);
		store_rollback(store);
	}
	return ok;
}

static json_t *write_arrivals(const struct arrivals *arrivals)
{
	json_t *object =
	    json_pack("{s:I, s:I, s:I}", "broadcasts", (json_int_t)arrivals->broadcasts,
		      "delivered", (json_int_t)arrivals->delivered, "failed",
		      (json_int_t)arrivals->failed);

	for (size_t i = 0; i < NAMES; i++) {
		GArray *seconds = arrivals->seconds[i];
		const struct spans spans =
		    spans_measure((int64_t *)(void *)seconds->data, seconds->len);

		(void)json_object_set_new(object, names[i],
					  json_pack("{s:I, s:I}", "median",
						    (json_int_t)spans.median, "longest",
						    (json_int_t)spans.longest));
	}
	return object;
}

bool report_arrivals_collect(struct store *store, const struct month *month,
			     json_t *report, struct kairan_error *error_r)
{
	struct arrivals arrivals = { 0 };
	GArray *releases = NULL;
	bool ok;

	if (!find_releases(store, month, &releases, error_r))
		return false;
	for (size_t i = 0; i < NAMES; i++)
		arrivals.seconds[i] = g_array_new(FALSE, FALSE, sizeof(int64_t));
	ok = add_all(store, releases, &arrivals, error_r);
	if (ok)
		(void)json_object_set_new(report, "arrivals", write_arrivals(&arrivals));
	for (size_t i = 0; i < NAMES; i++)
		g_array_unref(arrivals.seconds[i]);
	g_array_unref(releases);
	return ok;
}

void report_arrivals_put(const struct report_part *part)
{
	const json_t *arrivals = json_object_get(part->report, "arrivals");
	struct report_table *table;

	if (report_part_number(arrivals, "broadcasts") == 0) {
		report_part_put_nothing(part, "report_arrivals", "no-arrivals");
		return;
	}
	table = report_table_new(report_part_word(part, "arrivals"));
	report_table_add_column(table, report_part_word(part, "arrival"), NULL, false);
	report_table_add_column(table, report_part_word(part, "arrival-median"), NULL,
				true);
	report_table_add_column(table, report_part_word(part, "arrival-longest"), NULL,
				true);
	for (size_t i = 0; i < NAMES; i++) {
		const json_t *spans = json_object_get(arrivals, names[i]);
		g_autofree char *key = g_strconcat("arrival-", names[i], NULL);
		g_autofree char *median =
		    report_words_span(&part->words, report_part_number(spans, "median"));
		g_autofree char *longest =
		    report_words_span(&part->words, report_part_number(spans, "longest"));

		report_table_put(table, report_part_word(part, key));
		report_table_put(table, median);
		report_table_put(table, longest);
	}
	report_part_put_table(part, "report_arrivals", "report_arrivals.html", table, "");
}
