/*
 * NAME
 *	ctl_incidents - kairanctl incidents (Art. 9)
 *
 * DESCRIPTION
 *	incidents list [--year YYYY | --all] [--json]: those that are open; all that were reported
 *	in a fiscal year; all.
 *	incidents show ID [--json | --original]: one, with the report and what was added, or the
 *	report's mail as it came. A report may have residents' data in it, so the audit trail has
 *	who looked (Art. 8).
 *	incidents note ID --text TEXT: what the administrator found so far.
 *	incidents close ID --cause TEXT --measure TEXT: it is dealt with; who reported it is told.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: there is no such incident, or its report has no mail that was kept.
 *	EX_DATAERR: it is closed already.
 */
#include "config.h"

#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_mask.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "milter/core/notice.h"
#include "policy/retention.h"
#include "schema/store_audit.h"
#include "schema/store_incident.h"

static const struct ctl_column incident_columns[] = {
	{ "number", CTL_NUMBER }, { "reported at", CTL_TIME }, { "login", CTL_TEXT },
	{ "name", CTL_TEXT },     { "state", CTL_WORD },       { "subject", CTL_TEXT },
	{ "cause", CTL_TEXT },    { "measure", CTL_TEXT },     { "closed", CTL_TIME },
	{ "closed by", CTL_TEXT }
};
static const struct ctl_column note_columns[] = { { "time", CTL_TIME },
						  { "login", CTL_TEXT },
						  { "name", CTL_TEXT },
						  { "text", CTL_TEXT } };

static void add_incident(const struct incident *incident, void *context)
{
	struct ctl_table *table = context;

	ctl_table_put_number(table, incident->id);
	ctl_table_put_time(table, incident->at);
	ctl_table_put_text(table, incident->uid);
	ctl_table_put_text(table, incident->name);
	ctl_table_put_word(table, incident_state_name(incident->state));
	ctl_table_put_text(table, incident->subject);
	ctl_table_put_text(table, incident->cause);
	ctl_table_put_text(table, incident->measure);
	ctl_table_put_time(table, incident->closed_at);
	ctl_table_put_text(table, incident->closed_by);
}

/* ---- list ---- */

struct listing {
	struct incident_filter filter;
	struct ctl_table *table;
};

static int list(struct store *store, void *context, struct kairan_error *error_r)
{
	struct listing *listing = context;

	return store_incident_visit(store, &listing->filter, add_incident, listing->table,
				    error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

/* The fiscal year that begins in that year of the calendar. */
static bool read_year(const struct settings *settings, const char *text,
		      struct incident_filter *filter)
{
	char *end = NULL;
	const long year = strtol(text, &end, 10);
	GTimeZone *zone;

	if (*end != '\0' || strlen(text) != 4 || year < 2000)
		return false;
	zone = g_time_zone_new_identifier(settings->time_zone);
	filter->open = false;
	retention_find_year((int)year, (int)settings->fiscal_year_month, zone,
			    &filter->since, &filter->until);
	g_time_zone_unref(zone);
	return true;
}

int ctl_incidents_list(const struct ctl_call *call)
{
	const char *year = NULL;
	bool all = false, json = false;
	struct listing listing = { { .open = true }, NULL };
	const struct ctl_option options[] = { { "year", &year, NULL },
					      { "all", NULL, &all },
					      { "json", NULL, &json } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || (all && year != NULL))
		return ctl_usage(call);
	if (year != NULL && !read_year(call->settings, year, &listing.filter))
		return ctl_fail(EX_USAGE, "--year wants a fiscal year such as 2026");
	if (all)
		listing.filter.until = INT64_MAX;
	listing.table = ctl_table_new(call->settings, incident_columns,
				      G_N_ELEMENTS(incident_columns));
	status = ctl_store_run(call, list, &listing);
	if (status == EX_OK)
		ctl_table_print(listing.table, json);
	ctl_table_free(listing.table);
	return status;
}

/* ---- show ---- */

struct showing {
	long long id;
	bool original;
	struct ctl_table *facts, *notes;
	int64_t report; /* its note */
	int64_t count;
	char *octets;
	size_t length;
};

static void add_note(const struct incident_note *note, void *context)
{
	struct showing *showing = context;

	if (showing->count++ == 0)
		showing->report = note->id;
	ctl_table_put_time(showing->notes, note->at);
	ctl_table_put_text(showing->notes, note->uid);
	ctl_table_put_text(showing->notes, note->name);
	ctl_table_put_text(showing->notes, note->text);
}

/* The incident of that number; what to say where there is none. */
static int find(struct store *store, long long id, struct incident **incident_r,
		struct kairan_error *error_r)
{
	switch (store_incident_find(store, id, incident_r, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("there is no incident %lld"), id);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

static int find_original(struct store *store, struct showing *showing,
			 struct kairan_error *error_r)
{
	switch (store_incident_find_original(store, showing->report, &showing->octets,
					     &showing->length, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		(void)error_set(error_r,
				ctl_say("the mail of incident %lld was not kept"),
				showing->id);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

static int show(struct store *store, void *context, struct kairan_error *error_r)
{
	struct showing *showing = context;
	g_autofree char *what = g_strdup_printf("incidents show %lld", showing->id);
	struct incident *incident = NULL;
	int status = find(store, showing->id, &incident, error_r);

	if (status != EX_OK)
		return status;
	add_incident(incident, showing->facts);
	incident_free(incident);
	if (!store_incident_visit_notes(store, showing->id, add_note, showing, error_r))
		return EX_UNAVAILABLE;
	if (showing->original)
		status = find_original(store, showing, error_r);
	return status == EX_OK
		   ? ctl_reading_record(
			 store, &(struct ctl_reading){ 0, what, showing->count }, error_r)
		   : status;
}

static void print_json(const struct showing *showing)
{
	json_t *all = json_copy(json_array_get(ctl_table_rows(showing->facts), 0));

	json_object_set(all, "notes", ctl_table_rows(showing->notes));
	(void)json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(all);
}

static void print(const struct showing *showing, bool json)
{
	if (showing->original) {
		ctl_mask_write_raw(showing->octets, showing->length);
	} else if (json) {
		print_json(showing);
	} else {
		ctl_table_print_one(showing->facts);
		putchar('\n');
		ctl_table_print(showing->notes, false);
	}
}

int ctl_incidents_show(const struct ctl_call *call)
{
	struct showing showing = { 0 };
	bool json = false;
	const struct ctl_option options[] = { { "json", NULL, &json },
					      { "original", NULL, &showing.original } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || (json && showing.original) ||
	    !ctl_drafts_read_id(call->argv[rest], &showing.id))
		return ctl_usage(call);
	showing.facts = ctl_table_new(call->settings, incident_columns,
				      G_N_ELEMENTS(incident_columns));
	showing.notes =
	    ctl_table_new(call->settings, note_columns, G_N_ELEMENTS(note_columns));
	status = ctl_store_run(call, show, &showing);
	if (status == EX_OK)
		print(&showing, json);
	ctl_table_free(showing.facts);
	ctl_table_free(showing.notes);
	g_free(showing.octets);
	return status;
}

/* ---- note and close ---- */

struct change {
	long long id;
	const char *text; /* a note's */
	const char *cause, *measure;
};

static bool record(struct store *store, const struct change *change, int64_t now,
		   struct kairan_error *error_r)
{
	const bool closes = change->text == NULL;
	g_autofree char *detail =
	    closes ? g_strdup_printf("%lld: %s / %s", change->id, change->cause,
				     change->measure)
		   : g_strdup_printf("%lld: %s", change->id, change->text);
	const struct audit_event event = {
		.at = now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = closes ? "incident-close" : "incident-note",
		.outcome = closes ? "done" : "added",
		.detail = g_strdelimit(detail, "\r\n", ' '),
	};

	return store_audit_append(store, &event, error_r);
}

static bool tell_reporter(struct store *store, const struct incident *incident,
			  const struct change *change, int64_t now,
			  struct kairan_error *error_r)
{
	g_autofree char *at = g_strdup_printf("%lld", (long long)now);
	g_autofree char *number = g_strdup_printf("%lld", (long long)incident->id);
	g_autofree char *cause = notice_quote_text(change->cause);
	g_autofree char *measure = notice_quote_text(change->measure);
	char *mails[] = { incident->mail, NULL };
	const struct person reporter = { .name = incident->name,
					 .language = incident->language,
					 .mails = mails };
	char *facts =
	    notice_make_facts("incident", number, "subject", incident->subject,
			      "noted_at", at, "cause", cause, "measure", measure, NULL);
	const bool ok =
	    *incident->mail == '\0' ||
	    notice_add_person(store,
			      &(struct notice){ NOTICE_INCIDENT_CLOSED, 0, facts, now },
			      &reporter, error_r);

	free(facts);
	return ok;
}

static int close_it(struct store *store, const struct change *change,
		    const struct incident *incident, int64_t now,
		    struct kairan_error *error_r)
{
	struct incident closed = *incident;

	closed.cause = (char *)change->cause;
	closed.measure = (char *)change->measure;
	closed.closed_at = now;
	closed.closed_by = (char *)ctl_operator_uid();
	switch (store_incident_close(store, &closed, error_r)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("incident %lld is closed already"),
				change->id);
		return EX_DATAERR;
	case ANSWER_UNKNOWN:
		return EX_UNAVAILABLE;
	}
	return tell_reporter(store, incident, change, now, error_r) ? EX_OK
								    : EX_UNAVAILABLE;
}

static int note_it(struct store *store, const struct change *change, int64_t now,
		   struct kairan_error *error_r)
{
	const struct incident_note note = {
		.incident = change->id,
		.at = now,
		.uid = ctl_operator_uid(),
		.name = ctl_operator_uid(),
		.text = change->text,
	};
	int64_t id;

	return store_incident_add_note(store, &note, &id, error_r) ? EX_OK
								   : EX_UNAVAILABLE;
}

static int change_one(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct change *change = context;
	const int64_t now = clock_now();
	struct incident *incident = NULL;
	int status = find(store, change->id, &incident, error_r);

	if (status == EX_OK && change->text == NULL)
		status = close_it(store, change, incident, now, error_r);
	else if (status == EX_OK)
		status = note_it(store, change, now, error_r);
	incident_free(incident);
	if (status == EX_OK && !record(store, change, now, error_r))
		status = EX_UNAVAILABLE;
	return status;
}

static bool is_given(const char *text)
{
	return text != NULL && *text != '\0';
}

int ctl_incidents_note(const struct ctl_call *call)
{
	struct change change = { 0 };
	const struct ctl_option options[] = { { "text", &change.text, NULL } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || !is_given(change.text) ||
	    !ctl_drafts_read_id(call->argv[rest], &change.id))
		return ctl_usage(call);
	status = ctl_store_run(call, change_one, &change);
	if (status == EX_OK)
		ctl_print("incident %lld: noted", change.id);
	return status;
}

int ctl_incidents_close(const struct ctl_call *call)
{
	struct change change = { 0 };
	const struct ctl_option options[] = { { "cause", &change.cause, NULL },
					      { "measure", &change.measure, NULL } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || !is_given(change.cause) ||
	    !is_given(change.measure) ||
	    !ctl_drafts_read_id(call->argv[rest], &change.id))
		return ctl_usage(call);
	status = ctl_store_run(call, change_one, &change);
	if (status == EX_OK)
		ctl_print("incident %lld is closed; who reported it is told", change.id);
	return status;
}
