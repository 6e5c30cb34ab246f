/*
 * NAME
 *	store_archive - which broadcasts are in the archive
 *
 * DESCRIPTION
 *	A mark at the draft. An index has those without it, which are few.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_archive.h"

#include "schema/sql.h"

enum answer store_archive_find(struct store *store, struct draft **draft_r,
			       struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	int64_t id;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT id FROM draft WHERE archived = 0 AND state IN (4, 8)"
		      " AND text <> '' AND EXISTS (SELECT 1 FROM shard"
		      " WHERE shard.draft = draft.id AND shard.state >= 2)"
		      " ORDER BY id LIMIT 1",
		      "");

	if (answer != ANSWER_YES)
		return answer;
	id = sql_int(stmt, 0);
	sql_done(stmt);
	return store_draft_find(store, id, draft_r, error_r);
}

enum answer store_archive_went_out(struct store *store, int64_t draft,
				   const char *language, struct kairan_error *error_r)
{
	return sql_has(
	    store, error_r,
	    "SELECT 1 FROM shard WHERE draft = ? AND language = ? AND state >= 2 LIMIT 1",
	    "is", draft, language);
}

bool store_archive_note(struct store *store, int64_t draft, struct kairan_error *error_r)
{
	return sql_run(store, error_r, "UPDATE draft SET archived = 1 WHERE id = ?", "i",
		       draft);
}
