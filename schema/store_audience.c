/*
 * NAME
 *	store_audience - whom a draft goes to
 *
 * DESCRIPTION
 *	Counts and finds; who they are is fixed when the release begins (store_release.c).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_audience.h"

#include "schema/sql.h"

/* Up the chain of corrections to the first that was stopped. */
static enum answer find_stopped(struct store *store, int64_t corrects, int64_t *draft_r,
				struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "WITH RECURSIVE chain (id, state, corrects) AS"
	    " (SELECT id, state, corrects FROM draft WHERE id = ?1"
	    "  UNION ALL SELECT draft.id, draft.state, draft.corrects FROM chain"
	    "  JOIN draft ON draft.id = chain.corrects WHERE chain.state <> 8)"
	    " SELECT id FROM chain WHERE state = 8",
	    "i", corrects);

	if (answer == ANSWER_YES) {
		*draft_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_audience_find(struct store *store, const struct draft *draft,
			 const struct part *part, struct audience *audience_r,
			 struct kairan_error *error_r)
{
	*audience_r = part != NULL ? (struct audience){ part->list, 0, part->language }
				   : (struct audience){ draft->list, 0, "" };
	return draft->corrects == 0 ||
	       find_stopped(store, draft->corrects, &audience_r->had, error_r) !=
		   ANSWER_UNKNOWN;
}

bool store_audience_count(struct store *store, const struct audience *audience,
			  int64_t *count_r, struct kairan_error *error_r)
{
	return audience->had == 0
		   ? sql_number(store, error_r, count_r,
				"SELECT count(*) FROM " AUDIENCE_OF_LIST, "s",
				audience->list)
		   : sql_number(store, error_r, count_r,
				"SELECT count(*) FROM " AUDIENCE_OF_DRAFT, "sis",
				audience->list, audience->had, audience->language);
}

enum answer store_audience_find_last(struct store *store, const struct draft *draft,
				     int64_t *count_r, struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer = sql_first(
	    store, error_r, &stmt,
	    "SELECT recipients FROM draft WHERE broadcast = ? AND state = 4 AND id <> ?"
	    " AND corrects = 0 AND drill = ? ORDER BY released_at DESC LIMIT 1",
	    "sii", draft->broadcast, draft->id, (int64_t)draft->is_drill);

	if (answer == ANSWER_YES) {
		*count_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}
