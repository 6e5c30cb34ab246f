/*
 * NAME
 *	store_password - who was warned of a password's age
 *
 * DESCRIPTION
 *	One row for each person: the password they were last warned of, and how late that was.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_password.h"

#include "schema/sql.h"

enum answer store_password_note_warning(struct store *store, const char *uid,
					int64_t changed_at, int64_t days_left,
					struct kairan_error *error_r)
{
	return sql_change(
	    store, error_r,
	    "INSERT INTO password_warning (uid, changed_at, days_left)"
	    " VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (uid) DO UPDATE SET changed_at = ?2, days_left = ?3"
	    " WHERE password_warning.changed_at <> ?2 OR password_warning.days_left > ?3",
	    "sii", uid, changed_at, days_left);
}
