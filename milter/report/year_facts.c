/*
 * NAME
 *	report_year_facts - the figures of a fiscal year become text and HTML
 *
 * DESCRIPTION
 *	Tables, for paper: by section and kind, by month, and the median times of day and night
 *	by section and by kind. What is said is in the phrases report.*, how the tables follow
 *	each other in the templates report-year.txt and report-year.html.
 *
 * DIAGNOSTICS
 *	None. Figures that are not there are 0.
 */
#include "config.h"

#include "milter/report/year.h"

#include <stdlib.h>
#include <string.h>

#include "milter/report/part.h"

static const char *const halves[] = { "day", "night" };

static const char *section_name(const struct report_part *part, const json_t *section)
{
	const bool ja = strcmp(part->words.language, "ja") == 0;
	const char *name = report_part_text(section, ja ? "name_ja" : "name_en");

	return *name != '\0' ? name : report_part_text(section, "section");
}

/* The phrase of a kind: "kind-urgent". */
static const char *kind_word(const struct report_part *part, const char *kind)
{
	g_autofree char *key = g_strconcat("kind-", kind, NULL);

	return report_part_word(part, key);
}

static void add_kind_columns(const struct report_part *part, struct report_table *table)
{
	for (size_t i = 0; report_year_kinds[i] != NULL; i++)
		report_table_add_column(table, kind_word(part, report_year_kinds[i]),
					NULL, true);
	report_table_add_column(table, report_part_word(part, "total"), NULL, true);
	report_table_add_column(table, report_part_word(part, "recipients"), NULL, true);
}

/* ---- by section ---- */

static void put_kinds_row(struct report_table *table, const json_t *section)
{
	for (size_t i = 0; report_year_kinds[i] != NULL; i++)
		report_table_put_number(
		    table,
		    report_part_number(json_object_get(section, report_year_kinds[i]),
				       "broadcasts"));
	report_table_put_number(table, report_part_number(section, "broadcasts"));
	report_table_put_number(table, report_part_number(section, "recipients"));
}

static void put_kinds(const struct report_part *part)
{
	struct report_table *table = report_table_new(report_part_word(part, "kinds"));
	size_t i;
	const json_t *section;

	report_table_add_column(table, report_part_word(part, "section"), NULL, false);
	add_kind_columns(part, table);
	json_array_foreach(json_object_get(part->report, "sections"), i, section)
	{
		report_table_put(table, section_name(part, section));
		put_kinds_row(table, section);
	}
	report_table_put(table, report_part_word(part, "total"));
	put_kinds_row(table, json_object_get(part->report, "total"));
	report_table_end_with_total(table);
	report_part_put_table(part, "report_kinds", "report_kinds.html", table, "");
}

/* ---- by month ---- */

/* "2026-04" is "4月". */
static char *name_month(const struct report_part *part, const char *month)
{
	const char *dash = strchr(month, '-');
	g_autofree char *number =
	    g_strdup_printf("%d", dash != NULL ? atoi(dash + 1) : 0);

	return report_words_fill(&part->words, "month", "name", month, "number", number);
}

static void put_months(const struct report_part *part)
{
	struct report_table *table = report_table_new(report_part_word(part, "months"));
	const json_t *total = json_object_get(part->report, "total");
	size_t i;
	const json_t *month;

	report_table_add_column(table, report_part_word(part, "month-column"), NULL,
				false);
	add_kind_columns(part, table);
	json_array_foreach(json_object_get(part->report, "months"), i, month)
	{
		g_autofree char *name =
		    name_month(part, report_part_text(month, "month"));

		report_table_put(table, name);
		for (size_t kind = 0; report_year_kinds[kind] != NULL; kind++)
			report_table_put_number(
			    table, report_part_number(month, report_year_kinds[kind]));
		report_table_put_number(table, report_part_number(month, "broadcasts"));
		report_table_put_number(table, report_part_number(month, "recipients"));
	}
	report_table_put(table, report_part_word(part, "total"));
	put_kinds_row(table, total);
	report_table_end_with_total(table);
	report_part_put_table(part, "report_months", "report_months.html", table, "");
}

/* ---- how long it took ---- */

static void put_median(const struct report_part *part, struct report_table *table,
		       const json_t *half)
{
	g_autofree char *text =
	    report_part_number(half, "count") > 0
		? report_words_span(&part->words, report_part_number(half, "median"))
		: g_strdup("-");

	report_table_put(table, text);
}

static void put_times_row(const struct report_part *part, struct report_table *table,
			  const json_t *figures)
{
	for (size_t span = 0; report_year_spans[span] != NULL; span++)
		for (size_t half = 0; half < G_N_ELEMENTS(halves); half++)
			put_median(part, table,
				   json_object_get(
				       json_object_get(figures, report_year_spans[span]),
				       halves[half]));
}

static struct report_table *new_times(const struct report_part *part, const char *caption,
				      const char *first)
{
	struct report_table *table = report_table_new(report_part_word(part, caption));

	report_table_add_column(table, report_part_word(part, first), NULL, false);
	for (size_t span = 0; report_year_spans[span] != NULL; span++)
		for (size_t half = 0; half < G_N_ELEMENTS(halves); half++) {
			g_autofree char *key = g_strdup_printf(
			    "%s-%s", report_year_spans[span], halves[half]);
			g_autofree char *full = g_strconcat(key, "-full", NULL);

			report_table_add_column(table, report_part_word(part, key),
						report_part_word(part, full), true);
		}
	return table;
}

static void put_section_times(const struct report_part *part)
{
	struct report_table *table = new_times(part, "year-times", "section");
	size_t i;
	const json_t *section;

	json_array_foreach(json_object_get(part->report, "sections"), i, section)
	{
		report_table_put(table, section_name(part, section));
		put_times_row(part, table, section);
	}
	report_table_put(table, report_part_word(part, "all"));
	put_times_row(part, table, json_object_get(part->report, "total"));
	report_table_end_with_total(table);
	report_part_put_table(part, "report_times", "report_times.html", table, "");
}

static void put_kind_times(const struct report_part *part)
{
	struct report_table *table = new_times(part, "kind-times", "kind");
	const json_t *total = json_object_get(part->report, "total");

	for (size_t i = 0; report_year_kinds[i] != NULL; i++) {
		report_table_put(table, kind_word(part, report_year_kinds[i]));
		put_times_row(part, table, json_object_get(total, report_year_kinds[i]));
	}
	report_part_put_table(part, "report_kind_times", "report_kind_times.html", table,
			      "");
}

/* ---- the head ---- */

/* "令和8年度（2026年度）"; the first one of an era has a name of its own. */
static char *name_year(const struct report_part *part)
{
	const int64_t reiwa = report_part_number(part->report, "reiwa");
	g_autofree char *year = g_strdup_printf(
	    "%lld", (long long)report_part_number(part->report, "fiscal_year"));
	g_autofree char *number = g_strdup_printf("%lld", (long long)reiwa);

	return report_words_fill(&part->words,
				 reiwa == 0   ? "fiscal-year"
				 : reiwa == 1 ? "fiscal-year-first"
					      : "fiscal-year-reiwa",
				 "year", year, "reiwa", number);
}

static void put_head(const struct report_part *part, const struct setup *setup)
{
	const json_t *total = json_object_get(part->report, "total");
	const int64_t records = report_part_number(part->report, "records_from");
	const char *night = setup->settings->quiet_hours;
	g_autofree char *from =
	    report_words_day(&part->words, report_part_number(part->report, "since"));
	g_autofree char *to =
	    report_words_day(&part->words, report_part_number(part->report, "until") - 1);
	static const char *const numbers[][2] = {
		{ "report_broadcasts", "broadcasts" },
		{ "report_recipients", "recipients" },
		{ "report_submitted", "submitted" },
		{ "report_sent_back", "sent_back" },
	};

	report_part_put(part, "report_year", name_year(part));
	report_part_put(part, "report_name",
			g_strdup_printf("%lld", (long long)report_part_number(
						    part->report, "fiscal_year")));
	report_part_put(
	    part, "report_period",
	    report_words_fill(&part->words, "period", "from", from, "to", to));
	report_part_put(
	    part, "report_made",
	    report_words_time(&part->words, report_part_number(part->report, "made_at")));
	report_part_put(
	    part, "report_night",
	    strcmp(night, "none") == 0
		? g_strdup(report_part_word(part, "no-night"))
		: report_words_fill(&part->words, "night", "hours", night, NULL, NULL));
	if (!json_is_true(json_object_get(part->report, "complete")))
		report_part_put(part, "report_partial",
				g_strdup(report_part_word(part, "partial-year")));
	if (records != 0) {
		g_autofree char *day = report_words_time(&part->words, records);

		report_part_put(
		    part, "report_records",
		    report_words_fill(&part->words, "records", "from", day, NULL, NULL));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		report_part_put_number(part, numbers[i][0],
				       report_part_number(total, numbers[i][1]));
}

void report_year_put_facts(GHashTable *facts, const struct setup *setup,
			   const char *language, const json_t *report)
{
	const struct report_part part = {
		.facts = facts,
		.words = { setup->templates, language, setup->settings->time_zone },
		.report = report,
	};

	put_head(&part, setup);
	put_kinds(&part);
	put_months(&part);
	put_section_times(&part);
	put_kind_times(&part);
}
