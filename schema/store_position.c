/*
 * NAME
 *	store_position - how far something outside has been read
 *
 * DESCRIPTION
 *	A name and a text, written in the transaction that keeps what was read.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_position.h"

#include <glib.h>

#include "schema/sql.h"

enum answer store_position_find(struct store *store, const char *name, char **value_r,
				struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	enum answer answer =
	    sql_first(store, error_r, &stmt, "SELECT value FROM position WHERE name = ?",
		      "s", name);

	if (answer == ANSWER_YES) {
		*value_r = sql_text(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}

bool store_position_put(struct store *store, const char *name, const char *value,
			struct kairan_error *error_r)
{
	return sql_run(store, error_r,
		       "INSERT INTO position (name, value) VALUES (?1, ?2)"
		       " ON CONFLICT (name) DO UPDATE SET value = ?2",
		       "ss", name, value);
}

bool store_position_keep_time(struct store *store, const char *name, int64_t at,
			      struct kairan_error *error_r)
{
	g_autofree char *value = g_strdup_printf("%lld", (long long)at);

	if (!store_begin(store, error_r))
		return false;
	return store_end(store, store_position_put(store, name, value, error_r), error_r);
}
