/*
 * NAME
 *	store_clock_times - times that were written by a wrong clock
 *
 * DESCRIPTION
 *	What a wrong clock wrote is moved by as much as the clock goes: what waits expires neither a
 *	year late nor at once, what counts within an hour or a month counts then, and is let go when
 *	it is to be. A date that a person wrote means that date, and stays; so does what only says
 *	when something was, and the broadcast's own time once it goes out, which is its Date at every
 *	try.
 *
 *	What a clock wrote that was ahead lies where nothing else can. A clock that was behind wrote
 *	among what is old: there only what has no row of the trail from before is a draft of that
 *	time, and only drafts, suspensions and what residents have not confirmed are moved: those
 *	would end at once.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_clock_times.h"

#include <glib.h>
#include <string.h>

#include "schema/sql.h"

/* More than this ahead of the clock is nothing (clock_round.c sees jumps of as much). */
#define TOLERANCE_SECONDS 3600

/* ?1 is by how much, ?2 and ?3 are the first and the last moment of that clock. */
#define MOVE(table, column)                                               \
	"UPDATE " table " SET " column " = " column " + ?1 WHERE " column \
	" BETWEEN ?2 AND ?3"

#define NEW_DRAFT_MOVES                                                                \
	" submitted_at = submitted_at + ?1, expires_at = expires_at + ?1,"             \
	" remind_at = CASE WHEN remind_at > 0 THEN remind_at + ?1 ELSE remind_at END," \
	" call_at = CASE WHEN call_at > 0 THEN call_at + ?1 ELSE call_at END"
/* ?4 is the trail's last row of before. */
static const char new_drafts[] =
    "UPDATE draft SET" NEW_DRAFT_MOVES
    " WHERE submitted_at BETWEEN ?2 AND ?3 AND NOT EXISTS"
    " (SELECT 1 FROM audit WHERE audit.draft = draft.id AND audit.seq <= ?4)";

/* Who asked for a later time gets that. */
#define DECIDED_MOVES                                                                \
	" due_at = CASE WHEN state IN (3, 4, 8) OR send_at > decided_at THEN due_at" \
	" ELSE due_at + ?1 END, decided_at = decided_at + ?1"
static const char decided_drafts[] =
    "UPDATE draft SET" DECIDED_MOVES " WHERE decided_at BETWEEN ?2 AND ?3 AND EXISTS"
    " (SELECT 1 FROM audit WHERE audit.draft = draft.id AND audit.seq > ?4)";
static const char staying_drafts[] =
    "UPDATE draft SET stays_since = stays_since + ?1, look_at = 0"
    " WHERE state = 2 AND stays_since BETWEEN ?2 AND ?3";

/* Planned ahead, by less than a day. */
static const char publication_tries[] = "UPDATE publication SET next_try = next_try + ?1"
					" WHERE next_try BETWEEN ?2 AND ?3 + 86400";

const struct store_clock_time store_clock_times[] = {
	{ "alarm", "raised_at", MOVE("alarm", "raised_at") },
	{ "alarm", "told_at", MOVE("alarm", "told_at") },
	{ "alarm", "last_at", MOVE("alarm", "last_at") },
	{ "bounce", "at", MOVE("bounce", "at") },
	{ "delivery_domain", "refused_since", MOVE("delivery_domain", "refused_since") },
	{ "delivery_queue", "at", MOVE("delivery_queue", "at") },
	{ "draft", "submitted_at expires_at remind_at call_at", new_drafts },
	{ "draft", "decided_at due_at", decided_drafts },
	{ "draft", "stays_since look_at", staying_drafts },
	{ "draft", "released_at", MOVE("draft", "released_at") },
	{ "forgetting", "at", MOVE("forgetting", "at") },
	{ "incident", "at", MOVE("incident", "at") },
	{ "incident", "closed_at", MOVE("incident", "closed_at") },
	{ "incident_note", "at", MOVE("incident_note", "at") },
	{ "line_below", "seen_at", MOVE("line_below", "seen_at") },
	{ "outbox", "created_at", MOVE("outbox", "created_at") },
	{ "publication", "next_try", publication_tries },
	{ "reply", "at", MOVE("reply", "at") },
	{ "resident_request", "made_at", MOVE("resident_request", "made_at") },
	{ "subscriber", "joined_at", MOVE("subscriber", "joined_at") },
	{ "subscriber", "changed_at", MOVE("subscriber", "changed_at") },
	{ "subscriber_change", "at", MOVE("subscriber_change", "at") },
	{ "suspension", "since", MOVE("suspension", "since") },
	{ "urgency", "at", MOVE("urgency", "at") },

	/* They say when something was. */
	{ "alarm_over", "raised_at over_at", NULL },
	{ "audit", "at", NULL },
	{ "delivery_domain", "first_at last_at", NULL },
	{ "draft", "completed_at", NULL },
	{ "forgotten", "at", NULL },
	{ "instruction", "made_at answered_at reminded_at", NULL },
	{ "outbox", "bounced_at", NULL },
	{ "publication", "at", NULL },
	{ "shard", "changed_at", NULL },
	{ "signature", "learned_at", NULL },
	{ "suspension_news", "since until", NULL },
	/* Dates that people wrote, or the directory. */
	{ "draft", "send_at", NULL },
	{ "instruction", "answer_by", NULL },
	{ "password_warning", "changed_at", NULL },
	{ "resident_request", "until", NULL },
	{ "subscriber", "paused_until", NULL },
	{ "suspension", "until", NULL },
	{ "suspension_plan", "since until", NULL },
	/* What was written into a mail; gone after a week, or by the next. */
	{ "probe", "at", NULL },
	{ "probe_sight", "at mta_at", NULL },
	/* store_clock_bring_tries_back() has these. */
	{ "outbox", "next_try", NULL },
	{ "shard", "next_try held_until", NULL },
	{ NULL, NULL, NULL },
};

/* What a clock that was behind wrote and that would end at once, or is counted from. */
static bool is_of_both(const struct store_clock_time *time)
{
	return time->sql == new_drafts || time->sql == decided_drafts ||
	       time->sql == staying_drafts ||
	       strcmp(time->table, "resident_request") == 0 ||
	       strcmp(time->table, "suspension") == 0;
}

static bool move(struct store *store, const struct store_clock_time *time,
		 const struct store_clock_shift *shift, struct kairan_error *error_r)
{
	return time->sql == new_drafts || time->sql == decided_drafts
		   ? sql_run(store, error_r, time->sql, "iiii", shift->seconds,
			     shift->from, shift->to, shift->mark)
		   : sql_run(store, error_r, time->sql, "iii", shift->seconds,
			     shift->from, shift->to);
}

bool store_clock_times_move(struct store *store, const struct store_clock_shift *shift,
			    int64_t *moved_r, struct kairan_error *error_r)
{
	*moved_r = 0;
	for (const struct store_clock_time *time = store_clock_times; time->table != NULL;
	     time++) {
		if (time->sql == NULL || !(shift->ahead || is_of_both(time)))
			continue;
		if (!move(store, time, shift, error_r))
			return false;
		*moved_r += sql_changes(store);
	}
	return true;
}

bool store_clock_times_bring_late(struct store *store, int64_t now, int64_t *moved_r,
				  struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"UPDATE draft SET expires_at = expires_at + ?1 - submitted_at,"
		" remind_at = CASE WHEN remind_at > 0 THEN remind_at + ?1 - submitted_at"
		" ELSE remind_at END,"
		" call_at = CASE WHEN call_at > 0 THEN call_at + ?1 - submitted_at"
		" ELSE call_at END, submitted_at = ?1 WHERE submitted_at > ?2",
		"ii", now, now + TOLERANCE_SECONDS))
		return false;
	*moved_r = sql_changes(store);
	if (!sql_run(
		store, error_r,
		"UPDATE draft SET due_at = CASE WHEN send_at > decided_at THEN due_at"
		" ELSE due_at + ?1 - decided_at END, decided_at = ?1"
		" WHERE state = 2 AND decided_at > ?2",
		"ii", now, now + TOLERANCE_SECONDS))
		return false;
	*moved_r += sql_changes(store);
	return true;
}

GArray *store_clock_times_list_moved(struct store *store,
				     const struct store_clock_shift *shift,
				     struct kairan_error *error_r)
{
	GArray *drafts = g_array_new(FALSE, FALSE, sizeof(int64_t));
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE state = 2 AND due_at > decided_at"
		      " AND send_at <= decided_at AND decided_at BETWEEN ? AND ?",
		      "ii", shift->from + shift->seconds, shift->to + shift->seconds);

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
