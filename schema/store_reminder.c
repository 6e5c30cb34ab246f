/*
 * NAME
 *	store_reminder - which drafts are to be brought to mind
 *
 * DESCRIPTION
 *	Reads and writes the columns of a draft that reminders and calls are about. When they
 *	fall due is said by policy/waiting.c.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_reminder.h"

#include "schema/sql.h"
#include "schema/store_clock.h"
#include "schema/store_suspension.h"

#define DRAFT_IS_AWAITED "state = 1 AND NOT " SUSPENSION_STANDS("draft.broadcast")

enum answer store_reminder_is_due(struct store *store, int64_t draft, int64_t now,
				  struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM draft WHERE id = ?1 AND " DRAFT_IS_AWAITED
	    " AND ((remind_at <> 0 AND remind_at <= ?2 - " STORE_CLOCK_AHEAD_SINCE(
		"submitted_at") ")"
				" OR (call_at <> 0 AND call_at <= ?2 - " STORE_CLOCK_AHEAD_SINCE(
				    "submitted_at") "))",
	    "ii", draft, now);
}

enum answer store_reminder_next_due(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT min(least(coalesce(nullif(remind_at, 0), call_at),"
	    " coalesce(nullif(call_at, 0), remind_at)) + " STORE_CLOCK_AHEAD_SINCE(
		"submitted_at") ") FROM draft"
				" WHERE (remind_at <> 0 OR call_at <> 0) AND " DRAFT_IS_AWAITED
				" HAVING count(*) > 0",
	    "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_reminder_record(struct store *store, int64_t draft, bool sent,
			   int64_t remind_at, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE draft SET remind_at = ?, reminders = reminders + ?"
		       " WHERE id = ?",
		       "iii", remind_at, (int64_t)sent, draft);
}

bool store_reminder_record_calls(struct store *store, int64_t draft, int64_t calls,
				 int64_t call_at, struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "UPDATE draft SET calls = ?, call_at = ? WHERE id = ?", "iii",
		       calls, call_at, draft);
}
