/*
 * What the files of the SQLite driver share.
 */
#ifndef KAIRAN_SCHEMA_SQL_SQLITE_PARTS_H
#define KAIRAN_SCHEMA_SQL_SQLITE_PARTS_H

#include <sqlite3.h>
#include <sys/types.h>
#include <time.h>

#include "schema/sql_driver.h"

struct sqlite_db {
	struct sql_db base;
	sqlite3 *handle;
	char *path;
	dev_t device; /* of the file that is open */
	ino_t inode;
	struct timespec
	    written; /* when the transaction began: the file's time and size */
	off_t octets;
	bool is_untouched; /* since then, by this connection */
	bool is_mixed;     /* with what somebody else has written past the locks */
	sqlite3_io_methods methods; /* SQLite's own, and a look before the first write */
	const sqlite3_io_methods *own_methods;
	bool is_reader;
	const char *journal;
};

/* ---- schema/sql_sqlite_rows.c ---- */

struct sql_stmt *sqlite_prepare(struct sql_db *db, const char *sql);
void sqlite_finalize(struct sql_stmt *stmt);
void sqlite_bind_int(struct sql_stmt *stmt, int number, int64_t value);
void sqlite_bind_text(struct sql_stmt *stmt, int number, const char *text);
void sqlite_bind_blob(struct sql_stmt *stmt, int number, const void *octets,
		      size_t length);
enum answer sqlite_step(struct sql_stmt *stmt);
void sqlite_reset(struct sql_stmt *stmt);
enum sql_type sqlite_type(struct sql_stmt *stmt, int column);
int64_t sqlite_integer(struct sql_stmt *stmt, int column);
const char *sqlite_text(struct sql_stmt *stmt, int column);
const void *sqlite_blob(struct sql_stmt *stmt, int column);
size_t sqlite_octets(struct sql_stmt *stmt, int column);
int64_t sqlite_last_id(struct sql_db *db);
int64_t sqlite_changes(struct sql_db *db);
int64_t sqlite_total_changes(struct sql_db *db);

#endif
