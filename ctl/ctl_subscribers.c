/*
 * NAME
 *	ctl_subscribers - kairanctl subscribers
 *
 * DESCRIPTION
 *	list --list LIST [--new-list] [--state STATE] [--json], export --list LIST [--new-list]:
 *	page by page, so that the daemon need not wait. Before the first of them the audit trail
 *	has who reads (Art. 8).
 *	suspend, resume, delete --list LIST ADDRESS...: all of them or none. Who has left is a
 *	subscriber again for a reason alone (resume --reason; Art. 2(2)).
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: a list that no broadcast has; an address that is no subscriber, or in that
 *	state already; nothing is changed. EX_USAGE: no address, no such state.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "policy/address_typed.h"
#include "schema/store_audit.h"
#include "schema/store_subscriber.h"

#define PAGE_ROWS   1000
#define EXPORT_TIME "%Y-%m-%dT%H:%M:%S%:z"

/* ---- list and export ---- */

static const struct ctl_column list_columns[] = {
	{ "address", CTL_TEXT }, { "state", CTL_WORD },  { "reason", CTL_WORD },
	{ "joined", CTL_TIME },  { "source", CTL_WORD }, { "detail", CTL_TEXT }
};

struct reading {
	const struct settings *settings;
	const char *command; /* for the audit trail */
	const char *list;
	int state;
	char *last;
	int64_t rows;            /* of the page */
	int64_t known;           /* in all */
	struct ctl_table *table; /* NULL: export */
};

/* A field in quotes, within which they are doubled (RFC 4180), and what follows it. */
static void export_field(const char *text, char end)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
	putchar(end);
}

static void export_one(const struct reading *reading, const struct subscriber *subscriber)
{
	const struct subscriber_origin *origin = &subscriber->origin;
	char when[64];

	clock_format(subscriber->joined_at, reading->settings->time_zone, EXPORT_TIME,
		     when, sizeof(when));
	export_field(subscriber->address, ',');
	printf("%s,%s,%s,", subscriber_state_name(subscriber->state), when,
	       subscriber_source_name(origin->source));
	export_field(origin->by, ',');
	export_field(origin->reason, ',');
	export_field(origin->terms, ',');
	export_field(origin->consent_id, ',');
	export_field(subscriber->state_reason, ',');
	clock_format(subscriber->paused_until, reading->settings->time_zone, EXPORT_TIME,
		     when, sizeof(when));
	printf("%s,%s\r\n", subscriber->paused_until != 0 ? when : "", origin->language);
}

/* By what somebody is a subscriber, in one cell. */
static void put_source(const struct reading *reading,
		       const struct subscriber_origin *origin)
{
	g_autofree char *detail = NULL;

	if (origin->source == SUBSCRIBER_CONSENT)
		detail = g_strdup_printf(ctl_say("terms %s, %s"), origin->terms,
					 origin->consent_id);
	else
		detail = g_strconcat(origin->by, *origin->reason != '\0' ? ": " : "",
				     origin->reason, NULL);
	ctl_table_put_word(reading->table, subscriber_source_name(origin->source));
	ctl_table_put_text(reading->table, detail);
}

static void visit(const struct subscriber *subscriber, void *context)
{
	struct reading *reading = context;

	g_free(reading->last);
	reading->last = g_strdup(subscriber->key);
	reading->rows++;
	if (reading->table == NULL) {
		export_one(reading, subscriber);
		return;
	}
	ctl_table_put_text(reading->table, subscriber->address);
	ctl_table_put_word(reading->table, subscriber_state_name(subscriber->state));
	ctl_table_put_word(reading->table, subscriber->state_reason);
	ctl_table_put_time(reading->table, subscriber->joined_at);
	put_source(reading, &subscriber->origin);
}

static int read_page(struct store *store, void *context, struct kairan_error *error_r)
{
	struct reading *reading = context;
	g_autofree char *after = g_strdup(reading->last);
	const struct subscriber_page page = { reading->list, reading->state, after,
					      PAGE_ROWS };

	reading->rows = 0;
	return store_subscriber_visit_page(store, &page, visit, reading, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static void count_known(const struct subscriber_count *count, void *context)
{
	struct reading *reading = context;

	if (strcmp(count->list, reading->list) != 0)
		return;
	if (reading->state == 0 || reading->state == SUBSCRIBER_ACTIVE)
		reading->known += count->active;
	if (reading->state == 0 || reading->state == SUBSCRIBER_SUSPENDED)
		reading->known += count->suspended;
	if (reading->state == 0 || reading->state == SUBSCRIBER_LEFT)
		reading->known += count->left;
	if (reading->state == 0 || reading->state == SUBSCRIBER_PAUSED)
		reading->known += count->paused;
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	struct reading *reading = context;
	g_autofree char *what =
	    g_strdup_printf("subscribers %s %s", reading->command, reading->list);

	if (!store_subscriber_visit_counts(store, count_known, reading, error_r))
		return EX_UNAVAILABLE;
	return ctl_reading_record(store, &(struct ctl_reading){ 0, what, reading->known },
				  error_r);
}

/* Says why not, and leaves the store open, where the audit trail cannot be written. */
static int open_recorded(const struct ctl_call *call, struct reading *reading,
			 struct store **store_r)
{
	const int status = ctl_store_open(call, store_r);

	reading->settings = call->settings;
	return status == EX_OK ? ctl_store_work(*store_r, record, reading) : status;
}

static int read_all(struct store *store, struct reading *reading)
{
	int status = EX_OK;

	reading->last = g_strdup("");
	do {
		if (status == EX_OK)
			status = ctl_store_work(store, read_page, reading);
	} while (status == EX_OK && reading->rows == PAGE_ROWS);
	g_free(reading->last);
	return status;
}

static bool find_state(const char *name, int *state_r)
{
	for (int state = SUBSCRIBER_ACTIVE; state <= SUBSCRIBER_PAUSED; state++) {
		if (strcmp(subscriber_state_name((enum subscriber_state)state), name) ==
		    0) {
			*state_r = state;
			return true;
		}
	}
	return false;
}

int ctl_subscribers_list(const struct ctl_call *call)
{
	struct reading reading = { .command = "list" };
	struct store *store = NULL;
	const char *state = NULL;
	bool json = false, is_new = false;
	const struct ctl_option options[] = { { "list", &reading.list, NULL },
					      { "new-list", NULL, &is_new },
					      { "state", &state, NULL },
					      { "json", NULL, &json } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || reading.list == NULL)
		return ctl_usage(call);
	if (state != NULL && !find_state(ctl_say_read(state), &reading.state))
		return ctl_fail(EX_USAGE,
				"there is no state \"%s\"; there are: %s %s %s %s", state,
				ctl_say("active"), ctl_say("suspended"), ctl_say("left"),
				ctl_say("paused"));
	status = ctl_lists_check(call, reading.list, is_new);
	if (status != EX_OK)
		return status;
	reading.table =
	    ctl_table_new(call->settings, list_columns, G_N_ELEMENTS(list_columns));
	status = open_recorded(call, &reading, &store);
	if (status == EX_OK)
		status = read_all(store, &reading);
	store_close(store);
	if (status == EX_OK)
		ctl_table_print(reading.table, json);
	ctl_table_free(reading.table);
	return status;
}

int ctl_subscribers_export(const struct ctl_call *call)
{
	struct reading reading = { .command = "export" };
	struct store *store = NULL;
	bool is_new = false;
	const struct ctl_option options[] = { { "list", &reading.list, NULL },
					      { "new-list", NULL, &is_new } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || reading.list == NULL)
		return ctl_usage(call);
	status = ctl_lists_check(call, reading.list, is_new);
	if (status != EX_OK)
		return status;
	status = open_recorded(call, &reading, &store);
	if (status == EX_OK)
		fputs("\xef\xbb\xbf"
		      "address,state,joined,source,by,reason,terms,consent,"
		      "state reason,paused until,language\r\n",
		      stdout);
	if (status == EX_OK)
		status = read_all(store, &reading);
	store_close(store);
	if (status == EX_OK && fflush(stdout) != 0)
		return ctl_fail(EX_IOERR, "standard output cannot be written");
	return status;
}

/* ---- suspend, resume, delete ---- */

enum change_kind { CHANGE_SUSPEND, CHANGE_RESUME, CHANGE_DELETE };

struct change {
	enum change_kind kind;
	const char *list;
	const char *reason; /* why who has left is a subscriber again */
	char **addresses;
	int count;
	int64_t now;
	int64_t joined, gone; /* for the report */
};

/* Art. 2(2): they are not by what they were before. */
static enum answer bring_back(struct store *store, struct change *change,
			      const struct subscriber_entry *entry,
			      struct kairan_error *error_r)
{
	const struct subscriber_registration registration = {
		.list = change->list,
		.address = entry->address,
		.origin = { .by = ctl_operator_uid(), .reason = change->reason },
	};

	if (store_subscriber_recognise(store, &registration, error_r) == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	change->joined++;
	return store_subscriber_enter(store, entry, error_r);
}

static enum answer change_one(struct store *store, struct change *change,
			      const struct address *address, struct kairan_error *error_r)
{
	struct subscriber_entry entry = {
		.list = change->list,
		.address = address,
		.state = change->kind == CHANGE_SUSPEND ? SUBSCRIBER_SUSPENDED
							: SUBSCRIBER_ACTIVE,
		.reason = change->kind == CHANGE_SUSPEND ? "admin" : "",
		.now = change->now,
	};
	enum subscriber_state state;
	const enum answer answer =
	    store_subscriber_find_state(store, change->list, address, &state, error_r);

	if (answer != ANSWER_YES)
		return answer;
	if (change->kind == CHANGE_DELETE) {
		change->gone += state != SUBSCRIBER_LEFT;
		return store_subscriber_remove(store, change->list, address, error_r);
	}
	if (state != SUBSCRIBER_LEFT)
		return store_subscriber_enter(store, &entry, error_r);
	if (change->kind == CHANGE_RESUME && change->reason != NULL)
		return bring_back(store, change, &entry, error_r);
	return ANSWER_NO;
}

static const char *name_change(const struct change *change)
{
	static const char *const names[] = {
		[CHANGE_SUSPEND] = "suspend-subscriber",
		[CHANGE_RESUME] = "resume-subscriber",
		[CHANGE_DELETE] = "delete-subscriber",
	};

	return names[change->kind];
}

/* How many; the audit trail is kept for years, and names no resident. */
static bool record_change(struct store *store, const struct change *change,
			  struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf(
	    "%s: %d%s%s", change->list, change->count, change->reason != NULL ? ": " : "",
	    change->reason != NULL ? change->reason : "");
	const struct audit_event event = {
		.at = change->now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = name_change(change),
		.outcome = "done",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r) &&
	       store_subscriber_note_change(store, change->list, change->joined,
					    change->gone, change->now, error_r);
}

static int change_all(struct store *store, void *context, struct kairan_error *error_r)
{
	struct change *change = context;

	for (int i = 0; i < change->count; i++) {
		struct address address;

		if (!address_typed_read(change->addresses[i], &address, error_r))
			return EX_USAGE;
		switch (change_one(store, change, &address, error_r)) {
		case ANSWER_UNKNOWN:
			return EX_UNAVAILABLE;
		case ANSWER_NO:
			(void)error_set(error_r,
					ctl_say("%s is no subscriber of %s, or is that "
						"already, or has left; nothing was "
						"changed"),
					address.spec, change->list);
			return EX_NOINPUT;
		case ANSWER_YES:
			break;
		}
	}
	return record_change(store, change, error_r) ? EX_OK : EX_UNAVAILABLE;
}

static int run_change(const struct ctl_call *call, enum change_kind kind)
{
	struct change change = { .kind = kind, .now = clock_now() };
	const struct ctl_option options[] = { { "list", &change.list, NULL },
					      { "reason", &change.reason, NULL } };
	const size_t count = kind == CHANGE_RESUME ? 2 : 1;
	int rest, status;

	if (!ctl_options_read(call, options, count, &rest) || rest >= call->argc ||
	    change.list == NULL)
		return ctl_usage(call);
	if (change.reason != NULL && *change.reason == '\0')
		return ctl_fail(EX_USAGE,
				"Art.2(2): --reason says why they are recognised");
	change.addresses = call->argv + rest;
	change.count = call->argc - rest;
	status = ctl_store_run(call, change_all, &change);
	if (status == EX_OK)
		ctl_print("%s: %d subscribers changed", change.list, change.count);
	return status;
}

int ctl_subscribers_suspend(const struct ctl_call *call)
{
	return run_change(call, CHANGE_SUSPEND);
}

int ctl_subscribers_resume(const struct ctl_call *call)
{
	return run_change(call, CHANGE_RESUME);
}

int ctl_subscribers_delete(const struct ctl_call *call)
{
	return run_change(call, CHANGE_DELETE);
}
