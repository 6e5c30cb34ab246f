/*
 * NAME
 *	store_counts - how much there is of what
 *
 * DESCRIPTION
 *	Counts from indices, so that a monitor may ask every minute.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_counts.h"

#include "schema/sql.h"

static bool read_drafts(struct store *store, struct store_counts *counts,
			struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT state, count(*) FROM draft GROUP BY state", "");

	while (answer == ANSWER_YES) {
		const int64_t state = sql_int(stmt, 0);

		if (state >= DRAFT_HELD && state <= DRAFT_STOPPED)
			counts->drafts[state] = sql_int(stmt, 1);
		answer = sql_next(store, error_r, stmt);
	}
	return answer == ANSWER_NO;
}

bool store_counts_read(struct store *store, struct store_counts *counts_r,
		       struct kairan_error *error_r)
{
	*counts_r = (struct store_counts){ 0 };
	return read_drafts(store, counts_r, error_r) &&
	       sql_number(
		   store, error_r, &counts_r->oldest_held,
		   "SELECT coalesce(min(submitted_at), 0) FROM draft WHERE state = 1",
		   "") &&
	       sql_number(
		   store, error_r, &counts_r->oldest_due,
		   "SELECT coalesce(min(due_at), 0) FROM draft WHERE state IN (2, 3)",
		   "") &&
	       sql_number(store, error_r, &counts_r->notices,
			  "SELECT count(*) FROM outbox WHERE state = 1", "") &&
	       sql_number(
		   store, error_r, &counts_r->oldest_notice,
		   "SELECT coalesce(min(created_at), 0) FROM outbox WHERE state = 1",
		   "") &&
	       sql_number(store, error_r, &counts_r->subscribers,
			  "SELECT count(*) FROM subscriber WHERE state = 1", "") &&
	       sql_number(store, error_r, &counts_r->suspensions,
			  "SELECT count(*) FROM suspension", "") &&
	       sql_number(store, error_r, &counts_r->alarms, "SELECT count(*) FROM alarm",
			  "") &&
	       sql_number(store, error_r, &counts_r->audit_rows,
			  "SELECT coalesce(max(seq) - min(seq) + 1, 0) FROM audit", "") &&
	       sql_size(store, error_r, &counts_r->octets);
}

enum answer store_counts_check(struct store *store, struct kairan_error *error_r)
{
	return sql_check(store, error_r);
}
