/*
 * NAME
 *	report_incidents - incidents in the monthly report (Art. 9)
 *
 * DESCRIPTION
 *	A table of those that are open now, whenever they were reported. The report of the fiscal
 *	year's last month has all of that year as well, with cause and measure.
 *
 * DIAGNOSTICS
 *	A store that cannot be read is returned.
 */
#include "config.h"

#include "milter/report/incidents.h"

#include <stdlib.h>

#include "milter/core/notice.h"
#include "milter/report/figures.h"
#include "policy/retention.h"
#include "schema/store_incident.h"

static void take(const struct incident *incident, void *context)
{
	json_t *list = context;
	json_t *object =
	    json_pack("{s:I, s:I, s:b}", "number", (json_int_t)incident->id, "at",
		      (json_int_t)incident->at, "open", incident->state == INCIDENT_OPEN);

	report_figures_put_text(object, "login", incident->uid);
	report_figures_put_text(object, "name", incident->name);
	report_figures_put_text(object, "subject", incident->subject);
	report_figures_put_text(object, "cause", incident->cause);
	report_figures_put_text(object, "measure", incident->measure);
	(void)json_array_append_new(list, object);
}

/* Is it the last month of a fiscal year? Then that is what the filter has, too. */
static bool add_year(const struct setup *setup, const struct month *month,
		     struct incident_filter *filter)
{
	const int first = (int)setup->settings->fiscal_year_month;
	int year = atoi(month->name);
	const int number = atoi(month->name + sizeof("2026-") - 1);

	if (number % 12 + 1 != first)
		return false;
	if (number < first)
		year--;
	retention_find_year(year, first, setup->zone, &filter->since, &filter->until);
	return true;
}

bool report_incidents_collect(const struct setup *setup, struct store *store,
			      const struct month *month, json_t *report,
			      struct kairan_error *error_r)
{
	struct incident_filter filter = { .open = true };
	json_t *list = json_array();
	const bool year = add_year(setup, month, &filter);
	bool ok = store_begin(store, error_r);

	(void)json_object_set_new(
	    report, "incident_list",
	    json_pack("{s:b, s:o}", "year", year, "incidents", list));
	if (ok) {
		ok = store_incident_visit(store, &filter, take, list, error_r);
		store_rollback(store);
	}
	return ok;
}

/* "open", or "closed: cause / measure". */
static char *write_state(const struct report_part *part, const json_t *incident)
{
	g_autofree char *said = NULL;

	if (json_is_true(json_object_get(incident, "open")))
		return g_strdup(report_part_word(part, "incident-open"));
	said = g_strdup_printf("%s: %s / %s", report_part_word(part, "incident-closed"),
			       report_part_text(incident, "cause"),
			       report_part_text(incident, "measure"));
	return notice_shorten_line(g_strdelimit(said, "\r\n\t", ' '));
}

static void add_row(const struct report_part *part, struct report_table *table,
		    const json_t *incident)
{
	g_autofree char *number =
	    g_strdup_printf("%lld", (long long)report_part_number(incident, "number"));
	g_autofree char *day =
	    report_words_day(&part->words, report_part_number(incident, "at"));
	g_autofree char *subject =
	    notice_shorten_line(report_part_text(incident, "subject"));
	g_autofree char *state = write_state(part, incident);

	report_table_put(table, number);
	report_table_put(table, day);
	report_table_put(table, report_part_text(incident, "name"));
	report_table_put(table, subject);
	report_table_put(table, state);
}

void report_incidents_put(const struct report_part *part)
{
	const json_t *all = json_object_get(part->report, "incident_list");
	const json_t *incidents = json_object_get(all, "incidents");
	const bool year = json_is_true(json_object_get(all, "year"));
	struct report_table *table;
	size_t i;
	const json_t *incident;

	if (json_array_size(incidents) == 0) {
		report_part_put_nothing(part, "report_incident_list",
					year ? "no-incidents-year" : "no-incidents");
		return;
	}
	table = report_table_new(
	    report_part_word(part, year ? "incidents-year" : "incidents-open"));
	report_table_add_column(table, report_part_word(part, "incident"), NULL, false);
	report_table_add_column(table, report_part_word(part, "incident-day"), NULL,
				false);
	report_table_add_column(table, report_part_word(part, "incident-by"), NULL,
				false);
	report_table_add_column(table, report_part_word(part, "incident-subject"), NULL,
				false);
	report_table_add_column(table, report_part_word(part, "incident-state"), NULL,
				false);
	json_array_foreach(incidents, i, incident)
	{
		add_row(part, table, incident);
	}
	report_part_put_table(part, "report_incident_list", "report_incident_list.html",
			      table, "");
}
