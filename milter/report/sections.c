/*
 * NAME
 *	report_sections - what the monthly report tells of each section
 *
 * DESCRIPTION
 *	Tables with a row for each section and their total, and the charts that go with them.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/part.h"

#include "milter/report/chart.h"

#define SERIES REPORT_CHART_SERIES

static const char *section_name(const struct report_part *part, const json_t *section)
{
	const bool ja = strcmp(part->words.language, "ja") == 0;
	const char *name = report_part_text(section, ja ? "name_ja" : "name_en");

	return *name != '\0' ? name : report_part_text(section, "section");
}

/* A table with a row for each section, and their total when there are several. */
static struct report_table *new_section_table(const struct report_part *part,
					      const char *caption)
{
	struct report_table *table = report_table_new(report_part_word(part, caption));

	report_table_add_column(table, report_part_word(part, "section"), NULL, false);
	return table;
}

static void fill_section_table(const struct report_part *part, struct report_table *table,
			       void (*put_row)(const struct report_part *part,
					       struct report_table *table,
					       const json_t *section))
{
	const json_t *sections = json_object_get(part->report, "sections");
	size_t i;
	const json_t *section;

	json_array_foreach(sections, i, section)
	{
		report_table_put(table, section_name(part, section));
		put_row(part, table, section);
	}
	report_table_put(table, report_part_word(part, "total"));
	put_row(part, table, json_object_get(part->report, "total"));
	report_table_end_with_total(table);
}

/* ---- broadcasts by section and week ---- */

static char *name_week(const struct report_part *part, const json_t *week)
{
	return report_words_week(&part->words, report_part_text(week, "from"),
				 report_part_text(week, "to"));
}

static void put_weeks_row(const struct report_part *part, struct report_table *table,
			  const json_t *section)
{
	size_t i;
	const json_t *count;

	(void)part;
	json_array_foreach(json_object_get(section, "weeks"), i, count)
	{
		report_table_put_number(table, json_integer_value(count));
	}
	report_table_put_number(table, report_part_number(section, "broadcasts"));
}

/* The largest number of a week, so that the charts of all sections have one scale. */
static int64_t find_busiest(const json_t *sections)
{
	int64_t busiest = 0;
	size_t i, week;
	const json_t *section;
	const json_t *count;

	json_array_foreach(sections, i, section)
	{
		json_array_foreach(json_object_get(section, "weeks"), week, count)
		{
			busiest = MAX(busiest, json_integer_value(count));
		}
	}
	return busiest;
}

/* The weeks of one section as columns; highest: what the highest one would stand for. */
static void append_weeks_chart(const struct report_part *part, GString *charts,
			       const char *id, const char *name, const json_t *section,
			       int64_t highest)
{
	g_autofree char *total =
	    report_words_number(report_part_number(section, "broadcasts"));
	g_autofree char *title =
	    report_words_fill(&part->words, "weeks-of", "name", name, "count", total);
	struct report_chart *chart =
	    report_chart_new(id, title, (const char *const[SERIES]){ NULL, NULL });
	g_autofree char *svg = NULL;
	size_t i;
	const json_t *week;

	json_array_foreach(json_object_get(part->report, "weeks"), i, week)
	{
		const int64_t count = json_integer_value(
		    json_array_get(json_object_get(section, "weeks"), i));
		g_autofree char *label = name_week(part, week);
		g_autofree char *shown = report_words_number(count);

		report_chart_add(chart, label, (const int64_t[SERIES]){ count, 0 },
				 (const char *const[SERIES]){ shown, NULL });
	}
	report_chart_set_highest(chart, highest);
	svg = report_chart_write_columns(chart);
	g_string_append(charts, svg);
	report_chart_free(chart);
}

static void put_weeks(const struct report_part *part)
{
	struct report_table *table = new_section_table(part, "weeks");
	const json_t *sections = json_object_get(part->report, "sections");
	const int64_t busiest = find_busiest(sections);
	g_autoptr(GString) charts = g_string_new("<div class=\"charts\">\n");
	size_t i;
	const json_t *item;

	json_array_foreach(json_object_get(part->report, "weeks"), i, item)
	{
		g_autofree char *name = name_week(part, item);

		report_table_add_column(table, name, NULL, true);
	}
	report_table_add_column(table, report_part_word(part, "total"), NULL, true);
	fill_section_table(part, table, put_weeks_row);
	append_weeks_chart(part, charts, "weeks", report_part_word(part, "all"),
			   json_object_get(part->report, "total"), 0);
	json_array_foreach(sections, i, item)
	{
		g_autofree char *id = g_strdup_printf("weeks%zu", i + 1);

		if (report_part_number(item, "broadcasts") > 0)
			append_weeks_chart(part, charts, id, section_name(part, item),
					   item, busiest);
	}
	g_string_append(charts, "</div>\n");
	report_part_put_table(part, "report_weeks", "report_weeks.html", table,
			      charts->str);
}

/* ---- what became of the drafts ---- */

static const char *const draft_columns[] = { "submitted", "approved", "sent_back",
					     "withdrawn", "expired",  "stopped" };

static void put_drafts_row(const struct report_part *part, struct report_table *table,
			   const json_t *section)
{
	(void)part;
	for (size_t i = 0; i < G_N_ELEMENTS(draft_columns); i++)
		report_table_put_number(table,
					report_part_number(section, draft_columns[i]));
}

static void put_drafts(const struct report_part *part)
{
	struct report_table *table = new_section_table(part, "drafts");

	for (size_t i = 0; i < G_N_ELEMENTS(draft_columns); i++)
		report_table_add_column(table, report_part_word(part, draft_columns[i]),
					NULL, true);
	fill_section_table(part, table, put_drafts_row);
	report_part_put_table(part, "report_drafts", "report_drafts.html", table, "");
}

/* ---- how long it took ---- */

/* NULL when nothing was measured. */
static char *write_span(const struct report_part *part, const json_t *section,
			const char *what, const char *which)
{
	const json_t *spans = json_object_get(section, what);

	return report_part_number(spans, "count") > 0
		   ? report_words_span(&part->words, report_part_number(spans, which))
		   : NULL;
}

static void put_times_row(const struct report_part *part, struct report_table *table,
			  const json_t *section)
{
	static const struct {
		const char *what, *which;
	} cells[] = { { "decision", "median" },
		      { "decision", "longest" },
		      { "release", "median" },
		      { "release", "longest" } };

	for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
		g_autofree char *text =
		    write_span(part, section, cells[i].what, cells[i].which);

		report_table_put(table, text != NULL ? text : "-");
	}
}

static void add_times(const struct report_part *part, struct report_chart *chart,
		      const json_t *section)
{
	g_autofree char *decision = write_span(part, section, "decision", "median");
	g_autofree char *release = write_span(part, section, "release", "median");

	if (decision != NULL || release != NULL)
		report_chart_add(chart, section_name(part, section),
				 (const int64_t[SERIES]){
				     report_part_number(
					 json_object_get(section, "decision"), "median"),
				     report_part_number(
					 json_object_get(section, "release"), "median") },
				 (const char *const[SERIES]){ decision, release });
}

static void put_times(const struct report_part *part)
{
	struct report_table *table = new_section_table(part, "times");
	struct report_chart *chart = report_chart_new(
	    "times", report_part_word(part, "times-chart"),
	    (const char *const[SERIES]){ report_part_word(part, "decision-full"),
					 report_part_word(part, "release-full") });
	g_autofree char *svg = NULL;
	size_t i;
	const json_t *section;

	report_table_add_column(table, report_part_word(part, "decision"),
				report_part_word(part, "decision-median"), true);
	report_table_add_column(table, report_part_word(part, "longest"),
				report_part_word(part, "decision-longest"), true);
	report_table_add_column(table, report_part_word(part, "release"),
				report_part_word(part, "release-median"), true);
	report_table_add_column(table, report_part_word(part, "longest"),
				report_part_word(part, "release-longest"), true);
	fill_section_table(part, table, put_times_row);
	json_array_foreach(json_object_get(part->report, "sections"), i, section)
	{
		add_times(part, chart, section);
	}
	svg = report_chart_write_bars(chart);
	report_chart_free(chart);
	report_part_put_table(part, "report_times", "report_times.html", table, svg);
}

/* ---- bounces ---- */

/* "0.04%"; bounces may come of what was sent in another month. */
static void put_bounces_row(const struct report_part *part, struct report_table *table,
			    const json_t *section)
{
	const int64_t bounces = report_part_number(section, "bounces");
	const int64_t recipients = report_part_number(section, "recipients");
	g_autofree char *rate =
	    recipients > 0
		? g_strdup_printf("%.2f%%", 100.0 * (double)bounces / (double)recipients)
		: g_strdup("-");

	(void)part;
	report_table_put_number(table, recipients);
	report_table_put_number(table, bounces);
	report_table_put(table, rate);
}

static char *write_bounces_chart(const struct report_part *part)
{
	struct report_chart *chart =
	    report_chart_new("bounces", report_part_word(part, "bounces-chart"),
			     (const char *const[SERIES]){ NULL, NULL });
	size_t i;
	const json_t *section;
	char *svg;

	json_array_foreach(json_object_get(part->report, "sections"), i, section)
	{
		const int64_t bounces = report_part_number(section, "bounces");
		g_autofree char *shown = report_words_number(bounces);

		if (bounces > 0)
			report_chart_add(chart, section_name(part, section),
					 (const int64_t[SERIES]){ bounces, 0 },
					 (const char *const[SERIES]){ shown, NULL });
	}
	svg = report_chart_write_bars(chart);
	report_chart_free(chart);
	return svg;
}

static void put_bounces(const struct report_part *part)
{
	const json_t *bounces = json_object_get(part->report, "bounces");
	struct report_table *table = new_section_table(part, "bounces");
	g_autofree char *svg = write_bounces_chart(part);

	report_table_add_column(table, report_part_word(part, "recipients"), NULL, true);
	report_table_add_column(table, report_part_word(part, "bounced"), NULL, true);
	report_table_add_column(table, report_part_word(part, "rate"), NULL, true);
	fill_section_table(part, table, put_bounces_row);
	report_part_put_table(part, "report_bounces", "report_bounces.html", table, svg);
	report_part_put_number(part, "report_delayed",
			       report_part_number(bounces, "delayed"));
	report_part_put_number(part, "report_notices",
			       report_part_number(bounces, "notices"));
}

/* ---- all of them ---- */

void report_part_put_sections(const struct report_part *part)
{
	put_weeks(part);
	put_drafts(part);
	put_times(part);
	put_bounces(part);
}
