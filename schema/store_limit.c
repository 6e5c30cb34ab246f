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

bool store_limit_count_drafts(struct store *store, const char *author, int64_t since,
			      int64_t *count_r, struct kairan_error *error_r)
{
	return sql_number(store, error_r, count_r,
			  "SELECT count(*) FROM draft WHERE submitted_at >= ?"
			  " AND author_dn = ?",
			  "is", since, author);
}

bool store_limit_count_held(struct store *store, const char *section, int64_t *count_r,
			    struct kairan_error *error_r)
{
	return sql_number(store, error_r, count_r,
			  "SELECT count(*) FROM draft WHERE state = 1 AND section = ?",
			  "s", section);
}

bool store_limit_count_replies(struct store *store, int64_t draft, const char *uid,
			       int64_t since, int64_t *count_r,
			       struct kairan_error *error_r)
{
	return sql_number(store, error_r, count_r,
			  "SELECT count(*) FROM reply WHERE draft = ? AND uid = ?"
			  " AND at >= ?",
			  "isi", draft, uid, since);
}
