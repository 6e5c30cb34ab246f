/*
 * NAME
 *	ctl_resident - kairanctl subscribers show and forget
 *
 * DESCRIPTION
 *	show ADDRESS [--json]: all that is kept of one resident, for the answer to who asks: the
 *	lists with what they are registered by, the broadcasts that went to the address, and in
 *	how many rows of which other places it stands.
 *
 *	forget ADDRESS...: the subscriptions go at once, and what else goes in small steps, so
 *	that the daemon need not wait; what is left over by a command that was cut off, or stands
 *	in a release under way, the daemon removes. --undo lets them be registered again.
 *
 *	The audit trail says that somebody was asked about, or forgotten, and never who (Art. 8).
 *
 * DIAGNOSTICS
 *	EX_USAGE: what is no address. EX_NOINPUT: --undo of one that was not forgotten.
 */
#include "config.h"

#include <glib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "policy/address_typed.h"
#include "schema/store_audit.h"
#include "schema/store_forget.h"
#include "schema/store_trace.h"
#include "schema/store_subscriber.h"

static bool read_key(const char *text, struct address *key_r)
{
	struct kairan_error error = { "" };

	if (!address_typed_read(text, key_r, &error)) {
		(void)ctl_fail(EX_USAGE, "%s: %s", text, ctl_say(error.text));
		return false;
	}
	address_fold(key_r);
	return true;
}

/* ---- show ---- */

static const struct ctl_column list_columns[] = {
	{ "list", CTL_TEXT },
	{ "address", CTL_TEXT },
	{ "state", CTL_WORD },
	{ "since", CTL_TIME },
	{ "state reason", CTL_WORD },
	{ "paused until", CTL_TIME },
	{ "joined", CTL_TIME },
	{ "source", CTL_WORD },
	{ "registered by", CTL_TEXT },
	{ "reason", CTL_TEXT },
	{ "terms", CTL_TEXT },
	{ "mail of consent", CTL_TEXT },
	{ "language of notices", CTL_TEXT },
};
static const struct ctl_column release_columns[] = { { "draft", CTL_NUMBER },
						     { "broadcast", CTL_TEXT },
						     { "due", CTL_TIME },
						     { "state", CTL_WORD } };
static const struct ctl_column place_columns[] = { { "place", CTL_WORD },
						   { "rows", CTL_NUMBER },
						   { "goes when forgotten", CTL_FLAG } };

struct showing {
	const struct address *key;
	struct trace_draft draft;
	bool more;
	int64_t rows, drafts; /* in all; drafts that name it */
	bool is_forgotten;
	const struct settings *settings;
	GPtrArray *lists; /* struct ctl_table, of one row each */
	struct ctl_table *releases, *places;
};

static void add_list(const struct subscriber *subscriber, void *context)
{
	struct showing *showing = context;
	struct ctl_table *table =
	    ctl_table_new(showing->settings, list_columns, G_N_ELEMENTS(list_columns));
	const struct subscriber_origin *origin = &subscriber->origin;

	ctl_table_put_text(table, subscriber->list);
	ctl_table_put_text(table, subscriber->address);
	ctl_table_put_word(table, subscriber_state_name(subscriber->state));
	ctl_table_put_time(table, subscriber->changed_at);
	ctl_table_put_word(table, subscriber->state_reason);
	ctl_table_put_time(table, subscriber->paused_until);
	ctl_table_put_time(table, subscriber->joined_at);
	ctl_table_put_word(table, subscriber_source_name(origin->source));
	ctl_table_put_text(table, origin->by);
	ctl_table_put_text(table, origin->reason);
	ctl_table_put_text(table, origin->terms);
	ctl_table_put_text(table, origin->consent_id);
	ctl_table_put_text(table, origin->language);
	g_ptr_array_add(showing->lists, table);
	showing->rows++;
}

static int read_draft(struct store *store, void *context, struct kairan_error *error_r)
{
	struct showing *showing = context;
	struct trace_draft *draft = &showing->draft;
	const enum answer answer =
	    store_trace_next_draft(store, showing->key, draft, error_r);

	showing->more = answer == ANSWER_YES;
	if (answer == ANSWER_YES && draft->is_recipient) {
		ctl_table_put_number(showing->releases, draft->id);
		ctl_table_put_text(showing->releases, draft->broadcast);
		ctl_table_put_time(showing->releases, draft->sent_at);
		ctl_table_put_word(showing->releases, shard_state_name(draft->shard));
		showing->rows++;
	}
	showing->drafts += answer == ANSWER_YES && draft->is_named;
	return answer == ANSWER_UNKNOWN ? EX_UNAVAILABLE : EX_OK;
}

static void put_place(struct showing *showing, const char *name, int64_t count, bool goes)
{
	if (count == 0)
		return;
	ctl_table_put_word(showing->places, name);
	ctl_table_put_number(showing->places, count);
	ctl_table_put_flag(showing->places, goes);
	showing->rows += count;
}

static void add_place(const struct trace_place *place, void *context)
{
	put_place(context, place->name, place->count, place->goes);
}

static int read_rest(struct store *store, void *context, struct kairan_error *error_r)
{
	struct showing *showing = context;
	enum answer known;

	put_place(showing, "drafts", showing->drafts, false);
	known = store_forget_knows(store, "", showing->key, error_r);
	showing->is_forgotten = known == ANSWER_YES;
	if (known == ANSWER_UNKNOWN ||
	    !store_subscriber_visit_address(store, showing->key, add_list, showing,
					    error_r) ||
	    !store_trace_visit_places(store, showing->key, add_place, showing, error_r))
		return EX_UNAVAILABLE;
	/* Not even in the trail does it stand who was asked about. */
	return ctl_reading_record(
	    store, &(struct ctl_reading){ 0, "subscribers show", showing->rows },
	    error_r);
}

static int read_all(const struct ctl_call *call, struct showing *showing)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	showing->more = true;
	while (status == EX_OK && showing->more)
		status = ctl_store_work(store, read_draft, showing);
	if (status == EX_OK)
		status = ctl_store_work(store, read_rest, showing);
	trace_draft_clear(&showing->draft);
	store_close(store);
	return status;
}

static void print_json(const struct showing *showing)
{
	json_t *all = json_object(), *lists = json_array();

	for (guint i = 0; i < showing->lists->len; i++)
		json_array_append(
		    lists, json_array_get(
			       ctl_table_rows(g_ptr_array_index(showing->lists, i)), 0));
	json_object_set_new(all, "address", json_string(showing->key->spec));
	json_object_set_new(all, "lists", lists);
	json_object_set(all, "releases", ctl_table_rows(showing->releases));
	json_object_set(all, "places", ctl_table_rows(showing->places));
	json_object_set_new(all, "forgotten", json_boolean(showing->is_forgotten));
	(void)json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(all);
}

static void print_text(const struct showing *showing)
{
	for (guint i = 0; i < showing->lists->len; i++) {
		ctl_table_print_one(g_ptr_array_index(showing->lists, i));
		putchar('\n');
	}
	ctl_table_print(showing->releases, false);
	if (json_array_size(ctl_table_rows(showing->releases)) > 0)
		putchar('\n');
	ctl_table_print(showing->places, false);
	if (showing->rows == 0)
		ctl_print("nothing is kept of %s", showing->key->spec);
	if (showing->is_forgotten)
		ctl_print("it was forgotten: a hash keeps it from being imported again");
}

static void free_table(gpointer table)
{
	ctl_table_free(table);
}

int ctl_subscribers_show(const struct ctl_call *call)
{
	bool json = false;
	const struct ctl_option options[] = { { "json", NULL, &json } };
	struct showing showing = { 0 };
	struct address key;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc)
		return ctl_usage(call);
	if (!read_key(call->argv[rest], &key))
		return EX_USAGE;
	showing.key = &key;
	showing.settings = call->settings;
	showing.lists = g_ptr_array_new_with_free_func(free_table);
	showing.releases =
	    ctl_table_new(call->settings, release_columns, G_N_ELEMENTS(release_columns));
	showing.places =
	    ctl_table_new(call->settings, place_columns, G_N_ELEMENTS(place_columns));
	status = read_all(call, &showing);
	if (status == EX_OK && json)
		print_json(&showing);
	else if (status == EX_OK)
		print_text(&showing);
	g_ptr_array_unref(showing.lists);
	ctl_table_free(showing.releases);
	ctl_table_free(showing.places);
	return status;
}

/* ---- forget ---- */

struct forgetting {
	GArray *keys; /* struct address */
	bool undo;
	int64_t lists;
};

static bool record(struct store *store, const struct forgetting *forgetting,
		   struct kairan_error *error_r)
{
	g_autofree char *detail =
	    g_strdup_printf("%u addresses, %lld subscriptions", forgetting->keys->len,
			    (long long)forgetting->lists);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = forgetting->undo ? "forget-undo" : "forget-subscriber",
		.outcome = "done",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static int undo_one(struct store *store, const struct address *key,
		    struct kairan_error *error_r)
{
	switch (store_forget_undo(store, key, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("%s was not forgotten"), key->spec);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

static int begin_all(struct store *store, void *context, struct kairan_error *error_r)
{
	struct forgetting *forgetting = context;
	int status = EX_OK;

	for (guint i = 0; status == EX_OK && i < forgetting->keys->len; i++) {
		const struct address *key =
		    &g_array_index(forgetting->keys, struct address, i);
		int64_t lists = 0;

		if (forgetting->undo)
			status = undo_one(store, key, error_r);
		else if (!store_forget_begin(store, key, clock_now(), &lists, error_r))
			status = EX_UNAVAILABLE;
		forgetting->lists += lists;
	}
	if (status == EX_OK && !record(store, forgetting, error_r))
		status = EX_UNAVAILABLE;
	return status;
}

/* The rest of what is kept; where that cannot be done now, the daemon does it. */
static int walk_all(struct store *store, const struct forgetting *forgetting)
{
	for (guint i = 0; i < forgetting->keys->len; i++) {
		const struct address *key =
		    &g_array_index(forgetting->keys, struct address, i);
		struct kairan_error error = { "" };
		int64_t draft = 0;

		switch (store_forget_walk(store, key, &draft, &error)) {
		case ANSWER_UNKNOWN:
			return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
		case ANSWER_NO:
			ctl_print("%s: release %lld is under way; it goes out of that "
				  "one when it has ended",
				  key->spec, (long long)draft);
			break;
		case ANSWER_YES:
			break;
		}
	}
	return EX_OK;
}

static int run_forgetting(const struct ctl_call *call, struct forgetting *forgetting)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	if (status == EX_OK)
		status = ctl_store_work(store, begin_all, forgetting);
	if (status == EX_OK && !forgetting->undo)
		status = walk_all(store, forgetting);
	store_close(store);
	if (status == EX_OK && forgetting->undo)
		ctl_print("%u addresses may be registered again", forgetting->keys->len);
	else if (status == EX_OK)
		ctl_print("%u addresses forgotten, %lld subscriptions removed",
			  forgetting->keys->len, (long long)forgetting->lists);
	return status;
}

int ctl_subscribers_forget(const struct ctl_call *call)
{
	struct forgetting forgetting = { 0 };
	const struct ctl_option options[] = { { "undo", NULL, &forgetting.undo } };
	int rest, status = EX_OK;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest >= call->argc)
		return ctl_usage(call);
	forgetting.keys = g_array_new(FALSE, FALSE, sizeof(struct address));
	for (int i = rest; status == EX_OK && i < call->argc; i++) {
		struct address key;

		if (read_key(call->argv[i], &key))
			g_array_append_val(forgetting.keys, key);
		else
			status = EX_USAGE;
	}
	if (status == EX_OK)
		status = run_forgetting(call, &forgetting);
	g_array_unref(forgetting.keys);
	return status;
}
