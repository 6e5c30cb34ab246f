/*
 * NAME
 *	ctl_audit - the audit trail (Art. 8)
 *
 * DESCRIPTION
 *	audit verify
 *	audit list [--since TIME] [--until TIME] [--user LOGIN] [--draft ID] [--action ACTION]
 *		[--json]
 *	audit export [the same] --csv | --json
 *
 *	The trail is read page by page, each page in a transaction of its own, so that the
 *	daemon need not wait. An export is written as it is read: CSV (RFC 4180) with a byte
 *	order mark, as spreadsheets in Japan want it, or one JSON object a line.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: the trail is not whole; the first row that is wrong is named. EX_IOERR:
 *	standard output cannot be written.
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
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_progress.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_time.h"
#include "schema/audit_check.h"

#define PAGE_ROWS 1000

/* ---- verify ---- */

struct walk {
	struct audit_check check;
	struct ctl_progress *progress;
	bool begun;
	bool more;
};

static int walk_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct walk *walk = context;
	enum answer answer;

	if (!walk->begun && !audit_check_begin(store, &walk->check, error_r))
		return EX_UNAVAILABLE;
	walk->begun = true;
	answer = audit_check_page(store, &walk->check, PAGE_ROWS, error_r);
	walk->more = answer == ANSWER_YES;
	return answer == ANSWER_UNKNOWN ? EX_UNAVAILABLE : EX_OK;
}

static int conclude(const struct audit_check *check)
{
	g_autofree char *what = audit_check_describe(check);

	if (check->fault != AUDIT_WHOLE)
		return ctl_fail(EX_DATAERR, "Art.8: the audit trail is broken: %s", what);
	if (check->unsealed > 0)
		ctl_print("the audit trail is whole: %lld rows, %lld of them older than "
			  "seals",
			  (long long)check->rows, (long long)check->unsealed);
	else
		ctl_print("the audit trail is whole: %lld rows", (long long)check->rows);
	return EX_OK;
}

int ctl_audit_verify(const struct ctl_call *call)
{
	struct walk walk = { .more = true };
	struct store *store = NULL;
	int status;

	if (call->argc > 0)
		return ctl_usage(call);
	status = ctl_store_open(call, &store);
	walk.progress = ctl_progress_new("audit verify");
	while (status == EX_OK && walk.more) {
		status = ctl_store_work(store, walk_page, &walk);
		ctl_progress_show(walk.progress, walk.check.rows, 0);
	}
	ctl_progress_free(walk.progress);
	store_close(store);
	return status == EX_OK ? conclude(&walk.check) : status;
}

/* ---- list and export ---- */

struct reading {
	const struct settings *settings;
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

static int read_all(const struct ctl_call *call, struct reading *reading)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	do {
		if (status == EX_OK)
			status = ctl_store_work(store, read_page, reading);
	} while (status == EX_OK && reading->rows == PAGE_ROWS);
	store_close(store);
	return status;
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
	int rest;

	reading->settings = call->settings;
	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	return read_filter(call, &reading->filter, since, until, draft);
}

int ctl_audit_list(const struct ctl_call *call)
{
	struct reading reading = { .visit = ctl_audit_table_add };
	bool csv = false, json = false;
	int status = read_options(call, &reading, &csv, &json);
	struct ctl_table *table;

	if (status != EX_OK)
		return status;
	if (csv)
		return ctl_usage(call);
	table = ctl_audit_table_new(call->settings);
	reading.context = table;
	status = read_all(call, &reading);
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

/* A spreadsheet would take a leading = + - @ for a formula. */
static void print_field(const char *text, const char *end)
{
	putchar('"');
	if (*text != '\0' && strchr("=+-@", *text) != NULL)
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%s", end);
}

static void export_csv(const struct audit_row *row, void *context)
{
	char when[64];

	format_time(context, row->at, when, sizeof(when));
	printf("%lld,%s,", (long long)row->seq, when);
	print_field(row->uid, ",");
	print_field(row->role, ",");
	printf("%lld,", (long long)row->draft);
	print_field(row->action, ",");
	print_field(row->outcome, ",");
	print_field(row->queue_id, ",");
	print_field(row->detail, "\r\n");
}

int ctl_audit_export(const struct ctl_call *call)
{
	struct reading reading = { .context = (void *)call->settings };
	bool csv = false, json = false;
	int status = read_options(call, &reading, &csv, &json);

	if (status != EX_OK)
		return status;
	if (csv == json)
		return ctl_usage(call);
	reading.visit = csv ? export_csv : export_json;
	if (csv)
		fputs("\xef\xbb\xbfrow,time,login,role,draft,action,outcome,queue id,"
		      "detail\r\n",
		      stdout);
	status = read_all(call, &reading);
	if (status == EX_OK && fflush(stdout) != 0)
		return ctl_fail(EX_IOERR, "standard output cannot be written");
	return status;
}
