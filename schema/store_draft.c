/*
 * NAME
 *	store_draft - drafts in the store
 *
 * DESCRIPTION
 *	Inserts and finds drafts. store_draft_enter() is the only statement that changes a
 *	state; it asks policy/lifecycle.c whether the step exists, and writes the audit row in
 *	the same transaction.
 *
 * DIAGNOSTICS
 *	All failures are returned. A step that the lifecycle does not have is an answer (no),
 *	not a failure.
 */
#include "config.h"

#include "schema/store_draft.h"

#include <glib.h>
#include <string.h>

#include "policy/part.h"
#include "schema/sql.h"
#include "schema/store_clock.h"
#include "schema/store_part.h"
#include "schema/store_suspension.h"

#define DRAFT_COLUMNS                                                                      \
	"SELECT id, state, submit_key, queue_id, broadcast, broadcast_ja, broadcast_en,"   \
	" list, section, section_ja, section_en, author_dn, subject, text, characters,"    \
	" submitted_at, expires_at, decided_at, decided_by, decided_name, reason, due_at," \
	" released_at, recipients, urgent, send_at, quiet_hours, corrects, warnings,"      \
	" reminders, remind_at, in_reply_to, verp, calls, call_at, stays, look_at,"        \
	" stays_since, footer, reply_to, drill, tries FROM draft "

/* While its broadcast is suspended (Art. 7) a draft neither goes out nor expires. */
#define DRAFT_GOES_ON " AND NOT " SUSPENSION_STANDS("draft.broadcast")

struct draft *draft_new(void)
{
	return g_new0(struct draft, 1);
}

void draft_free(struct draft *draft)
{
	if (draft == NULL)
		return;
	g_free(draft->queue_id);
	g_free(draft->broadcast);
	g_free(draft->broadcast_ja);
	g_free(draft->broadcast_en);
	g_free(draft->list);
	g_free(draft->section);
	g_free(draft->section_ja);
	g_free(draft->section_en);
	g_free(draft->author_dn);
	g_free(draft->subject);
	g_free(draft->text);
	g_free(draft->decided_by);
	g_free(draft->decided_name);
	g_free(draft->reason);
	g_free(draft->quiet_hours);
	g_free(draft->warnings);
	g_free(draft->in_reply_to);
	g_free(draft->stays);
	g_free(draft->footer);
	g_free(draft->reply_to);
	if (draft->parts != NULL)
		g_ptr_array_unref(draft->parts);
	g_free(draft);
}

int64_t draft_sent_at(const struct draft *draft)
{
	return draft->released_at != 0 ? draft->released_at : draft->due_at;
}

const char *draft_find_list(const struct draft *draft, const char *language)
{
	const struct part *part = part_find(draft->parts, language);

	return part != NULL ? part->list : draft->list;
}

struct party *party_new(void)
{
	return g_new0(struct party, 1);
}

void party_free(struct party *party)
{
	if (party == NULL)
		return;
	g_free(party->role);
	g_free(party->uid);
	g_free(party->dn);
	g_free(party->mail);
	g_free(party->name);
	g_free(party->language);
	g_free(party);
}

bool store_draft_insert(struct store *store, struct draft *draft, const void *original,
			size_t original_length, struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO draft (state, submit_key, queue_id, broadcast, broadcast_ja,"
		" broadcast_en, list, section, section_ja, section_en, author_dn, subject,"
		" text, characters, submitted_at, expires_at, urgent, send_at, quiet_hours,"
		" corrects, warnings, remind_at, in_reply_to, call_at, footer, reply_to,"
		" drill, tries, published)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,coalesce(?, ''),?,coalesce(?, ''),?,"
		"coalesce(?, ''),?,coalesce(?, ''),coalesce(?, ''),?,?,?)",
		"ibsssssssssssiiiiisisisissiii", (int64_t)DRAFT_HELD, draft->submit_key,
		sizeof(draft->submit_key), draft->queue_id, draft->broadcast,
		draft->broadcast_ja, draft->broadcast_en, draft->list, draft->section,
		draft->section_ja, draft->section_en, draft->author_dn, draft->subject,
		draft->text, draft->characters, draft->submitted_at, draft->expires_at,
		(int64_t)draft->urgent, draft->send_at, draft->quiet_hours,
		draft->corrects, draft->warnings, draft->remind_at, draft->in_reply_to,
		draft->call_at, draft->footer, draft->reply_to, (int64_t)draft->is_drill,
		draft->tries, (int64_t)(draft->is_drill ? 2 : 0)))
		return false;
	draft->id = sql_last_id(store);
	draft->state = DRAFT_HELD;
	return store_part_insert(store, draft->id, draft->parts, error_r) &&
	       sql_run(store, error_r,
		       "INSERT INTO original (draft, octets) VALUES (?,?)", "ib",
		       draft->id, original, original_length);
}

bool store_draft_insert_party(struct store *store, int64_t draft,
			      const struct party *party, struct kairan_error *error_r)
{
	return sql_run(
	    store, error_r,
	    "INSERT INTO party (draft, number, role, uid, dn, mail, name, language)"
	    " VALUES (?,?,?,?,?,?,?,?)",
	    "iissssss", draft, party->number, party->role, party->uid, party->dn,
	    party->mail, party->name, party->language);
}

static struct draft *read_draft(struct sql_stmt *stmt)
{
	struct draft *draft = draft_new();

	draft->id = sql_int(stmt, 0);
	draft->state = (enum draft_state)sql_int(stmt, 1);
	if (sql_octets(stmt, 2) == SUBMIT_KEY_OCTETS)
		memcpy(draft->submit_key, sql_blob(stmt, 2), SUBMIT_KEY_OCTETS);
	draft->queue_id = sql_text(stmt, 3);
	draft->broadcast = sql_text(stmt, 4);
	draft->broadcast_ja = sql_text(stmt, 5);
	draft->broadcast_en = sql_text(stmt, 6);
	draft->list = sql_text(stmt, 7);
	draft->section = sql_text(stmt, 8);
	draft->section_ja = sql_text(stmt, 9);
	draft->section_en = sql_text(stmt, 10);
	draft->author_dn = sql_text(stmt, 11);
	draft->subject = sql_text(stmt, 12);
	draft->text = sql_text(stmt, 13);
	draft->characters = sql_int(stmt, 14);
	draft->submitted_at = sql_int(stmt, 15);
	draft->expires_at = sql_int(stmt, 16);
	draft->decided_at = sql_int(stmt, 17);
	draft->decided_by = sql_text(stmt, 18);
	draft->decided_name = sql_text(stmt, 19);
	draft->reason = sql_text(stmt, 20);
	draft->due_at = sql_int(stmt, 21);
	draft->released_at = sql_int(stmt, 22);
	draft->recipients = sql_int(stmt, 23);
	draft->urgent = sql_int(stmt, 24) != 0;
	draft->send_at = sql_int(stmt, 25);
	draft->quiet_hours = sql_text(stmt, 26);
	draft->corrects = sql_int(stmt, 27);
	draft->warnings = sql_text(stmt, 28);
	draft->reminders = sql_int(stmt, 29);
	draft->remind_at = sql_int(stmt, 30);
	draft->in_reply_to = sql_text(stmt, 31);
	draft->verp = sql_int(stmt, 32) != 0;
	draft->calls = sql_int(stmt, 33);
	draft->call_at = sql_int(stmt, 34);
	draft->stays = sql_text(stmt, 35);
	draft->look_at = sql_int(stmt, 36);
	draft->stays_since = sql_int(stmt, 37);
	draft->footer = sql_text(stmt, 38);
	draft->reply_to = sql_text(stmt, 39);
	draft->is_drill = sql_int(stmt, 40) != 0;
	draft->tries = sql_int(stmt, 41);
	return draft;
}

static enum answer take_draft(struct store *store, enum answer answer,
			      struct sql_stmt *stmt, struct draft **draft_r,
			      struct kairan_error *error_r)
{
	struct draft *draft;

	if (answer != ANSWER_YES)
		return answer;
	draft = read_draft(stmt);
	sql_done(stmt);
	draft->parts = store_part_list(store, draft->id, error_r);
	if (draft->parts == NULL) {
		draft_free(draft);
		return ANSWER_UNKNOWN;
	}
	*draft_r = draft;
	return ANSWER_YES;
}

enum answer store_draft_find(struct store *store, int64_t id, struct draft **draft_r,
			     struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, DRAFT_COLUMNS "WHERE id = ?", "i", id);

	return take_draft(store, answer, stmt, draft_r, error_r);
}

enum answer store_draft_find_by_key(struct store *store,
				    const unsigned char key[SUBMIT_KEY_OCTETS],
				    struct draft **draft_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, DRAFT_COLUMNS "WHERE submit_key = ?", "b",
		      key, (size_t)SUBMIT_KEY_OCTETS);

	return take_draft(store, answer, stmt, draft_r, error_r);
}

static struct party *read_party(struct sql_stmt *stmt)
{
	struct party *party = party_new();

	party->number = sql_int(stmt, 0);
	party->role = sql_text(stmt, 1);
	party->uid = sql_text(stmt, 2);
	party->dn = sql_text(stmt, 3);
	party->mail = sql_text(stmt, 4);
	party->name = sql_text(stmt, 5);
	party->language = sql_text(stmt, 6);
	return party;
}

enum answer store_draft_find_party(struct store *store, int64_t draft, int64_t number,
				   struct party **party_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT number, role, uid, dn, mail, name, language FROM party"
		      " WHERE draft = ? AND number = ?",
		      "ii", draft, number);

	if (answer == ANSWER_YES) {
		*party_r = read_party(stmt);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_draft_find_original(struct store *store, int64_t draft, char **octets_r,
				      size_t *length_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT octets FROM original WHERE draft = ?", "i", draft);

	if (answer == ANSWER_YES) {
		*length_r = sql_octets(stmt, 0);
		*octets_r = g_malloc(*length_r + 1);
		if (*length_r > 0)
			memcpy(*octets_r, sql_blob(stmt, 0), *length_r);
		(*octets_r)[*length_r] = '\0';
		sql_done(stmt);
	}
	return answer;
}

static bool refresh_state(struct store *store, struct draft *draft,
			  struct kairan_error *error_r)
{
	struct sql_stmt *stmt;

	switch (sql_first(store, error_r, &stmt, "SELECT state FROM draft WHERE id = ?",
			  "i", draft->id)) {
	case ANSWER_UNKNOWN:
		return false;
	case ANSWER_NO:
		return error_set(error_r, "store: there is no draft %lld",
				 (long long)draft->id);
	case ANSWER_YES:
		break;
	}
	draft->state = (enum draft_state)sql_int(stmt, 0);
	sql_done(stmt);
	return true;
}

static bool record_step(struct store *store, struct draft *draft,
			const struct draft_step *step, struct kairan_error *error_r)
{
	const bool decision = step->decider_name != NULL;
	const int64_t released = step->to == DRAFT_RELEASED ? step->event.at : 0;

	return sql_run(
	    store, error_r,
	    "UPDATE draft SET state = ?, stays = '', stays_since = 0, look_at = 0,"
	    " decided_at = CASE WHEN ? <> 0 THEN ? ELSE decided_at END,"
	    " decided_by = CASE WHEN ? <> 0 THEN ? ELSE decided_by END,"
	    " decided_name = coalesce(?, decided_name), reason = coalesce(?, reason),"
	    " due_at = coalesce(nullif(?, 0), due_at),"
	    " released_at = coalesce(nullif(?, 0), released_at),"
	    " recipients = coalesce(nullif(?, 0), recipients), verp = greatest(verp, ?),"
	    " urgent = greatest(urgent, ?) WHERE id = ?",
	    "iiiisssiiiiii", (int64_t)step->to, (int64_t)decision, step->event.at,
	    (int64_t)decision, step->event.uid, step->decider_name, step->reason,
	    step->due_at, released, step->recipients, (int64_t)step->verp,
	    (int64_t)step->urgent, draft->id);
}

enum answer store_draft_enter(struct store *store, struct draft *draft,
			      const struct draft_step *step, struct kairan_error *error_r)
{
	struct audit_event event = step->event;

	if (!refresh_state(store, draft, error_r))
		return ANSWER_UNKNOWN;
	if (!lifecycle_allows(draft->state, step->to))
		return ANSWER_NO;
	event.draft = draft->id;
	event.outcome = lifecycle_name(step->to);
	if (!record_step(store, draft, step, error_r) ||
	    !store_audit_append(store, &event, error_r))
		return ANSWER_UNKNOWN;
	draft->state = step->to;
	return ANSWER_YES;
}

enum answer store_draft_reschedule(struct store *store, struct draft *draft,
				   const struct draft_step *step,
				   struct kairan_error *error_r)
{
	struct audit_event event = step->event;

	if (!refresh_state(store, draft, error_r))
		return ANSWER_UNKNOWN;
	if (draft->state != DRAFT_APPROVED)
		return ANSWER_NO;
	event.draft = draft->id;
	event.outcome = "rescheduled";
	if (!sql_run(
		store, error_r,
		"UPDATE draft SET due_at = ?, reason = coalesce(?, reason),"
		" decided_at = ?, decided_by = ?, decided_name = ?, stays = '',"
		" stays_since = 0, look_at = 0, urgent = greatest(urgent, ?) WHERE id = ?",
		"isissii", step->due_at, step->reason, step->event.at, step->event.uid,
		step->decider_name, (int64_t)step->urgent, draft->id) ||
	    !store_audit_append(store, &event, error_r))
		return ANSWER_UNKNOWN;
	return ANSWER_YES;
}

enum answer store_draft_stay(struct store *store, const struct draft *draft,
			     const char *why, int64_t look_at,
			     const struct audit_event *event,
			     struct kairan_error *error_r)
{
	const bool is_new = *why != '\0' && strcmp(draft->stays, why) != 0;
	struct audit_event row = *event;

	if (!sql_run(
		store, error_r,
		"UPDATE draft SET look_at = ?1, stays = CASE WHEN ?2 = '' THEN stays ELSE ?2 END,"
		" stays_since = CASE WHEN ?2 <> '' AND stays_since = 0 THEN ?3"
		" ELSE stays_since END"
		" WHERE id = ?4 AND state = 2",
		"isii", look_at, why, event->at, draft->id))
		return ANSWER_UNKNOWN;
	if (sql_changes(store) == 0 || !is_new)
		return ANSWER_NO;
	row.draft = draft->id;
	row.outcome = "stays";
	row.detail = why;
	return store_audit_append(store, &row, error_r) ? ANSWER_YES : ANSWER_UNKNOWN;
}

bool store_draft_look_now(struct store *store, int64_t since,
			  struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE draft SET look_at = 0 WHERE state = 2 AND look_at > 0"
		       " AND (stays_since = 0 OR stays_since > ?)",
		       "i", since);
}

bool store_draft_use_list(struct store *store, struct draft *draft, const char *list,
			  struct kairan_error *error_r)
{
	g_free(draft->list);
	draft->list = g_strdup(list);
	return sql_run(store, error_r, "UPDATE draft SET list = ? WHERE id = ?", "si",
		       list, draft->id);
}

bool store_draft_put_off(struct store *store, struct draft *draft, int64_t due_at,
			 const struct audit_event *event, struct kairan_error *error_r)
{
	struct audit_event row = *event;

	draft->due_at = due_at;
	row.draft = draft->id;
	row.outcome = "rescheduled";
	return sql_run(store, error_r,
		       "UPDATE draft SET due_at = ?, stays = '', stays_since = 0,"
		       " look_at = 0 WHERE id = ?",
		       "ii", due_at, draft->id) &&
	       store_audit_append(store, &row, error_r);
}

/* The first column of all rows. NULL with the error. */
static GArray *list_ids(struct store *store, enum answer answer, struct sql_stmt *stmt,
			struct kairan_error *error_r)
{
	GArray *drafts = g_array_new(FALSE, FALSE, sizeof(int64_t));

	while (answer == ANSWER_YES) {
		const int64_t id = sql_int(stmt, 0);

		g_array_append_val(drafts, id);
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return drafts;
	g_array_unref(drafts);
	return NULL;
}

GArray *store_draft_list_staying(struct store *store, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT id FROM draft WHERE state = 2 AND stays <> '' ORDER BY id", "");

	return list_ids(store, answer, stmt, error_r);
}

enum answer store_draft_find_due(struct store *store, enum draft_state state, int64_t now,
				 struct draft **draft_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer;

	if (state == DRAFT_HELD)
		answer = sql_first(
		    store, error_r, &stmt,
		    DRAFT_COLUMNS
		    "WHERE state = ?1 AND expires_at <= ?2 AND"
		    " expires_at <= ?2 - " STORE_CLOCK_AHEAD_SINCE("submitted_at")
			DRAFT_GOES_ON " ORDER BY expires_at, id LIMIT 1",
		    "ii", (int64_t)state, now);
	else
		answer = sql_first(
		    store, error_r, &stmt,
		    DRAFT_COLUMNS
		    "WHERE state = ?1 AND due_at <= ?2 AND look_at <= ?2 AND"
		    " due_at <= ?2 - " STORE_CLOCK_AHEAD_SINCE("decided_at") DRAFT_GOES_ON
		    " ORDER BY urgent DESC, due_at, id LIMIT 1",
		    "ii", (int64_t)state, now);
	return take_draft(store, answer, stmt, draft_r, error_r);
}

enum answer store_draft_next_due(struct store *store, enum draft_state state,
				 int64_t *at_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer;

	answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT min(CASE WHEN state = 1 THEN expires_at + " STORE_CLOCK_AHEAD_SINCE("submitted_at") " ELSE greatest(due_at + " STORE_CLOCK_AHEAD_SINCE(
		"decided_at") ", look_at) END)"
			      " FROM draft WHERE state = ? AND (state = 1 OR due_at IS NOT NULL)" DRAFT_GOES_ON
			      " HAVING count(*) > 0",
	    "i", (int64_t)state);
	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

static bool visit_all(struct store *store, enum answer answer, struct sql_stmt *stmt,
		      void (*visit)(const struct draft *draft, void *context),
		      void *context, struct kairan_error *error_r)
{
	while (answer == ANSWER_YES) {
		struct draft *draft = read_draft(stmt);

		visit(draft, context);
		draft_free(draft);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_draft_visit(struct store *store, const struct draft_filter *filter,
		       void (*visit)(const struct draft *draft, void *context),
		       void *context, struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      DRAFT_COLUMNS
		      "WHERE (?1 = 0 OR state = ?1) AND (?2 IS NULL OR broadcast = ?2)"
		      " AND submitted_at >= ?3 ORDER BY id DESC LIMIT ?4",
		      "isii", (int64_t)filter->state, filter->broadcast, filter->since,
		      filter->limit);

	return visit_all(store, answer, stmt, visit, context, error_r);
}

GArray *store_draft_list_approved(struct store *store, const struct draft_filter *filter,
				  struct kairan_error *error_r)
{
	struct sql_stmt *stmt = NULL;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE broadcast = ?"
		      " AND state IN (2, 3, 4, 8) AND drill = ?"
		      " AND decided_at > ? ORDER BY id DESC LIMIT ?",
		      "siii", filter->broadcast, (int64_t)filter->is_drill, filter->since,
		      filter->limit);

	return list_ids(store, answer, stmt, error_r);
}

static void free_party(void *party)
{
	party_free(party);
}

GPtrArray *store_draft_list_parties(struct store *store, int64_t draft,
				    struct kairan_error *error_r)
{
	GPtrArray *parties = g_ptr_array_new_with_free_func(free_party);
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT number, role, uid, dn, mail, name, language FROM party"
		      " WHERE draft = ? ORDER BY number",
		      "i", draft);

	while (answer == ANSWER_YES) {
		g_ptr_array_add(parties, read_party(stmt));
		answer = sql_next(store, error_r, stmt);
	}
	if (answer == ANSWER_NO)
		return parties;
	g_ptr_array_unref(parties);
	return NULL;
}
