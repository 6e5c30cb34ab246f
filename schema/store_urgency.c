/*
 * NAME
 *	store_urgency - who said that a draft is urgent
 *
 * DESCRIPTION
 *	One row for each person and draft. It stays with the draft.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_urgency.h"

#include <glib.h>

#include "schema/sql.h"

bool store_urgency_put(struct store *store, const struct urgency *urgency,
		       struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO urgency (draft, uid, mail_id, reason, at)"
		       " VALUES (?, ?, ?, ?, ?) ON CONFLICT (draft, uid) DO UPDATE SET"
		       " mail_id = excluded.mail_id, reason = excluded.reason,"
		       " at = excluded.at",
		       "isssi", urgency->draft, urgency->uid, urgency->mail_id,
		       urgency->reason, urgency->at);
}

enum answer store_urgency_find(struct store *store, int64_t draft, const char *uid,
			       struct urgency *urgency_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT mail_id, reason, at FROM urgency WHERE draft = ? AND uid = ?", "is",
	    draft, uid);

	if (answer == ANSWER_YES) {
		*urgency_r = (struct urgency){
			.draft = draft,
			.uid = g_strdup(uid),
			.mail_id = sql_text(stmt, 0),
			.reason = sql_text(stmt, 1),
			.at = sql_int(stmt, 2),
		};
		sql_done(stmt);
	}
	return answer;
}

void store_urgency_clear(struct urgency *urgency)
{
	g_free(urgency->uid);
	g_free(urgency->mail_id);
	g_free(urgency->reason);
	*urgency = (struct urgency){ 0 };
}
