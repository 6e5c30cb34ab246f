/*
 * What a database does for schema/sql.c and schema/store.c: one table of functions each. Nothing
 * of its library is seen outside of its own files (tests/test_rooms.py).
 */
#ifndef KAIRAN_SCHEMA_SQL_DRIVER_H
#define KAIRAN_SCHEMA_SQL_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/error.h"
#include "schema/store_journal.h"

enum sql_type { SQL_NULL, SQL_INT, SQL_TEXT, SQL_BLOB, SQL_OTHER };

/* Whom to blame for what failed last. */
enum sql_blame {
	SQL_BLAME_STATEMENT,
	SQL_BLAME_OTHERS, /* somebody had the lock all the time */
	SQL_BLAME_STORE,  /* the disk, the connection, damage */
};

enum sql_access { SQL_READ, SQL_WRITE, SQL_MAKE /* and make it where there is none */ };

/* What the store says of itself. */
struct sql_version {
	bool is_empty; /* nothing stands in it */
	bool is_ours;
	int number; /* of the schema; 0: none yet */
};

/* A connection and a statement; each driver's own begin with these. */
struct sql_db {
	const struct sql_driver *driver;
};
struct sql_stmt {
	const struct sql_driver *driver;
	const char *sql;
};

struct sql_driver {
	/* Connect to what path names. NULL: it cannot be, and error_r says why. */
	struct sql_db *(*open)(const char *path, enum sql_access access,
			       struct kairan_error *error_r);
	void (*close)(struct sql_db *db);
	/* Be the one that works with it for long, until it is closed. NO: another is. Where a file's
	 * lock does that (schema/store_lock.h) it is always YES. */
	enum answer (*be_alone)(struct sql_db *db);

	/* What failed last, and whom to blame. */
	const char *(*complaint)(struct sql_db *db);
	enum sql_blame (*blame)(struct sql_db *db);

	/* ---- statements: prepared once, bound by numbers from 1, stepped from row to row ---- */
	struct sql_stmt *(*prepare)(struct sql_db *db, const char *sql);
	void (*finalize)(struct sql_stmt *stmt);
	void (*bind_int)(struct sql_stmt *stmt, int number, int64_t value);
	void (*bind_text)(struct sql_stmt *stmt, int number, const char *text);
	void (*bind_blob)(struct sql_stmt *stmt, int number, const void *octets,
			  size_t length);
	enum answer (*step)(struct sql_stmt *stmt); /* YES: a row, NO: no more */
	void (*reset)(struct sql_stmt *stmt);

	/* ---- the row's columns, from 0 ---- */
	enum sql_type (*type)(struct sql_stmt *stmt, int column);
	int64_t (*integer)(struct sql_stmt *stmt, int column);
	const char *(*text)(struct sql_stmt *stmt, int column);
	const void *(*blob)(struct sql_stmt *stmt, int column);
	size_t (*octets)(struct sql_stmt *stmt, int column);

	/* ---- what was written ---- */
	int64_t (*last_id)(struct sql_db *db);
	int64_t (*changes)(struct sql_db *db);       /* rows, by the last statement */
	int64_t (*total_changes)(struct sql_db *db); /* rows, since it is open */

	/* ---- transactions ---- */

	/* Whoever writes has the turn to write from its beginning on. */
	bool (*begin)(struct sql_db *db);
	/* Durable when it is true. False: it is not done, or nobody knows whether it is. */
	bool (*commit)(struct sql_db *db);
	/* Run statements without parameters and rows. */
	bool (*execute)(struct sql_db *db, const char *sql);
	/* Not any more where a failure has ended it. */
	bool (*is_in_transaction)(struct sql_db *db);

	/* ---- the store as a whole ---- */
	bool (*read_version)(struct sql_db *db, struct sql_version *version_r);
	bool (*write_version)(struct sql_db *db, int version);
	/* Run a section of store.sql. */
	bool (*run_section)(struct sql_db *db, const char *section);
	/* Settings that write to it: only once it is known to be ours. */
	bool (*prepare_store)(struct sql_db *db, enum store_journal journal);
	/* What a store of an older version wants once, outside of a transaction. */
	void (*improve)(struct sql_db *db, int older);
	/* How what is written becomes durable, in a word. */
	const char *(*journal)(const struct sql_db *db);
	/* Is what is open still what path names? And in a transaction: has nobody else written to it
	 * past the database's locks? */
	bool (*is_in_place)(struct sql_db *db, struct kairan_error *error_r);
	/* Has a COMMIT written to what somebody else was writing to? NULL: that cannot be. */
	bool (*is_mixed)(const struct sql_db *db);
	bool (*size)(struct sql_db *db, int64_t *octets_r);
	/* Is it sound? NO: what is not is to be freed by g_free(). It reads all of it. */
	enum answer (*check)(struct sql_db *db, char **fault_r);
	/* A number that another process's writing changes. */
	bool (*read_change)(struct sql_db *db, int64_t *number_r);
	/* Give pages that are free back to the disk. YES: there are more. */
	enum answer (*shrink)(struct sql_db *db, int pages);
};

#endif
