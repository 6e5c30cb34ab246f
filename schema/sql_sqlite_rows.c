/*
 * NAME
 *	sql_sqlite_rows - statements and rows of SQLite
 *
 * DESCRIPTION
 *	SQLite's own functions, with a step that gives an answer.
 *
 * DIAGNOSTICS
 *	Failures are returned; the connection knows what they were.
 */
#include "config.h"

#include <glib.h>

#include "schema/sql_sqlite_parts.h"

struct sqlite_stmt {
	struct sql_stmt base;
	sqlite3_stmt *handle;
};

static sqlite3_stmt *handle_of(struct sql_stmt *stmt)
{
	return ((struct sqlite_stmt *)stmt)->handle;
}

struct sql_stmt *sqlite_prepare(struct sql_db *db, const char *sql)
{
	struct sqlite_stmt *stmt;
	sqlite3_stmt *handle = NULL;

	if (sqlite3_prepare_v3(((struct sqlite_db *)db)->handle, sql, -1,
			       SQLITE_PREPARE_PERSISTENT, &handle, NULL) != SQLITE_OK)
		return NULL;
	stmt = g_new0(struct sqlite_stmt, 1);
	stmt->base = (struct sql_stmt){ db->driver, sql };
	stmt->handle = handle;
	return &stmt->base;
}

void sqlite_finalize(struct sql_stmt *stmt)
{
	(void)sqlite3_finalize(handle_of(stmt));
	g_free(stmt);
}

void sqlite_bind_int(struct sql_stmt *stmt, int number, int64_t value)
{
	(void)sqlite3_bind_int64(handle_of(stmt), number, value);
}

void sqlite_bind_text(struct sql_stmt *stmt, int number, const char *text)
{
	(void)sqlite3_bind_text(handle_of(stmt), number, text, -1, SQLITE_TRANSIENT);
}

void sqlite_bind_blob(struct sql_stmt *stmt, int number, const void *octets,
		      size_t length)
{
	(void)sqlite3_bind_blob64(handle_of(stmt), number, octets, length,
				  SQLITE_TRANSIENT);
}

enum answer sqlite_step(struct sql_stmt *stmt)
{
	switch (sqlite3_step(handle_of(stmt))) {
	case SQLITE_ROW:
		return ANSWER_YES;
	case SQLITE_DONE:
		return ANSWER_NO;
	default:
		return ANSWER_UNKNOWN;
	}
}

void sqlite_reset(struct sql_stmt *stmt)
{
	(void)sqlite3_reset(handle_of(stmt));
	(void)sqlite3_clear_bindings(handle_of(stmt));
}

enum sql_type sqlite_type(struct sql_stmt *stmt, int column)
{
	switch (sqlite3_column_type(handle_of(stmt), column)) {
	case SQLITE_INTEGER:
		return SQL_INT;
	case SQLITE_TEXT:
		return SQL_TEXT;
	case SQLITE_BLOB:
		return SQL_BLOB;
	case SQLITE_NULL:
		return SQL_NULL;
	default:
		return SQL_OTHER;
	}
}

int64_t sqlite_integer(struct sql_stmt *stmt, int column)
{
	return sqlite3_column_int64(handle_of(stmt), column);
}

const char *sqlite_text(struct sql_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(handle_of(stmt), column);
}

const void *sqlite_blob(struct sql_stmt *stmt, int column)
{
	return sqlite3_column_blob(handle_of(stmt), column);
}

size_t sqlite_octets(struct sql_stmt *stmt, int column)
{
	return (size_t)sqlite3_column_bytes(handle_of(stmt), column);
}

int64_t sqlite_last_id(struct sql_db *db)
{
	return sqlite3_last_insert_rowid(((struct sqlite_db *)db)->handle);
}

int64_t sqlite_changes(struct sql_db *db)
{
	return sqlite3_changes64(((struct sqlite_db *)db)->handle);
}

int64_t sqlite_total_changes(struct sql_db *db)
{
	return sqlite3_total_changes64(((struct sqlite_db *)db)->handle);
}
