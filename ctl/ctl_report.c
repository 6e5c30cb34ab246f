/*
 * NAME
 *	ctl_report - kairanctl report
 *
 * DESCRIPTION
 *	report [--month YYYY-MM] [--html FILE | --json]
 *	report --fiscal-year [YYYY] [--html FILE | --csv | --json] (ctl_report_year.c)
 *
 *	The report of a month, by default of the one before this, as the administrators get it by
 *	mail: as plain text or JSON on standard output, or as an HTML file ("-": on standard
 *	output) that can be printed. A month that is not over yet is reported as far as it is.
 *
 *	It is in the language of the locale; where that is neither Japanese nor English, as in
 *	cron(8), in that of the setting language.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file cannot be written. EX_UNAVAILABLE: the store cannot be read; or
 *	LDAP could not be asked, and the report, which is there, says so.
 */
#include "config.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_report.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "milter/report/report.h"

static int write_report(const struct report_call *report, struct store *store,
			const struct month *month)
{
	struct kairan_error error = { "" };
	json_t *figures = NULL;
	int status;

	if (!report_collect(report->setup, store, month, clock_now(), &figures, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	status = report->json ? ctl_report_write_json(figures, report->setup->settings)
			      : ctl_report_write_filled(report, NOTICE_REPORT,
							report_put_facts, figures);
	if (status == EX_OK && !report_is_complete(figures))
		status = ctl_fail(EX_UNAVAILABLE, "dormant people are not known: %s",
				  error.text);
	json_decref(figures);
	if (status == EX_OK && fflush(stdout) != 0)
		status = ctl_fail(EX_IOERR, "standard output: %s", strerror(errno));
	return status;
}

/* The month that was asked for, or the one before this. */
static int find_month(const struct report_call *report, struct month *month_r)
{
	GTimeZone *zone = report->setup->zone;
	struct month current;

	month_of_time(clock_now(), zone, &current);
	if (report->month == NULL)
		month_before(&current, zone, month_r);
	else if (!month_read(report->month, zone, month_r))
		return ctl_fail(EX_USAGE,
				"--month wants a month such as 2026-11, not \"%s\"",
				report->month);
	if (month_r->since > current.since)
		return ctl_fail(EX_USAGE, "%s has not begun yet", month_r->name);
	return EX_OK;
}

/* It has people's names, and what the audit trail says of them. */
static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct month *month = context;
	g_autofree char *what = g_strdup_printf("report %s", month->name);

	return ctl_reading_record(store, &(struct ctl_reading){ 0, what, 1 }, error_r);
}

static int run(const struct report_call *report)
{
	struct store *store = NULL;
	struct month month;
	int status = find_month(report, &month);

	if (status == EX_OK)
		status = ctl_store_open(report->call, &store);
	if (status == EX_OK)
		status = ctl_store_work(store, record, &month);
	if (status == EX_OK)
		status = write_report(report, store, &month);
	store_close(store);
	return status;
}

int ctl_report(const struct ctl_call *call)
{
	struct report_call report = { .call = call };
	const struct ctl_option options[] = { { "month", &report.month, NULL },
					      { "html", &report.html, NULL },
					      { "json", NULL, &report.json },
					      { "csv", NULL, &report.csv },
					      { "fiscal-year", NULL, &report.is_year } };
	struct kairan_error error;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest))
		return ctl_usage(call);
	if (report.is_year && rest < call->argc)
		report.year = call->argv[rest++];
	if (rest != call->argc || report.json + report.csv + (report.html != NULL) > 1 ||
	    (report.is_year ? report.month != NULL : report.csv))
		return ctl_usage(call);
	if (!setup_load(call->path, &report.setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	status = report.is_year ? ctl_report_run_year(&report) : run(&report);
	setup_unref(report.setup);
	return status;
}
