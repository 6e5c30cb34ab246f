/*
 * NAME
 *	store_reply - replies that were dealt with
 *
 * DESCRIPTION
 *	A row is a reply, by a hash of what makes it the same mail. Rows that are old are let go
 *	when a new one comes.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_reply.h"

#include "schema/sql.h"

enum answer store_reply_mark(struct store *store, const struct reply_mark *mark,
			     struct kairan_error *error_r)
{
	if (!sql_run(store, error_r, "DELETE FROM reply WHERE at < ?", "i",
		     mark->at - REPLY_KNOWN_SECONDS))
		return ANSWER_UNKNOWN;
	return sql_change(store, error_r,
			  "INSERT INTO reply (key, draft, uid, at, counts)"
			  " VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
			  "bisii", mark->key, sizeof(mark->key), mark->draft, mark->uid,
			  mark->at, (int64_t)mark->counts);
}

bool store_reply_count(struct store *store, const struct reply_mark *mark, int64_t after,
		       int64_t *count_r, struct kairan_error *error_r)
{
	return sql_number(
	    store, error_r, count_r,
	    "SELECT count(*) FROM reply WHERE draft = ? AND uid = ? AND at > ?"
	    " AND counts = 1",
	    "isi", mark->draft, mark->uid, after);
}
