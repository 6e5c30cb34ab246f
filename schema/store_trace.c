/*
 * NAME
 *	store_trace - all that is kept of one resident
 *
 * DESCRIPTION
 *	One table has the places where an address can stand besides the subscriptions and the
 *	releases: what counts it there, and what takes it out. Rows that are about the address
 *	go; where it stands among other words it becomes "***". What the town must keep (the
 *	drafts and their decisions, Art. 8's trail, Art. 9's incidents) is counted, and stays until
 *	its time is over. tests/schema/test_trace.c compares the table with the schema: a new
 *	column that can have an address wants a row here.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_trace.h"

#include <glib.h>

#include "schema/sql.h"

/* ---- drafts ---- */

void trace_draft_clear(struct trace_draft *draft)
{
	g_free(draft->broadcast);
	draft->broadcast = NULL;
}

static enum answer find_recipient(struct store *store, const struct address *key,
				  struct trace_draft *draft, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT shard.state FROM shard_recipient AS r JOIN shard"
		      " ON shard.draft = r.draft AND shard.number = r.shard"
		      " WHERE r.draft = ? AND is_address(r.address, ?) LIMIT 1",
		      "is", draft->id, key->spec);

	draft->is_recipient = answer == ANSWER_YES;
	if (answer == ANSWER_YES) {
		draft->shard = (enum shard_state)sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_trace_next_draft(struct store *store, const struct address *key,
				   struct trace_draft *draft,
				   struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id, state, broadcast, coalesce(released_at, due_at, 0),"
		      " names(subject, ?2) OR names(text, ?2) OR names(reason, ?2)"
		      " OR names(warnings, ?2) OR names((SELECT octets FROM original"
		      "  WHERE original.draft = draft.id), ?2)"
		      " OR EXISTS (SELECT 1 FROM draft_text AS t WHERE t.draft = draft.id"
		      "  AND (names(t.subject, ?2) OR names(t.text, ?2)))"
		      " FROM draft WHERE id > ?1 ORDER BY id LIMIT 1",
		      "is", draft->id, key->spec);

	trace_draft_clear(draft);
	if (answer != ANSWER_YES)
		return answer;
	draft->id = sql_int(stmt, 0);
	draft->state = (enum draft_state)sql_int(stmt, 1);
	draft->broadcast = sql_text(stmt, 2);
	draft->sent_at = sql_int(stmt, 3);
	draft->is_named = sql_int(stmt, 4) != 0;
	sql_done(stmt);
	return find_recipient(store, key, draft, error_r) == ANSWER_UNKNOWN
		   ? ANSWER_UNKNOWN
		   : ANSWER_YES;
}

enum answer store_trace_clear_release(struct store *store, const struct address *key,
				      const struct trace_draft *draft,
				      struct kairan_error *error_r)
{
	if (draft->state == DRAFT_RELEASING)
		return ANSWER_NO;
	return sql_run(store, error_r,
		       "DELETE FROM shard_recipient WHERE draft = ?"
		       " AND is_address(address, ?)",
		       "is", draft->id, key->spec)
		   ? ANSWER_YES
		   : ANSWER_UNKNOWN;
}

/* ---- other places ---- */

/* ?1 is the key. */
static const struct {
	const char *name;
	const char *count;
	const char *clear; /* NULL: it is kept */
} places[] = {
	{ "notices to it", "SELECT count(*) FROM outbox WHERE is_address(mail, ?1)",
	  "DELETE FROM outbox WHERE draft IS NULL AND is_address(mail, ?1)" },
	{ "notices that name it",
	  "SELECT count(*) FROM outbox WHERE NOT is_address(mail, ?1)"
	  " AND (names(facts, ?1) OR names(response, ?1))",
	  "UPDATE outbox SET facts = without(facts, ?1), response = without(response, ?1)"
	  " WHERE names(facts, ?1) OR names(response, ?1)" },
	{ "answers of the mail system",
	  "SELECT count(*) FROM shard WHERE names(response, ?1)",
	  "UPDATE shard SET response = without(response, ?1) WHERE names(response, ?1)" },
	{ "requests by mail",
	  "SELECT count(*) FROM resident_request WHERE address_key = ?1",
	  "DELETE FROM resident_request WHERE address_key = ?1" },
	{ "leave addresses", "SELECT count(*) FROM leaver WHERE address_key = ?1",
	  "DELETE FROM leaver WHERE address_key = ?1" },
	{ "bounces", "SELECT count(*) FROM bounce WHERE address_key = ?1",
	  "DELETE FROM bounce WHERE address_key = ?1" },
	{ "alarms", "SELECT count(*) FROM alarm WHERE names(detail, ?1)",
	  "UPDATE alarm SET detail = without(detail, ?1) WHERE names(detail, ?1)" },
	{ "people with a duty",
	  "SELECT (SELECT count(*) FROM party WHERE is_address(mail, ?1))"
	  " + (SELECT count(*) FROM duty WHERE names(mails, ?1))",
	  NULL },
	{ "incidents",
	  "SELECT (SELECT count(*) FROM incident WHERE is_address(mail, ?1)"
	  "  OR names(subject, ?1) OR names(cause, ?1) OR names(measure, ?1))"
	  " + (SELECT count(*) FROM incident_note WHERE names(text, ?1)"
	  "  OR names(original, ?1))",
	  NULL },
	{ "audit rows", "SELECT count(*) FROM audit WHERE names(detail, ?1)", NULL },
};

bool store_trace_visit_places(struct store *store, const struct address *key,
			      void (*visit)(const struct trace_place *place,
					    void *context),
			      void *context, struct kairan_error *error_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct trace_place place = { .name = places[i].name,
					     .goes = places[i].clear != NULL };

		if (!sql_number(store, error_r, &place.count, places[i].count, "s",
				key->spec))
			return false;
		visit(&place, context);
	}
	return true;
}

bool store_trace_clear_places(struct store *store, const struct address *key,
			      struct kairan_error *error_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (places[i].clear != NULL &&
		    !sql_run(store, error_r, places[i].clear, "s", key->spec))
			return false;
	return true;
}
