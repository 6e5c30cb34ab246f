/*
 * NAME
 *	ctl_audit - the audit trail (Art. 8)
 *
 * DESCRIPTION
 *	audit list [--since TIME] [--until TIME] [--user LOGIN] [--draft ID] [--action ACTION]
 *		[--json]
 *	audit export [the same] --csv | --json
 *
 *	The trail is read page by page, each page in a transaction of its own, so that the
 *	daemon need not wait. An export is written as it is read: CSV (RFC 4180) with a byte
 *	order mark, as spreadsheets in Japan want it, or one JSON object a line. Before anything is
 *	shown the trail has who reads it (Art. 8).
 *
 * DIAGNOSTICS
 *	EX_IOERR: standard output cannot be written.
 */
#include "config.h"

#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_audit_table.h"
#include "ctl/ctl_csv.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_time.h"
#include "schema/store_audit.h"

#define PAGE_ROWS 1000
#define CSV_HEADING                                                            \
	"\xef\xbb\xbfrow,time,login,role,draft,action,outcome,queue id,detail" \
	"\r\n"

struct reading {
	const char *command; /* for the trail itself */
	char *filtered;      /* what the filter is, for it */
	struct audit_filter filter;
	void (*visit)(const struct audit_row *row, void *context);
	void *context; /* of visit */
	int64_t last;  /* seq */
	int64_t rows;  /* of the page */
};

static void visit_row(const struct audit_row *row, void *context)
{
	struct reading *reading = context;

	reading->last = row->seq;
	reading->rows++;
	reading->visit(row, reading->context);
}

static int read_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct reading *reading = context;
	const struct audit_page page = { &reading->filter, reading->last, PAGE_ROWS };

	reading->rows = 0;
	return store_audit_visit_page(store, &page, visit_row, reading, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct reading *reading = context;
	g_autofree char *what =
	    g_strdup_printf("audit %s%s", reading->command, reading->filtered);
	int64_t count = 0;

	if (!store_audit_count(store, &reading->filter, &count, error_r))
		return EX_UNAVAILABLE;
	return ctl_reading_record(store, &(struct ctl_reading){ 0, what, count },
				  error_r);
}

static int read_all(const struct ctl_call *call, struct reading *reading,
		    const char *heading)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	if (status == EX_OK)
		status = ctl_store_work(store, record, reading);
	if (status == EX_OK)
		fputs(heading, stdout);
	do {
		if (status == EX_OK)
			status = ctl_store_work(store, read_page, reading);
	} while (status == EX_OK && reading->rows == PAGE_ROWS);
	store_close(store);
	g_free(reading->filtered);
	return status;
}

/* The options as they were given. */
static char *write_filter(const struct ctl_option *options, size_t count)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < count; i++)
		if (options[i].value != NULL && *options[i].value != NULL)
			g_string_append_printf(text, " --%s %s", options[i].name,
					       *options[i].value);
	return g_string_free(text, FALSE);
}

static int read_filter(const struct ctl_call *call, struct audit_filter *filter,
		       const char *since, const char *until, const char *draft)
{
	long long id = 0;

	if (since != NULL &&
	    !ctl_time_read_past(call->settings, since, clock_now(), &filter->since))
		return ctl_fail(EX_USAGE, CTL_TIME_PAST, "--since", since);
	if (until != NULL &&
	    !ctl_time_read_past(call->settings, until, clock_now(), &filter->until))
		return ctl_fail(EX_USAGE, CTL_TIME_PAST, "--until", until);
	if (draft != NULL && !ctl_drafts_read_id(draft, &id))
		return ctl_fail(EX_USAGE, "--draft wants the number of a draft");
	filter->draft = id;
	if (filter->action != NULL)
		filter->action = ctl_say_read(filter->action);
	return EX_OK;
}

/* The options of both; rest must be none. */
static int read_options(const struct ctl_call *call, struct reading *reading, bool *csv_r,
			bool *json_r)
{
	const char *since = NULL, *until = NULL, *draft = NULL;
	const struct ctl_option options[] = {
		{ "since", &since, NULL },
		{ "until", &until, NULL },
		{ "user", &reading->filter.uid, NULL },
		{ "draft", &draft, NULL },
		{ "action", &reading->filter.action, NULL },
		{ "csv", NULL, csv_r },
		{ "json", NULL, json_r },
	};
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	status = read_filter(call, &reading->filter, since, until, draft);
	if (status == EX_OK)
		reading->filtered = write_filter(options, G_N_ELEMENTS(options));
	return status;
}

int ctl_audit_list(const struct ctl_call *call)
{
	struct reading reading = { .command = "list", .visit = ctl_audit_table_add };
	bool csv = false, json = false;
	int status = read_options(call, &reading, &csv, &json);
	struct ctl_table *table;

	if (status != EX_OK)
		return status;
	if (csv) {
		g_free(reading.filtered);
		return ctl_usage(call);
	}
	table = ctl_audit_table_new(call->settings);
	reading.context = table;
	status = read_all(call, &reading, "");
	if (status == EX_OK)
		ctl_table_print(table, json);
	ctl_table_free(table);
	return status;
}

static void format_time(const struct settings *settings, int64_t at, char *text_r,
			size_t size)
{
	clock_format(at, settings->time_zone, "%Y-%m-%dT%H:%M:%S%:z", text_r, size);
}

static void export_json(const struct audit_row *row, void *context)
{
	char when[64];
	json_t *object;

	format_time(context, row->at, when, sizeof(when));
	object = json_pack("{s:I,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s}", "row",
			   (json_int_t)row->seq, "time", when, "login", row->uid, "role",
			   row->role, "draft", (json_int_t)row->draft, "action",
			   row->action, "outcome", row->outcome, "queue_id",
			   row->queue_id, "detail", row->detail);
	(void)json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(object);
}

static void export_csv(const struct audit_row *row, void *context)
{
	char when[64];

	format_time(context, row->at, when, sizeof(when));
	printf("%lld,%s,", (long long)row->seq, when);
	ctl_csv_put_field(row->uid, ",");
	ctl_csv_put_field(row->role, ",");
	printf("%lld,", (long long)row->draft);
	ctl_csv_put_field(row->action, ",");
	ctl_csv_put_field(row->outcome, ",");
	ctl_csv_put_field(row->queue_id, ",");
	ctl_csv_put_field(row->detail, "\r\n");
}

int ctl_audit_export(const struct ctl_call *call)
{
	struct reading reading = { .command = "export",
				   .context = (void *)call->settings };
	bool csv = false, json = false;
	int status = read_options(call, &reading, &csv, &json);

	if (status != EX_OK)
		return status;
	if (csv == json) {
		g_free(reading.filtered);
		return ctl_usage(call);
	}
	reading.visit = csv ? export_csv : export_json;
	status = read_all(call, &reading, csv ? CSV_HEADING : "");
	if (status == EX_OK && fflush(stdout) != 0)
		return ctl_fail(EX_IOERR, "standard output cannot be written");
	return status;
}
