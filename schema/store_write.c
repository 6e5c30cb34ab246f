/*
 * NAME
 *	store_write - which writes in the directory came into the audit trail
 *
 * DESCRIPTION
 *	Starts are times of a fixed width, so that they are ordered as texts.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_write.h"

#include "schema/sql.h"

enum answer store_write_note(struct store *store, const char *start,
			     struct kairan_error *error_r)
{
	return sql_change(store, error_r,
			  "INSERT INTO directory_write (start) VALUES (?)"
			  " ON CONFLICT (start) DO NOTHING",
			  "s", start);
}

bool store_write_forget(struct store *store, const char *start,
			struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM directory_write WHERE start < ?", "s",
		       start);
}
