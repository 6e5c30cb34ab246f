/*
 * NAME
 *	store_reminder - which drafts are to be brought to mind
 *
 * DESCRIPTION
 *	Reads and writes the two columns of a draft that reminders are about. When they fall
 *	due is said by policy/waiting.c.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_reminder.h"

#include "schema/sql.h"
#include "schema/store_suspension.h"

#define REMINDER_IS_AHEAD \
	"state = 1 AND remind_at <> 0 AND NOT " SUSPENSION_STANDS("draft.broadcast")

enum answer store_reminder_find_due(struct store *store, int64_t now, int64_t *draft_r,
				    struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE remind_at <= ? AND " REMINDER_IS_AHEAD
		      " ORDER BY remind_at, id LIMIT 1",
		      "i", now);

	if (answer == ANSWER_YES) {
		*draft_r = sqlite3_column_int64(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

enum answer store_reminder_next_due(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT min(remind_at) FROM draft WHERE " REMINDER_IS_AHEAD
		      " HAVING count(*) > 0",
		      "");

	if (answer == ANSWER_YES) {
		*at_r = sqlite3_column_int64(stmt, 0);
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
