/*
 * NAME
 *	report_facts - the monthly report becomes text and HTML
 *
 * DESCRIPTION
 *	Each part of the report is a table; in HTML with a chart before it that shows the same.
 *	What the parts say is in the phrases report.*, how they follow each other in the
 *	templates report.txt and report.html.
 *
 * DIAGNOSTICS
 *	None. Figures that are not there are 0.
 */
#include "config.h"

#include "milter/report/report.h"

#include <string.h>

#include "milter/report/arrivals.h"
#include "milter/report/chart.h"
#include "milter/report/incidents.h"
#include "milter/report/part.h"

#define SERIES REPORT_CHART_SERIES

/* ---- refusals ---- */

/* The bars are by article: the refusals are in their order. */
static char *write_refusals_chart(const struct report_part *part, const json_t *refusals)
{
	struct report_chart *chart =
	    report_chart_new("refusals", report_part_word(part, "refusals"),
			     (const char *const[SERIES]){ NULL, NULL });
	const size_t size = json_array_size(refusals);
	int64_t sum = 0;
	char *svg;

	for (size_t i = 0; i < size; i++) {
		const json_t *refusal = json_array_get(refusals, i);
		const char *article = report_part_text(refusal, "article");
		g_autofree char *label = report_words_article(&part->words, article);
		g_autofree char *shown = NULL;

		sum += report_part_number(refusal, "count");
		if (i + 1 < size &&
		    strcmp(report_part_text(json_array_get(refusals, i + 1), "article"),
			   article) == 0)
			continue;
		shown = report_words_number(sum);
		report_chart_add(chart, label, (const int64_t[SERIES]){ sum, 0 },
				 (const char *const[SERIES]){ shown, NULL });
		sum = 0;
	}
	svg = report_chart_write_bars(chart);
	report_chart_free(chart);
	return svg;
}

static void put_refusals(const struct report_part *part)
{
	const json_t *refusals = json_object_get(part->report, "refusals");
	struct report_table *table;
	g_autofree char *svg = NULL;
	size_t i;
	const json_t *refusal;

	if (json_array_size(refusals) == 0) {
		report_part_put_nothing(part, "report_refusals", "none");
		return;
	}
	table = report_table_new(report_part_word(part, "refusals"));
	report_table_add_column(table, report_part_word(part, "reason"), NULL, false);
	report_table_add_column(table, report_part_word(part, "rule"), NULL, false);
	report_table_add_column(table, report_part_word(part, "count"), NULL, true);
	json_array_foreach(refusals, i, refusal)
	{
		g_autofree char *reason = report_words_reason(
		    &part->words, report_part_text(refusal, "reason"));
		g_autofree char *article = report_words_article(
		    &part->words, report_part_text(refusal, "article"));

		report_table_put(table, reason);
		report_table_put(table, article);
		report_table_put_number(table, report_part_number(refusal, "count"));
	}
	svg = write_refusals_chart(part, refusals);
	report_part_put_table(part, "report_refusals", "report_refusals.html", table,
			      svg);
}

/* ---- subscribers ---- */

/* What is said of them as they are now, in order. */
static const char *const standings[][2] = {
	{ "active", "active-full" },     { "suspended", "suspended-full" },
	{ "consent", "consent-full" },   { "recognised", "recognised-full" },
	{ "imported", "imported-full" },
};

static void add_list(struct report_table *table, struct report_chart *chart,
		     const json_t *list)
{
	const int64_t joined = report_part_number(list, "joined");
	const int64_t gone = report_part_number(list, "gone");
	g_autofree char *joined_text = report_words_number(joined);
	g_autofree char *gone_text = report_words_number(gone);

	report_table_put(table, report_part_text(list, "list"));
	report_table_put(table, joined_text);
	report_table_put(table, gone_text);
	for (size_t i = 0; i < G_N_ELEMENTS(standings); i++)
		report_table_put_number(table, report_part_number(list, standings[i][0]));
	report_chart_add(chart, report_part_text(list, "list"),
			 (const int64_t[SERIES]){ joined, gone },
			 (const char *const[SERIES]){ joined_text, gone_text });
}

static void put_subscribers(const struct report_part *part)
{
	const json_t *lists = json_object_get(part->report, "lists");
	struct report_table *table;
	struct report_chart *chart;
	g_autofree char *svg = NULL;
	size_t i;
	const json_t *list;

	if (json_array_size(lists) == 0) {
		report_part_put_nothing(part, "report_subscribers", "no-lists");
		return;
	}
	table = report_table_new(report_part_word(part, "subscribers"));
	report_table_add_column(table, report_part_word(part, "list"), NULL, false);
	report_table_add_column(table, report_part_word(part, "joined"), NULL, true);
	report_table_add_column(table, report_part_word(part, "gone"), NULL, true);
	for (i = 0; i < G_N_ELEMENTS(standings); i++)
		report_table_add_column(table, report_part_word(part, standings[i][0]),
					report_part_word(part, standings[i][1]), true);
	chart = report_chart_new(
	    "lists", report_part_word(part, "subscribers-chart"),
	    (const char *const[SERIES]){ report_part_word(part, "joined"),
					 report_part_word(part, "gone") });
	json_array_foreach(lists, i, list)
	{
		add_list(table, chart, list);
	}
	svg = report_chart_write_bars(chart);
	report_chart_free(chart);
	report_part_put_table(part, "report_subscribers", "report_subscribers.html",
			      table, svg);
}

/* ---- people and the audit trail ---- */

static void put_people(const struct report_part *part, const json_t *people)
{
	struct report_table *table = report_table_new(report_part_word(part, "dormant"));
	size_t i;
	const json_t *person;

	report_table_add_column(table, report_part_word(part, "login"), NULL, false);
	report_table_add_column(table, report_part_word(part, "name"), NULL, false);
	report_table_add_column(table, report_part_word(part, "last"), NULL, false);
	json_array_foreach(people, i, person)
	{
		const int64_t last = report_part_number(person, "last");
		g_autofree char *when = last != 0
					    ? report_words_day(&part->words, last)
					    : g_strdup(report_part_word(part, "never"));

		report_table_put(table, report_part_text(person, "login"));
		report_table_put(table, report_part_text(person, "name"));
		report_table_put(table, when);
	}
	report_part_put_table(part, "report_dormant", "report_dormant.html", table, "");
}

static void put_dormant(const struct report_part *part)
{
	const json_t *dormant = json_object_get(part->report, "dormant");
	const json_t *people = json_object_get(dormant, "people");
	const int64_t more = report_part_number(dormant, "more");

	report_part_put_number(part, "report_dormant_days",
			       report_part_number(dormant, "seconds") / 86400);
	if (!report_is_complete(part->report))
		report_part_put_nothing(part, "report_dormant", "dormant-unknown");
	else if (json_array_size(people) == 0)
		report_part_put_nothing(part, "report_dormant", "nobody");
	else
		put_people(part, people);
	if (more > 0) {
		g_autofree char *count = report_words_number(more);

		report_part_put(part, "report_dormant_more",
				report_words_fill(&part->words, "dormant-more", "count",
						  count, NULL, NULL));
	}
}

static void put_audit(const struct report_part *part)
{
	const json_t *audit = json_object_get(part->report, "audit");
	g_autofree char *rows = report_words_number(report_part_number(audit, "rows"));
	g_autofree char *row =
	    g_strdup_printf("%lld", (long long)report_part_number(audit, "row"));
	g_autofree char *key =
	    g_strconcat("audit-fault.", report_part_text(audit, "fault"), NULL);
	const bool whole = json_is_true(json_object_get(audit, "whole"));

	report_part_put(part, "report_audit",
			report_words_fill(&part->words,
					  whole ? "audit-whole" : "audit-broken", "rows",
					  rows, NULL, NULL));
	report_part_put(
	    part, "report_audit_fault",
	    whole ? g_strdup("")
		  : report_words_fill(&part->words, key, "row", row, NULL, NULL));
}

static void put_inspection(const struct report_part *part)
{
	const json_t *inspection = json_object_get(part->report, "inspection");
	const int64_t last = report_part_number(inspection, "last");
	g_autofree char *when = last != 0 ? report_words_day(&part->words, last) : NULL;

	report_part_put(
	    part, "report_inspection",
	    report_words_fill(&part->words,
			      last != 0 ? "inspection-last" : "inspection-none", "when",
			      last != 0 ? when : "", NULL, NULL));
	if (json_is_true(json_object_get(inspection, "due")))
		report_part_put(part, "report_inspection_due",
				g_strdup(report_part_word(part, "inspection-due")));
}

/* ---- the head ---- */

static void put_head(const struct report_part *part)
{
	const json_t *total = json_object_get(part->report, "total");
	const int64_t since = report_part_number(part->report, "since");
	const int64_t until = report_part_number(part->report, "until");
	const int64_t records = report_part_number(part->report, "records_from");
	g_autofree char *from = report_words_day(&part->words, since);
	g_autofree char *to = report_words_day(&part->words, until - 1);

	report_part_put(part, "report_month", report_words_month(&part->words, since));
	report_part_put(part, "report_name",
			g_strdup(report_part_text(part->report, "month")));
	report_part_put(
	    part, "report_period",
	    report_words_fill(&part->words, "period", "from", from, "to", to));
	report_part_put(
	    part, "report_made",
	    report_words_time(&part->words, report_part_number(part->report, "made_at")));
	if (!json_is_true(json_object_get(part->report, "complete")))
		report_part_put(part, "report_partial",
				g_strdup(report_part_word(part, "partial")));
	if (records != 0) {
		g_autofree char *day = report_words_time(&part->words, records);

		report_part_put(
		    part, "report_records",
		    report_words_fill(&part->words, "records", "from", day, NULL, NULL));
	}
	report_part_put_number(part, "report_broadcasts",
			       report_part_number(total, "broadcasts"));
	report_part_put_number(part, "report_recipients",
			       report_part_number(total, "recipients"));
	report_part_put_number(part, "report_urgent",
			       report_part_number(total, "urgent"));
	report_part_put_number(part, "report_corrections",
			       report_part_number(total, "corrections"));
	if (report_part_number(total, "drills") > 0)
		report_part_put_number(part, "report_drills",
				       report_part_number(total, "drills"));
	report_part_put_number(part, "report_incidents",
			       report_part_number(part->report, "incidents"));
}

void report_put_facts(GHashTable *facts, const struct setup *setup, const char *language,
		      const json_t *report)
{
	const struct report_part part = {
		.facts = facts,
		.words = { setup->templates, language, setup->settings->time_zone },
		.report = report,
	};

	put_head(&part);
	report_part_put_sections(&part);
	report_arrivals_put(&part);
	put_refusals(&part);
	put_subscribers(&part);
	put_dormant(&part);
	put_audit(&part);
	put_inspection(&part);
	report_incidents_put(&part);
}
