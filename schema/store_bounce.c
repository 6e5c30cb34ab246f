/*
 * NAME
 *	store_bounce - what came back of a release
 *
 * DESCRIPTION
 *	One row for each recipient of a draft of whom something was reported, however often that
 *	was. It names the list and the address, and goes with them.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_bounce.h"

#include "schema/sql.h"

enum answer store_bounce_knows(struct store *store, const char *list, const char *key,
			       struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT 1 FROM subscriber WHERE list = ? AND address_key = ?", "ss",
		      list, key);

	if (answer == ANSWER_YES)
		sql_done(stmt);
	return answer;
}

enum answer store_bounce_add(struct store *store, const struct bounce_row *row,
			     struct kairan_error *error_r)
{
	if (!sql_run(
		store, error_r,
		"INSERT INTO bounce (draft, address_key, list, domain, at, kind, status,"
		" words, proven) VALUES (?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (draft, address_key) DO NOTHING",
		"isssiissi", row->draft, row->key, row->list, row->domain, row->at,
		(int64_t)row->kind, row->status, row->words, (int64_t)row->is_proven))
		return ANSWER_UNKNOWN;
	if (sql_changes(store) > 0)
		return ANSWER_YES;
	return sql_run(store, error_r,
		       "UPDATE bounce SET proven = max(proven, ?3)"
		       " WHERE draft = ?1 AND address_key = ?2",
		       "isi", row->draft, row->key, (int64_t)row->is_proven)
		   ? ANSWER_NO
		   : ANSWER_UNKNOWN;
}
