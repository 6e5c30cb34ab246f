/*
 * NAME
 *	sql - statements, prepared once
 *
 * DESCRIPTION
 *	Statements are literals, so the address of one finds it among those that are prepared.
 *	All of it happens inside a transaction (store.h).
 *
 * DIAGNOSTICS
 *	All failures are returned, with the statement.
 */
#include "config.h"

#include "schema/sql.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdarg.h>

#include "schema/store_parts.h"

static struct sql_stmt *prepare(struct store *store, const char *sql,
				struct kairan_error *error_r)
{
	struct sql_stmt *stmt = g_hash_table_lookup(store->statements, sql);

	if (stmt != NULL)
		return stmt;
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
			       NULL) != SQLITE_OK) {
		(void)store_fail(store, error_r, sql);
		return NULL;
	}
	g_hash_table_insert(store->statements, (void *)sql, stmt);
	return stmt;
}

static void bind_all(struct sql_stmt *stmt, const char *binds, va_list args)
{
	for (int i = 0; binds[i] != '\0'; i++) {
		if (binds[i] == 'i') {
			(void)sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
		} else if (binds[i] == 's') {
			(void)sqlite3_bind_text(stmt, i + 1, va_arg(args, const char *),
						-1, SQLITE_TRANSIENT);
		} else {
			const void *octets = va_arg(args, const void *);
			size_t length = va_arg(args, size_t);

			(void)sqlite3_bind_blob64(stmt, i + 1, octets, length,
						  SQLITE_TRANSIENT);
		}
	}
}

void sql_done(struct sql_stmt *stmt)
{
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

enum answer sql_next(struct store *store, struct kairan_error *error_r,
		     struct sql_stmt *stmt)
{
	int result = sqlite3_step(stmt);

	if (result == SQLITE_ROW)
		return ANSWER_YES;
	if (result != SQLITE_DONE)
		(void)store_fail(store, error_r, sqlite3_sql(stmt));
	sql_done(stmt);
	return result == SQLITE_DONE ? ANSWER_NO : ANSWER_UNKNOWN;
}

static enum answer start(struct store *store, struct kairan_error *error_r,
			 struct sql_stmt **stmt_r, const char *sql, const char *binds,
			 va_list args)
{
	struct sql_stmt *stmt = prepare(store, sql, error_r);

	if (stmt == NULL)
		return ANSWER_UNKNOWN;
	bind_all(stmt, binds, args);
	*stmt_r = stmt;
	return sql_next(store, error_r, stmt);
}

bool sql_number(struct store *store, struct kairan_error *error_r, int64_t *number_r,
		const char *sql, const char *binds, ...)
{
	struct sql_stmt *stmt;
	va_list args;
	enum answer answer;

	va_start(args, binds);
	answer = start(store, error_r, &stmt, sql, binds, args);
	va_end(args);
	if (answer != ANSWER_YES)
		return false;
	*number_r = sqlite3_column_int64(stmt, 0);
	sql_done(stmt);
	return true;
}

enum answer sql_first(struct store *store, struct kairan_error *error_r,
		      struct sql_stmt **stmt_r, const char *sql, const char *binds, ...)
{
	va_list args;
	enum answer answer;

	va_start(args, binds);
	answer = start(store, error_r, stmt_r, sql, binds, args);
	va_end(args);
	return answer;
}

static bool run(struct store *store, struct kairan_error *error_r, const char *sql,
		const char *binds, va_list args)
{
	struct sql_stmt *stmt;
	const enum answer answer = start(store, error_r, &stmt, sql, binds, args);

	if (answer == ANSWER_YES)
		sql_done(stmt);
	return answer != ANSWER_UNKNOWN;
}

bool sql_run(struct store *store, struct kairan_error *error_r, const char *sql,
	     const char *binds, ...)
{
	va_list args;
	bool ok;

	va_start(args, binds);
	ok = run(store, error_r, sql, binds, args);
	va_end(args);
	return ok;
}

enum answer sql_change(struct store *store, struct kairan_error *error_r, const char *sql,
		       const char *binds, ...)
{
	va_list args;
	bool ok;

	va_start(args, binds);
	ok = run(store, error_r, sql, binds, args);
	va_end(args);
	if (!ok)
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

enum sql_type sql_type(struct sql_stmt *stmt, int column)
{
	switch (sqlite3_column_type(stmt, column)) {
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

int64_t sql_int(struct sql_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

const char *sql_peek(struct sql_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt, column);
}

char *sql_text(struct sql_stmt *stmt, int column)
{
	const char *text = sql_peek(stmt, column);

	return g_strdup(text != NULL ? text : "");
}

const void *sql_blob(struct sql_stmt *stmt, int column)
{
	return sqlite3_column_blob(stmt, column);
}

size_t sql_octets(struct sql_stmt *stmt, int column)
{
	return (size_t)sqlite3_column_bytes(stmt, column);
}

int64_t sql_last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

int64_t sql_changes(struct store *store)
{
	return sqlite3_changes64(store->db);
}

void sql_note_audit(struct store *store, char *line)
{
	if (store->audit_sink != NULL)
		g_ptr_array_add(store->audit_lines, line);
	else
		g_free(line);
}
