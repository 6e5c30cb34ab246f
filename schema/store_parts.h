/*
 * What store.c, store_known.c, store_place.c, store_shut.c and sql.c share.
 */
#ifndef KAIRAN_SCHEMA_STORE_PARTS_H
#define KAIRAN_SCHEMA_STORE_PARTS_H

#include <glib.h>
#include <pthread.h>

#include "schema/sql_driver.h"
#include "schema/store.h"

/* Transactions that reach the disk together, and what became of them. */
struct group {
	int references; /* the store's while it is open, and those who wait */
	int members;    /* that want to be committed */
	bool done, ok;
	struct kairan_error error;
};

/* What store_known.c asks and counts, once it has begun. */
struct store_watch {
	/* In a transaction that has just begun: is the store what it last was? */
	bool (*check)(struct store *store, struct kairan_error *error_r);
	/* Before COMMIT. */
	bool (*count)(struct store *store, struct kairan_error *error_r);
	/* After one that went well. */
	void (*note)(struct store *store);
};

struct store {
	struct sql_db *db; /* NULL while it is shut */
	char *path;
	bool may_make;           /* from nothing */
	const char *shut_reason; /* NULL: it is open */
	struct store_lock *lock_file;
	struct store_mark *mark;         /* NULL: none is known */
	const struct store_watch *watch; /* NULL: nobody asks */
	struct store_known *known;       /* by whom it is watched; g_free() */
	bool is_lost;                    /* it is not what it was */
	pthread_mutex_t lock;
	pthread_cond_t group_done;
	struct group
	    *group;     /* open: the database's transaction is that of all its members */
	bool is_member; /* whoever holds the lock is one */
	int waiting;    /* for the lock, to become members */
	GHashTable *statements; /* SQL literal -> struct sql_stmt */
	int64_t data_version;   /* as store_was_changed() last saw it */
	bool is_reader;         /* opened to read only */
	struct keyring *seals;  /* NULL: rows are not sealed */
	void (*audit_sink)(const char *line);
	GPtrArray *audit_lines; /* of what is not on the disk yet */
	guint member_lines;     /* how many of them are from before the member */
	int64_t failing_since;  /* 0: what was written last is on the disk */
	struct kairan_error failure;
	int64_t changes; /* rows changed by this connection, at the last commit */
};

/* The newest schema version that store.sql has. */
int store_schema_version(void);

/* What the database says went wrong; returns false. */
bool store_fail(struct store *store, struct kairan_error *error_r, const char *what);

/* Bring the open group to the disk; under the lock. */
void store_finish_group(struct store *store);

/* That nothing can be written, and why; under the lock. */
void store_note_failure(struct store *store, const char *why);

/* Has the open file its place still? Under the lock. */
bool store_check_place(struct store *store, struct kairan_error *error_r);

#endif
