/*
 * NAME
 *	store_limit - how much one person or section has made of late
 *
 * DESCRIPTION
 *	Counts from indices, over an hour or over what is held: few rows, since these are what
 *	is limited.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_limit.h"

#include "schema/sql.h"

/* The number that a count has put into its one row. */
static bool take_count(enum answer answer, sqlite3_stmt *stmt, int64_t *count_r)
{
	if (answer != ANSWER_YES)
		return false;
	*count_r = sqlite3_column_int64(stmt, 0);
	sql_done(stmt);
	return true;
}

bool store_limit_count_drafts(struct store *store, const char *author, int64_t since,
			      int64_t *count_r, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	const enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT count(*) FROM draft WHERE submitted_at >= ?"
		      " AND author_dn = ?",
		      "is", since, author);

	return take_count(answer, stmt, count_r);
}

bool store_limit_count_held(struct store *store, const char *section, int64_t *count_r,
			    struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	const enum answer answer = sql_first(store, error_r, &stmt,
					     "SELECT count(*) FROM draft WHERE state = 1"
					     " AND section = ?",
					     "s", section);

	return take_count(answer, stmt, count_r);
}

bool store_limit_count_replies(struct store *store, int64_t draft, const char *uid,
			       int64_t since, int64_t *count_r,
			       struct kairan_error *error_r)
{
	sqlite3_stmt *stmt;
	const enum answer answer = sql_first(store, error_r, &stmt,
					     "SELECT count(*) FROM reply WHERE draft = ?"
					     " AND uid = ? AND at >= ?",
					     "isi", draft, uid, since);

	return take_count(answer, stmt, count_r);
}
