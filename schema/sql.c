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
#include <stdarg.h>

#include "schema/store_parts.h"

static struct sql_stmt *prepare(struct store *store, const char *sql,
				struct kairan_error *error_r)
{
	struct sql_stmt *stmt = g_hash_table_lookup(store->statements, sql);

	if (stmt != NULL)
		return stmt;
	stmt = store->db->driver->prepare(store->db, sql);
	if (stmt == NULL)
		(void)store_fail(store, error_r, sql);
	else
		g_hash_table_insert(store->statements, (void *)sql, stmt);
	return stmt;
}

static void bind_all(struct sql_stmt *stmt, const char *binds, va_list args)
{
	for (int i = 0; binds[i] != '\0'; i++) {
		if (binds[i] == 'i') {
			stmt->driver->bind_int(stmt, i + 1, va_arg(args, int64_t));
		} else if (binds[i] == 's') {
			stmt->driver->bind_text(stmt, i + 1, va_arg(args, const char *));
		} else {
			const void *octets = va_arg(args, const void *);
			size_t length = va_arg(args, size_t);

			stmt->driver->bind_blob(stmt, i + 1, octets, length);
		}
	}
}

void sql_done(struct sql_stmt *stmt)
{
	stmt->driver->reset(stmt);
}

enum answer sql_next(struct store *store, struct kairan_error *error_r,
		     struct sql_stmt *stmt)
{
	const enum answer answer = stmt->driver->step(stmt);

	if (answer == ANSWER_UNKNOWN)
		(void)store_fail(store, error_r, stmt->sql);
	if (answer != ANSWER_YES)
		sql_done(stmt);
	return answer;
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
	*number_r = sql_int(stmt, 0);
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

/* YES: it has a row, which is let go. */
static enum answer run(struct store *store, struct kairan_error *error_r, const char *sql,
		       const char *binds, va_list args)
{
	struct sql_stmt *stmt;
	const enum answer answer = start(store, error_r, &stmt, sql, binds, args);

	if (answer == ANSWER_YES)
		sql_done(stmt);
	return answer;
}

bool sql_run(struct store *store, struct kairan_error *error_r, const char *sql,
	     const char *binds, ...)
{
	va_list args;
	enum answer answer;

	va_start(args, binds);
	answer = run(store, error_r, sql, binds, args);
	va_end(args);
	return answer != ANSWER_UNKNOWN;
}

enum answer sql_has(struct store *store, struct kairan_error *error_r, const char *sql,
		    const char *binds, ...)
{
	va_list args;
	enum answer answer;

	va_start(args, binds);
	answer = run(store, error_r, sql, binds, args);
	va_end(args);
	return answer;
}

enum answer sql_change(struct store *store, struct kairan_error *error_r, const char *sql,
		       const char *binds, ...)
{
	va_list args;
	enum answer answer;

	va_start(args, binds);
	answer = run(store, error_r, sql, binds, args);
	va_end(args);
	if (answer == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	return sql_changes(store) > 0 ? ANSWER_YES : ANSWER_NO;
}

enum sql_type sql_type(struct sql_stmt *stmt, int column)
{
	return stmt->driver->type(stmt, column);
}

int64_t sql_int(struct sql_stmt *stmt, int column)
{
	return stmt->driver->integer(stmt, column);
}

const char *sql_peek(struct sql_stmt *stmt, int column)
{
	return stmt->driver->text(stmt, column);
}

char *sql_text(struct sql_stmt *stmt, int column)
{
	const char *text = sql_peek(stmt, column);

	return g_strdup(text != NULL ? text : "");
}

const void *sql_blob(struct sql_stmt *stmt, int column)
{
	return stmt->driver->blob(stmt, column);
}

size_t sql_octets(struct sql_stmt *stmt, int column)
{
	return stmt->driver->octets(stmt, column);
}

int64_t sql_last_id(struct store *store)
{
	return store->db->driver->last_id(store->db);
}

int64_t sql_changes(struct store *store)
{
	return store->db->driver->changes(store->db);
}

bool sql_size(struct store *store, struct kairan_error *error_r, int64_t *octets_r)
{
	return store->db->driver->size(store->db, octets_r) ||
	       store_fail(store, error_r, "its size");
}

enum answer sql_check(struct store *store, struct kairan_error *error_r)
{
	g_autofree char *fault = NULL;
	const enum answer answer = store->db->driver->check(store->db, &fault);

	if (answer == ANSWER_UNKNOWN)
		(void)store_fail(store, error_r, "whether it is sound");
	else if (answer == ANSWER_NO)
		(void)error_set(error_r, "store: %s", fault);
	return answer;
}

void sql_note_audit(struct store *store, char *line)
{
	if (store->audit_sink != NULL)
		g_ptr_array_add(store->audit_lines, line);
	else
		g_free(line);
}
