/*
 * Statements on the store, for schema/store_*.c only. SQL texts are string literals: the
 * prepared statement is kept under the literal's address. They are written in what SQLite and
 * PostgreSQL both understand (tests/test_dialect.py).
 */
#ifndef KAIRAN_SCHEMA_SQL_H
#define KAIRAN_SCHEMA_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/error.h"
#include "schema/sql_driver.h"
#include "schema/store.h"

/* SQLite is to use this index of the table before it. Databases that choose for themselves do not
 * see it. */
#define SQL_BY_INDEX(index) " INDEXED BY " index

/* Run a statement that returns no rows. binds has a letter for each parameter: 'i'
 * int64_t, 's' const char * (NULL is SQL NULL), 'b' const void * and size_t. */
bool sql_run(struct store *store, struct kairan_error *error_r, const char *sql,
	     const char *binds, ...);

/* The same of a statement that changes rows: NO when it changed none. */
enum answer sql_change(struct store *store, struct kairan_error *error_r, const char *sql,
		       const char *binds, ...);

/* Does a query find a row? */
enum answer sql_has(struct store *store, struct kairan_error *error_r, const char *sql,
		    const char *binds, ...);

/* The number that a query of one row and one column finds. False: it failed, or has no row. */
bool sql_number(struct store *store, struct kairan_error *error_r, int64_t *number_r,
		const char *sql, const char *binds, ...);

/* Start a query: YES with *stmt_r on its first row, NO without rows, UNKNOWN on failure.
 * After YES, call sql_next() until it is not YES, or sql_done(). */
enum answer sql_first(struct store *store, struct kairan_error *error_r,
		      struct sql_stmt **stmt_r, const char *sql, const char *binds, ...);
enum answer sql_next(struct store *store, struct kairan_error *error_r,
		     struct sql_stmt *stmt);
void sql_done(struct sql_stmt *stmt);

/* ---- the row's columns ---- */

/* A column's type, before it is read as another. */
enum sql_type sql_type(struct sql_stmt *stmt, int column);

/* A number; SQL NULL is 0. */
int64_t sql_int(struct sql_stmt *stmt, int column);

/* A text as a copy to free with g_free(); SQL NULL is "". */
char *sql_text(struct sql_stmt *stmt, int column);

/* The text itself, until the next row or sql_done(); SQL NULL is NULL. */
const char *sql_peek(struct sql_stmt *stmt, int column);

/* Octets, until the next row or sql_done(), and how many octets they or a text are; without any
 * they are NULL. */
const void *sql_blob(struct sql_stmt *stmt, int column);
size_t sql_octets(struct sql_stmt *stmt, int column);

/* Give this line to the audit sink once the transaction is on the disk. */
void sql_note_audit(struct store *store, char *line);

int64_t sql_last_id(struct store *store);
int64_t sql_changes(struct store *store);

/* ---- the store as a whole ---- */

/* How many octets it has on the disk. */
bool sql_size(struct store *store, struct kairan_error *error_r, int64_t *octets_r);

/* Is it sound? NO: error_r has what is not. It reads all of it. */
enum answer sql_check(struct store *store, struct kairan_error *error_r);

#endif
