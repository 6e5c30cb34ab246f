/*
 * NAME
 *	store_leaver - what the token of a signed leave address names
 *
 * DESCRIPTION
 *	The token says a number, which says nothing to anybody else: no address stands in a link
 *	that proxies and web servers log.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_leaver.h"

#include <glib.h>

#include "schema/sql.h"

enum answer store_leaver_find(struct store *store, int64_t id, struct leaver *leaver_r,
			      struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt,
		      "SELECT list, address_key FROM leaver WHERE id = ?", "i", id);

	*leaver_r = (struct leaver){ .id = id };
	if (answer == ANSWER_YES) {
		leaver_r->list = sql_text(stmt, 0);
		leaver_r->address_key = sql_text(stmt, 1);
		sql_done(stmt);
	}
	return answer;
}

void leaver_clear(struct leaver *leaver)
{
	g_free(leaver->list);
	g_free(leaver->address_key);
	*leaver = (struct leaver){ 0 };
}
