/*
 * NAME
 *	store_inspection - when the audit trail was inspected last
 *
 * DESCRIPTION
 *	What was found stands in the trail itself, as rows "inspect"; the time is kept beside it,
 *	so that nobody has to look for it among a year's rows.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_inspection.h"

#include <glib.h>

#include "schema/sql.h"
#include "schema/store_position.h"

#define POSITION "inspection"

static bool find_first_row(struct store *store, int64_t *at_r,
			   struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt, "SELECT at FROM audit ORDER BY seq LIMIT 1", "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer != ANSWER_UNKNOWN;
}

bool store_inspection_find(struct store *store, struct inspection *inspection_r,
			   struct kairan_error *error_r)
{
	char *value = NULL;
	const enum answer answer = store_position_find(store, POSITION, &value, error_r);

	*inspection_r = (struct inspection){ 0 };
	if (answer == ANSWER_YES)
		inspection_r->at = g_ascii_strtoll(value, NULL, 10);
	g_free(value);
	if (answer == ANSWER_UNKNOWN)
		return false;
	return inspection_r->at != 0 ||
	       find_first_row(store, &inspection_r->since, error_r);
}

bool store_inspection_put(struct store *store, int64_t at, struct kairan_error *error_r)
{
	g_autofree char *value = g_strdup_printf("%lld", (long long)at);

	return store_position_put(store, POSITION, value, error_r);
}
