/*
 * NAME
 *	report_year - the figures of a fiscal year
 *
 * DESCRIPTION
 *	A broadcast counts in the year in which its release was complete, as in the monthly
 *	report; one that was stopped counts too, since residents may have it. All times are those
 *	of these broadcasts, and medians, so that one draft that was forgotten hides nothing.
 *
 * DIAGNOSTICS
 *	A store that cannot be read is returned.
 */
#include "config.h"

#include "milter/report/year.h"

#include <glib.h>
#include <string.h>

#include "milter/report/figures.h"
#include "policy/hours.h"
#include "policy/month.h"
#include "policy/spans.h"
#include "schema/store_delivery.h"
#include "schema/store_report.h"

/* In the order of report_year_kinds. */
enum kind { KIND_ORDINARY, KIND_URGENT, KIND_CORRECTION, KIND_DRILL, KINDS };

const char *const report_year_kinds[] = { "ordinary", "urgent", "correction", "drill",
					  NULL };

enum span { SPAN_DECISION, SPAN_RELEASE, SPAN_DELIVERY, SPANS };

const char *const report_year_spans[] = { "decision", "release", "delivery", NULL };

/* Night is true. */
#define HALVES 2

struct year_figures {
	int64_t broadcasts, recipients;
	GArray *spans[SPANS][HALVES]; /* int64_t: seconds */
};

struct year_section {
	char *name_ja, *name_en;
	int64_t submitted, sent_back;
	struct year_figures all, kinds[KINDS];
};

/* What went out, and may have a row in the mail system's log. */
struct sent {
	struct year_section *section;
	enum kind kind;
	int64_t draft, due_at;
};

struct counted_month {
	struct month month;
	int64_t recipients, kinds[KINDS];
};

struct year {
	const struct fiscal_year *time;
	GTimeZone *zone;
	struct quiet_hours night;
	struct counted_month months[FISCAL_YEAR_MONTHS];
	GTree *sections; /* DN -> struct year_section, in order */
	struct year_section *total;
	GArray *sent;
};

/* ---- sections ---- */

static void init_figures(struct year_figures *figures)
{
	for (int span = 0; span < SPANS; span++)
		for (int half = 0; half < HALVES; half++)
			figures->spans[span][half] =
			    g_array_new(FALSE, FALSE, sizeof(int64_t));
}

static void clear_figures(struct year_figures *figures)
{
	for (int span = 0; span < SPANS; span++)
		for (int half = 0; half < HALVES; half++)
			g_array_unref(figures->spans[span][half]);
}

static struct year_section *new_section(const char *name_ja, const char *name_en)
{
	struct year_section *section = g_new0(struct year_section, 1);

	section->name_ja = g_strdup(name_ja);
	section->name_en = g_strdup(name_en);
	init_figures(&section->all);
	for (int kind = 0; kind < KINDS; kind++)
		init_figures(&section->kinds[kind]);
	return section;
}

static void free_section(void *pointer)
{
	struct year_section *section = pointer;

	g_free(section->name_ja);
	g_free(section->name_en);
	clear_figures(&section->all);
	for (int kind = 0; kind < KINDS; kind++)
		clear_figures(&section->kinds[kind]);
	g_free(section);
}

static int compare_names(const void *one, const void *other, void *context)
{
	(void)context;
	return strcmp(one, other);
}

static struct year_section *find_section(struct year *year, const char *dn,
					 const char *name_ja, const char *name_en)
{
	struct year_section *section = g_tree_lookup(year->sections, dn);

	if (section == NULL) {
		section = new_section(name_ja, name_en);
		g_tree_insert(year->sections, g_strdup(dn), section);
		return section;
	}
	/* The name that the section had last. */
	g_free(section->name_ja);
	g_free(section->name_en);
	section->name_ja = g_strdup(name_ja);
	section->name_en = g_strdup(name_en);
	return section;
}

static void add_section(const char *dn, const char *name_ja, const char *name_en,
			void *context)
{
	(void)find_section(context, dn, name_ja, name_en);
}

/* ---- counting ---- */

static bool is_in(const struct fiscal_year *time, int64_t at)
{
	return at >= time->since && at < time->until;
}

static enum kind find_kind(const struct report_draft *draft)
{
	if (draft->is_drill)
		return KIND_DRILL;
	if (draft->corrects)
		return KIND_CORRECTION;
	return draft->urgent ? KIND_URGENT : KIND_ORDINARY;
}

static void add_span(const struct year *year, struct year_section *section,
		     enum kind kind, enum span span, int64_t from, int64_t seconds)
{
	const int half = hours_is_quiet(&year->night, year->zone, from);
	const int64_t taken = MAX(seconds, 0);

	if (kind != KIND_DRILL)
		g_array_append_val(section->all.spans[span][half], taken);
	g_array_append_val(section->kinds[kind].spans[span][half], taken);
}

static void count_month(struct year *year, const struct report_draft *draft,
			enum kind kind)
{
	for (int i = 0; i < FISCAL_YEAR_MONTHS; i++) {
		struct counted_month *one = &year->months[i];

		if (draft->sent_at < one->month.since ||
		    draft->sent_at >= one->month.until)
			continue;
		one->kinds[kind]++;
		if (kind != KIND_DRILL)
			one->recipients += draft->recipients;
	}
}

static void count_sent(struct year *year, struct year_section *section, enum kind kind,
		       const struct report_draft *draft)
{
	const struct sent sent = { section, kind, draft->id, draft->due_at };
	struct year_figures *const counted[] = { &section->kinds[kind], &section->all };

	/* Residents have nothing of a drill: it is in no sum. */
	for (size_t i = 0; i < (kind != KIND_DRILL ? 2 : 1); i++) {
		counted[i]->broadcasts++;
		counted[i]->recipients += draft->recipients;
	}
	add_span(year, section, kind, SPAN_DECISION, draft->submitted_at,
		 draft->decided_at - draft->submitted_at);
	if (draft->state == DRAFT_RELEASED)
		add_span(year, section, kind, SPAN_RELEASE, draft->decided_at,
			 draft->sent_at - draft->decided_at);
	g_array_append_val(year->sent, sent);
}

static void count_draft(const struct report_draft *draft, void *context)
{
	struct year *year = context;
	struct year_section *const counted[] = {
		find_section(year, draft->section, draft->section_ja, draft->section_en),
		year->total,
	};
	const enum kind kind = find_kind(draft);
	const bool is_sent =
	    lifecycle_was_sent(draft->state) && is_in(year->time, draft->sent_at);

	for (size_t i = 0; i < G_N_ELEMENTS(counted); i++) {
		counted[i]->submitted +=
		    kind != KIND_DRILL && is_in(year->time, draft->submitted_at);
		counted[i]->sent_back += kind != KIND_DRILL &&
					 draft->state == DRAFT_SENT_BACK &&
					 is_in(year->time, draft->decided_at);
		if (is_sent)
			count_sent(year, counted[i], kind, draft);
	}
	if (is_sent)
		count_month(year, draft, kind);
}

static bool walk_drafts(struct store *store, struct year *year,
			struct kairan_error *error_r)
{
	const struct report_time time = { year->time->since, year->time->until };
	enum answer answer = ANSWER_YES;
	int64_t next = 0;

	while (answer == ANSWER_YES) {
		if (!store_begin(store, error_r))
			return false;
		answer = store_report_visit_drafts(store, &time, &next, count_draft, year,
						   error_r);
		store_rollback(store);
	}
	return answer == ANSWER_NO;
}

/* When the last resident had each of them, where the log has told: each in a transaction, so that
 * nobody has to wait for all. */
static bool add_deliveries(struct store *store, struct year *year,
			   struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < year->sent->len; i++) {
		const struct sent *sent = &g_array_index(year->sent, struct sent, i);
		struct delivery_summary summary = { 0 };

		ok = store_begin(store, error_r);
		if (!ok)
			break;
		ok = store_delivery_summarize(store, sent->draft, &summary, error_r);
		store_rollback(store);
		if (ok && summary.sent > 0)
			add_span(year, sent->section, sent->kind, SPAN_DELIVERY,
				 sent->due_at, summary.last_at - sent->due_at);
	}
	return ok;
}

static bool find_start(struct store *store, struct year *year, int64_t *oldest_r,
		       struct kairan_error *error_r)
{
	bool ok = store_begin(store, error_r);

	if (ok) {
		ok = store_report_visit_sections(store, add_section, year, error_r) &&
		     store_report_find_oldest(store, oldest_r, error_r);
		store_rollback(store);
	}
	return ok;
}

/* ---- writing ---- */

static void put_number(json_t *object, const char *name, int64_t number)
{
	(void)json_object_set_new(object, name, json_integer(number));
}

static json_t *write_half(const GArray *seconds)
{
	const struct spans spans =
	    spans_measure((int64_t *)(void *)seconds->data, seconds->len);

	return json_pack("{s:I, s:I}", "count", (json_int_t)spans.count, "median",
			 (json_int_t)spans.median);
}

static void put_figures(json_t *object, const struct year_figures *figures)
{
	put_number(object, "broadcasts", figures->broadcasts);
	put_number(object, "recipients", figures->recipients);
	for (int span = 0; span < SPANS; span++)
		(void)json_object_set_new(
		    object, report_year_spans[span],
		    json_pack("{s:o, s:o}", "day", write_half(figures->spans[span][0]),
			      "night", write_half(figures->spans[span][1])));
}

static json_t *write_section(const struct year_section *section)
{
	json_t *object = json_object();

	put_number(object, "submitted", section->submitted);
	put_number(object, "sent_back", section->sent_back);
	put_figures(object, &section->all);
	for (int kind = 0; kind < KINDS; kind++) {
		json_t *one = json_object();

		put_figures(one, &section->kinds[kind]);
		(void)json_object_set_new(object, report_year_kinds[kind], one);
	}
	return object;
}

static int write_one(void *dn, void *pointer, void *context)
{
	const struct year_section *section = pointer;
	json_t *object = write_section(section);

	report_figures_put_text(object, "section", dn);
	report_figures_put_text(object, "name_ja", section->name_ja);
	report_figures_put_text(object, "name_en", section->name_en);
	(void)json_array_append_new(context, object);
	return FALSE;
}

static json_t *write_months(const struct year *year)
{
	json_t *months = json_array();

	for (int i = 0; i < FISCAL_YEAR_MONTHS; i++) {
		const struct counted_month *one = &year->months[i];
		json_t *object = json_pack("{s:s}", "month", one->month.name);
		int64_t broadcasts = 0;

		for (int kind = 0; kind < KINDS; kind++)
			broadcasts += kind != KIND_DRILL ? one->kinds[kind] : 0;
		put_number(object, "broadcasts", broadcasts);
		put_number(object, "recipients", one->recipients);
		for (int kind = 0; kind < KINDS; kind++)
			put_number(object, report_year_kinds[kind], one->kinds[kind]);
		(void)json_array_append_new(months, object);
	}
	return months;
}

static json_t *write_year(const struct year *year, int64_t oldest, int64_t now)
{
	const struct fiscal_year *time = year->time;
	json_t *sections = json_array();

	g_tree_foreach(year->sections, write_one, sections);
	return json_pack(
	    "{s:i, s:i, s:I, s:I, s:I, s:b, s:I, s:o, s:o, s:o}", "fiscal_year",
	    time->year, "reiwa", fiscal_year_find_reiwa(time), "since",
	    (json_int_t)time->since, "until", (json_int_t)time->until, "made_at",
	    (json_int_t)now, "complete", now >= time->until, "records_from",
	    (json_int_t)(oldest > time->since ? oldest : 0), "months", write_months(year),
	    "sections", sections, "total", write_section(year->total));
}

/* ---- all of it ---- */

static void find_months(struct year *year)
{
	month_of_time(year->time->since, year->zone, &year->months[0].month);
	for (int i = 1; i < FISCAL_YEAR_MONTHS; i++)
		month_after(&year->months[i - 1].month, year->zone,
			    &year->months[i].month);
}

bool report_year_collect(const struct setup *setup, struct store *store,
			 const struct fiscal_year *time, int64_t now, json_t **report_r,
			 struct kairan_error *error_r)
{
	struct year year = {
		.time = time,
		.zone = setup->zone,
		.sections = g_tree_new_full(compare_names, NULL, g_free, free_section),
		.total = new_section("", ""),
		.sent = g_array_new(FALSE, FALSE, sizeof(struct sent)),
	};
	int64_t oldest = 0;
	bool ok;

	(void)hours_read(setup->settings->quiet_hours, &year.night);
	find_months(&year);
	ok = find_start(store, &year, &oldest, error_r) &&
	     walk_drafts(store, &year, error_r) && add_deliveries(store, &year, error_r);
	if (ok)
		*report_r = write_year(&year, oldest, now);
	g_tree_destroy(year.sections);
	free_section(year.total);
	g_array_unref(year.sent);
	return ok;
}
