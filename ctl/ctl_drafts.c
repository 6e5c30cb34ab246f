/*
 * NAME
 *	ctl_drafts - kairanctl drafts list, drafts show
 *
 * DESCRIPTION
 *	drafts list [STATE] [--broadcast ADDRESS] [--since TIME] [--limit N] [--json]
 *	drafts show ID [--json]
 *
 *	"show" has the draft's people, its shards, what became of it and its whole history, so the audit trail has who
 *	looked at it.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft. EX_USAGE: no such state. EX_UNAVAILABLE: the store cannot be
 *	read.
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
#include "ctl/ctl_audit_table.h"
#include "ctl/ctl_delivery.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "ctl/ctl_time.h"
#include "milter/draft/parts.h"
#include "policy/part.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

#define LIST_LIMIT "1000"

/* ---- list ---- */

static const struct ctl_column list_columns[] = {
	{ "draft", CTL_NUMBER },   { "submitted", CTL_TIME },    { "state", CTL_WORD },
	{ "broadcast", CTL_TEXT }, { "recipients", CTL_NUMBER }, { "subject", CTL_TEXT },
};

struct listing {
	struct draft_filter filter;
	struct ctl_table *table;
};

static void add_line(const struct draft *draft, void *context)
{
	struct ctl_table *table = context;

	ctl_table_put_number(table, draft->id);
	ctl_table_put_time(table, draft->submitted_at);
	ctl_table_put_word(table, lifecycle_name(draft->state));
	ctl_table_put_text(table, draft->broadcast);
	ctl_table_put_number(table, draft->recipients);
	ctl_table_put_text(table, draft->subject);
}

static int list(struct store *store, void *context, struct kairan_error *error_r)
{
	struct listing *listing = context;

	return store_draft_visit(store, &listing->filter, add_line, listing->table,
				 error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static bool find_state(const char *name, int *state_r)
{
	for (int state = DRAFT_HELD; state <= DRAFT_STOPPED; state++) {
		if (strcmp(lifecycle_name((enum draft_state)state), name) == 0) {
			*state_r = state;
			return true;
		}
	}
	return false;
}

static int print_states(const char *wrong)
{
	GString *states = g_string_new(NULL);

	for (int state = DRAFT_HELD; state <= DRAFT_STOPPED; state++)
		g_string_append_printf(states, " %s",
				       ctl_say(lifecycle_name((enum draft_state)state)));
	(void)ctl_fail(EX_USAGE, "there is no state \"%s\"; there are:%s", wrong,
		       states->str);
	(void)g_string_free(states, TRUE);
	return EX_USAGE;
}

int ctl_drafts_list(const struct ctl_call *call)
{
	const char *since = NULL, *limit = LIST_LIMIT;
	bool json = false;
	struct listing listing = { { 0 }, NULL };
	const struct ctl_option options[] = {
		{ "broadcast", &listing.filter.broadcast, NULL },
		{ "since", &since, NULL },
		{ "limit", &limit, NULL },
		{ "json", NULL, &json },
	};
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 < call->argc)
		return ctl_usage(call);
	if (rest < call->argc &&
	    !find_state(ctl_say_read(call->argv[rest]), &listing.filter.state))
		return print_states(call->argv[rest]);
	listing.filter.limit = strtoll(limit, NULL, 10);
	if (listing.filter.limit < 1)
		return ctl_fail(EX_USAGE, "--limit wants a number from 1");
	if (since != NULL && !ctl_time_read_past(call->settings, since, clock_now(),
						 &listing.filter.since))
		return ctl_fail(EX_USAGE, CTL_TIME_PAST, "--since", since);
	listing.table =
	    ctl_table_new(call->settings, list_columns, G_N_ELEMENTS(list_columns));
	status = ctl_store_run(call, list, &listing);
	if (status == EX_OK)
		ctl_table_print(listing.table, json);
	ctl_table_free(listing.table);
	return status;
}

/* ---- show ---- */

static const struct ctl_column draft_columns[] = {
	{ "draft", CTL_NUMBER },      { "state", CTL_WORD },
	{ "broadcast", CTL_TEXT },    { "name", CTL_TEXT },
	{ "list", CTL_TEXT },         { "section", CTL_TEXT },
	{ "submitted", CTL_TIME },    { "expires", CTL_TIME },
	{ "decided", CTL_TIME },      { "decided by", CTL_TEXT },
	{ "due", CTL_TIME },          { "released", CTL_TIME },
	{ "stays", CTL_TEXT },        { "reason", CTL_TEXT },
	{ "recipients", CTL_NUMBER }, { "characters", CTL_NUMBER },
	{ "urgent", CTL_FLAG },       { "corrects", CTL_NUMBER },
	{ "subject", CTL_TEXT },
};
static const struct ctl_column people_columns[] = { { "role", CTL_WORD },
						    { "login", CTL_TEXT },
						    { "name", CTL_TEXT },
						    { "mail", CTL_TEXT } };
static const struct ctl_column shard_columns[] = { { "shard", CTL_NUMBER },
						   { "recipients", CTL_NUMBER },
						   { "state", CTL_WORD },
						   { "language", CTL_TEXT },
						   { "queue id", CTL_TEXT } };

struct showing {
	long long id;
	const char *part_line; /* setting */
	struct draft *draft;
	struct ctl_table *facts, *people, *shards, *history;
	struct ctl_delivery delivery;
};

static void add_facts(struct ctl_table *table, const struct draft *draft)
{
	ctl_table_put_number(table, draft->id);
	ctl_table_put_word(table, lifecycle_name(draft->state));
	ctl_table_put_text(table, draft->broadcast);
	ctl_table_put_text(table, draft->broadcast_ja);
	ctl_table_put_text(table, draft->list);
	ctl_table_put_text(table, draft->section);
	ctl_table_put_time(table, draft->submitted_at);
	ctl_table_put_time(table, draft->expires_at);
	ctl_table_put_time(table, draft->decided_at);
	ctl_table_put_text(table, draft->decided_by);
	ctl_table_put_time(table, draft->due_at);
	ctl_table_put_time(table, draft->released_at);
	ctl_table_put_text(table, draft->stays);
	ctl_table_put_text(table, draft->reason);
	ctl_table_put_number(table, draft->recipients);
	ctl_table_put_number(table, draft->characters);
	ctl_table_put_flag(table, draft->urgent);
	ctl_table_put_number(table, draft->corrects);
	ctl_table_put_text(table, draft->subject);
}

static void add_people(struct ctl_table *table, const GPtrArray *parties)
{
	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		ctl_table_put_word(table, party->role);
		ctl_table_put_text(table, party->uid);
		ctl_table_put_text(table, party->name);
		ctl_table_put_text(table, party->mail);
	}
}

static void add_shard(const struct shard *shard, void *context)
{
	struct ctl_table *table = context;

	ctl_table_put_number(table, shard->number);
	ctl_table_put_number(table, shard->recipients);
	ctl_table_put_word(table, shard_state_name(shard->state));
	ctl_table_put_text(table, shard->language);
	ctl_table_put_text(table, shard->queue_id);
}

static bool read_all(struct store *store, struct showing *showing,
		     struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, showing->id, error_r);

	if (parties == NULL)
		return false;
	add_facts(showing->facts, showing->draft);
	add_people(showing->people, parties);
	g_ptr_array_unref(parties);
	return store_release_visit_shards(store, showing->id, add_shard, showing->shards,
					  error_r) &&
	       ctl_delivery_fill(store, showing->draft, &showing->delivery, error_r) &&
	       ctl_audit_table_fill(store, showing->id, showing->history, error_r);
}

static int record(struct store *store, const struct showing *showing,
		  struct kairan_error *error_r)
{
	const struct ctl_reading reading = { showing->id, "drafts show",
					     (int64_t)json_array_size(
						 ctl_table_rows(showing->history)) };

	return ctl_reading_record(store, &reading, error_r);
}

static int show(struct store *store, void *context, struct kairan_error *error_r)
{
	struct showing *showing = context;

	switch (store_draft_find(store, showing->id, &showing->draft, error_r)) {
	case ANSWER_YES:
		return read_all(store, showing, error_r) ? record(store, showing, error_r)
							 : EX_UNAVAILABLE;
	case ANSWER_NO:
		(void)error_set(error_r, ctl_say("there is no draft %lld"), showing->id);
		return EX_NOINPUT;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

static json_t *make_parts(const GPtrArray *parts)
{
	json_t *all = json_array();

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		(void)json_array_append_new(
		    all,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "language",
			      part->language, "list", part->list, "subject",
			      part->subject, "text", part->text, "footer", part->footer,
			      "characters", (json_int_t)part->characters));
	}
	return all;
}

static void print_json(const struct showing *showing)
{
	json_t *all = json_copy(json_array_get(ctl_table_rows(showing->facts), 0));

	json_object_set_new(all, "text", json_string(showing->draft->text));
	json_object_set_new(all, "footer", json_string(showing->draft->footer));
	json_object_set_new(all, "reply_to", json_string(showing->draft->reply_to));
	json_object_set_new(all, "other languages", make_parts(showing->draft->parts));
	json_object_set(all, "people", ctl_table_rows(showing->people));
	json_object_set(all, "shards", ctl_table_rows(showing->shards));
	json_object_set_new(all, "delivery", ctl_delivery_make_json(&showing->delivery));
	json_object_set(all, "history", ctl_table_rows(showing->history));
	(void)json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(all);
}

static void print_text(const struct showing *showing)
{
	g_autofree char *all = draft_parts_write(showing->part_line, ctl_say_language(),
						 showing->draft, true);

	ctl_table_print_one(showing->facts);
	printf("\n%s\n\n", all);
	ctl_table_print(showing->people, false);
	if (json_array_size(ctl_table_rows(showing->shards)) > 0)
		putchar('\n');
	ctl_table_print(showing->shards, false);
	ctl_delivery_print(&showing->delivery);
	putchar('\n');
	ctl_table_print(showing->history, false);
}

bool ctl_drafts_read_id(const char *text, long long *id_r)
{
	char *end = NULL;

	*id_r = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *id_r > 0;
}

int ctl_drafts_show(const struct ctl_call *call)
{
	bool json = false;
	const struct ctl_option options[] = { { "json", NULL, &json } };
	struct showing showing = { .part_line = call->settings->part_line };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || !ctl_drafts_read_id(call->argv[rest], &showing.id))
		return ctl_usage(call);
	showing.facts =
	    ctl_table_new(call->settings, draft_columns, G_N_ELEMENTS(draft_columns));
	showing.people =
	    ctl_table_new(call->settings, people_columns, G_N_ELEMENTS(people_columns));
	showing.shards =
	    ctl_table_new(call->settings, shard_columns, G_N_ELEMENTS(shard_columns));
	showing.history = ctl_audit_table_new(call->settings);
	showing.delivery = ctl_delivery_new(call->settings);
	status = ctl_store_run(call, show, &showing);
	if (status == EX_OK && json)
		print_json(&showing);
	else if (status == EX_OK)
		print_text(&showing);
	ctl_table_free(showing.facts);
	ctl_table_free(showing.people);
	ctl_table_free(showing.shards);
	ctl_table_free(showing.history);
	ctl_delivery_clear(&showing.delivery);
	draft_free(showing.draft);
	return status;
}
