/*
 * NAME
 *	ctl_report_year - kairanctl report --fiscal-year
 *
 * DESCRIPTION
 *	report --fiscal-year [YYYY] [--html FILE | --csv | --json]
 *
 *	The figures of a fiscal year (setting fiscal_year_month), by default of the last one that
 *	is over, as the council asks for them. --csv has a row for each section and kind, with
 *	their totals, for spreadsheets; medians are in minutes.
 *
 * DIAGNOSTICS
 *	As those of ctl_report.c.
 */
#include "config.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl_csv.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_report.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "milter/report/year.h"

/* ---- CSV ---- */

#define CSV_HEADER                                                                    \
	"\xef\xbb\xbf"                                                                \
	"fiscal year,section,kind,broadcasts,recipients,decision day,decision night," \
	"release day,release night,delivery day,delivery night"

static void put_number(const json_t *object, const char *name)
{
	printf(",%lld", (long long)json_integer_value(json_object_get(object, name)));
}

/* Minutes; nothing where nothing was measured. */
static void put_median(const json_t *half)
{
	const json_int_t median = json_integer_value(json_object_get(half, "median"));

	if (json_integer_value(json_object_get(half, "count")) == 0)
		putchar(',');
	else
		printf(",%lld.%lld", (long long)median / 60,
		       (long long)median % 60 * 10 / 60);
}

static void put_row(const json_t *report, const char *section, const char *kind,
		    const json_t *figures)
{
	printf("%lld,",
	       (long long)json_integer_value(json_object_get(report, "fiscal_year")));
	ctl_csv_put_field(section, ",");
	ctl_csv_put_field(kind, "");
	put_number(figures, "broadcasts");
	put_number(figures, "recipients");
	for (size_t i = 0; report_year_spans[i] != NULL; i++) {
		const json_t *span = json_object_get(figures, report_year_spans[i]);

		put_median(json_object_get(span, "day"));
		put_median(json_object_get(span, "night"));
	}
	fputs("\r\n", stdout);
}

static const char *get_phrase(const struct report_call *report, const char *language,
			      const char *key)
{
	g_autofree char *whole = g_strconcat("report.", key, NULL);

	return template_get_phrase(report->setup->templates, language, whole);
}

/* Each kind, and all of them. */
static void put_rows(const struct report_call *call, const json_t *report,
		     const char *language, const char *name, const json_t *section)
{
	for (size_t i = 0; report_year_kinds[i] != NULL; i++) {
		g_autofree char *key = g_strconcat("kind-", report_year_kinds[i], NULL);

		put_row(report, name, get_phrase(call, language, key),
			json_object_get(section, report_year_kinds[i]));
	}
	put_row(report, name, get_phrase(call, language, "total"), section);
}

static int write_csv(const struct report_call *call, const json_t *report)
{
	const char *language = ctl_report_language(call->setup->settings);
	const json_t *section;
	size_t i;

	printf("%s\r\n", CSV_HEADER);
	json_array_foreach(json_object_get(report, "sections"), i, section)
	{
		put_rows(
		    call, report, language,
		    json_string_value(json_object_get(
			section, strcmp(language, "ja") == 0 ? "name_ja" : "name_en")),
		    section);
	}
	put_rows(call, report, language, get_phrase(call, language, "all"),
		 json_object_get(report, "total"));
	return EX_OK;
}

/* ---- the report ---- */

static int write_report(const struct report_call *report, struct store *store,
			const struct fiscal_year *year)
{
	struct kairan_error error = { "" };
	json_t *figures = NULL;
	int status;

	if (!report_year_collect(report->setup, store, year, clock_now(), &figures,
				 &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (report->csv)
		status = write_csv(report, figures);
	else if (report->json)
		status = ctl_report_write_json(figures, report->setup->settings);
	else
		status = ctl_report_write_filled(report, NOTICE_REPORT_YEAR,
						 report_year_put_facts, figures);
	json_decref(figures);
	if (status == EX_OK && fflush(stdout) != 0)
		status = ctl_fail(EX_IOERR, "standard output: %s", strerror(errno));
	return status;
}

static int find_year(const struct report_call *report, struct fiscal_year *year_r)
{
	const int first = (int)report->setup->settings->fiscal_year_month;
	GTimeZone *zone = report->setup->zone;
	struct fiscal_year current;

	fiscal_year_of_time(clock_now(), first, zone, &current);
	if (report->year == NULL)
		fiscal_year_before(&current, first, zone, year_r);
	else if (!fiscal_year_read(report->year, first, zone, year_r))
		return ctl_fail(EX_USAGE,
				"--fiscal-year wants a year such as 2026, not \"%s\"",
				report->year);
	if (year_r->since > current.since)
		return ctl_fail(EX_USAGE, "fiscal year %d has not begun yet",
				year_r->year);
	return EX_OK;
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct fiscal_year *year = context;
	g_autofree char *what = g_strdup_printf("report --fiscal-year %d", year->year);

	return ctl_reading_record(store, &(struct ctl_reading){ 0, what, 1 }, error_r);
}

int ctl_report_run_year(const struct report_call *report)
{
	struct store *store = NULL;
	struct fiscal_year year;
	int status = find_year(report, &year);

	if (status == EX_OK)
		status = ctl_store_open(report->call, &store);
	if (status == EX_OK)
		status = ctl_store_work(store, record, &year);
	if (status == EX_OK)
		status = write_report(report, store, &year);
	store_close(store);
	return status;
}
