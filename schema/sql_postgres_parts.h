/*
 * What the files of the PostgreSQL driver share.
 */
#ifndef KAIRAN_SCHEMA_SQL_POSTGRES_PARTS_H
#define KAIRAN_SCHEMA_SQL_POSTGRES_PARTS_H

#include <libpq-fe.h>

#include "schema/sql_driver.h"

struct postgres_db {
	struct sql_db base;
	PGconn *handle;
	bool is_reader;
	char *complaint;
	enum sql_blame blame;
	bool is_lost;   /* this connection is good for nothing any more */
	bool is_behind; /* it has waited for its turn in vain */
	int64_t changes, total_changes;
	int64_t changes_begun; /* total_changes when the transaction began */
	bool listens;
	int64_t heard; /* how often another process has written */
	int statements;
};

/* ---- schema/sql_postgres_judge.c ---- */

/* Keep what went wrong. */
void postgres_complain(struct postgres_db *db, enum sql_blame whom, const char *text);

/* Is the result good? If not it is kept what is wrong, and whom to blame. */
bool postgres_judge(struct postgres_db *db, const PGresult *result);

/* ---- schema/sql_postgres_open.c ---- */

/* A connection that is ready for use; NULL: *error_r says why not. */
PGconn *postgres_connect(const char *uri, enum sql_access access,
			 struct kairan_error *error_r);

/* ---- schema/sql_postgres_words.c ---- */

/* A section of store.sql in PostgreSQL's words; g_free() it. */
char *postgres_translate_section(const char *section);

/* A statement with $1 for its parameters, and how many it has; g_free() it. */
char *postgres_translate_statement(const char *sql, int *parameters_r);

/* What statements call and PostgreSQL does not have (schema/sql_functions.h), to be made there. */
extern const char postgres_functions[];

/* ---- schema/sql_postgres_rows.c ---- */

struct sql_stmt *postgres_prepare(struct sql_db *db, const char *sql);
void postgres_finalize(struct sql_stmt *stmt);
void postgres_bind_int(struct sql_stmt *stmt, int number, int64_t value);
void postgres_bind_text(struct sql_stmt *stmt, int number, const char *text);
void postgres_bind_blob(struct sql_stmt *stmt, int number, const void *octets,
			size_t length);
enum answer postgres_step(struct sql_stmt *stmt);
void postgres_reset(struct sql_stmt *stmt);
enum sql_type postgres_type(struct sql_stmt *stmt, int column);
int64_t postgres_integer(struct sql_stmt *stmt, int column);
const char *postgres_text(struct sql_stmt *stmt, int column);
const void *postgres_blob(struct sql_stmt *stmt, int column);
size_t postgres_octets(struct sql_stmt *stmt, int column);

#endif
