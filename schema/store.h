/*
 * The store: an SQLite file, or a database of PostgreSQL's. Every read and write happens between store_begin() and
 * store_commit() or store_rollback(); a transaction holds the store's lock, so keep it
 * short and do no network I/O inside. After a failed call inside a transaction, roll back.
 */
#ifndef KAIRAN_SCHEMA_STORE_H
#define KAIRAN_SCHEMA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/keyring.h"
#include "policy/error.h"
#include "schema/store_journal.h"

struct store;
struct store_lock;
struct store_mark;

/* Open the store and bring it to this program's schema version. Errors: not there or empty, not
 * ours, made by a newer kairan, unreadable, full. */
bool store_open(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r);

/* The same, and where there is none, or an empty file, it is made. */
bool store_make(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r);

/* Open it to read only, as it is: nothing is made or brought to a newer schema, and what writes
 * fails. Its schema version must be at least oldest (0: today's). Errors as above. */
bool store_open_reader(const char *path, int oldest, struct store **store_r,
		       struct kairan_error *error_r);
void store_close(struct store *store);

/* Work with it for long, and nobody else, until it is closed. NO: another kairan does. Of a file it
 * is always YES: its lock is schema/store_lock.h's. */
enum answer store_be_alone(struct store *store, struct kairan_error *error_r);

/* Can nothing be written, because it was opened so? */
bool store_is_reader(const struct store *store);

/* ---- a store that is away, or is not what it was ---- */

/* Why no transaction can be had: the alarm's name, and what is wrong. */
struct store_shut {
	const char *reason; /* alarm.REASON in the phrases; a literal */
	const char *why;
};

/* A store without a file, until one is put into it by store_take_over(). */
struct store *store_new_shut(const struct store_shut *shut);

/* Let go of the file: from now on every transaction fails, with this. Outside of one. */
void store_shut(struct store *store, const struct store_shut *shut);

/* The reason, or NULL where a file is open. Outside of a transaction. */
const char *store_shut_reason(struct store *store);

/* Go on with the file of fresh, which is used up. Outside of a transaction of either. */
void store_take_over(struct store *store, struct store *fresh);

/* Is the file that is open still the one of this name? Nobody would find again what is written
 * to one that was removed or replaced: transactions fail then. Outside of one. */
bool store_is_in_place(struct store *store, struct kairan_error *error_r);

/* Who alone works with this store (schema/store_lock.h), taken over until it is closed. */
void store_set_lock(struct store *store, struct store_lock *lock);

/* What was last known of the trail (schema/store_mark.h), copied; NULL: nothing. */
void store_set_mark(struct store *store, const struct store_mark *mark);
const struct store_mark *store_get_mark(const struct store *store);

/* The keys that seal the audit trail (Art. 8), taken over. Without them rows are appended
 * unsealed, and seals are not checked. */
void store_set_seals(struct store *store, struct keyring *seals);
const struct keyring *store_seals(const struct store *store);

/* Where each audit row goes beside the store, as soon as it is on the disk: one line, without
 * its end. Called under the store's lock. */
void store_set_audit_sink(struct store *store, void (*sink)(const char *line));

/* Which journal mode is in force ("wal" or "delete"), for the log. */
const char *store_journal_name(const struct store *store);

bool store_begin(struct store *store, struct kairan_error *error_r);

/* The same for a transaction that may reach the disk together with others that wait for the
 * store at the same time: one commit for all of them. store_commit() returns when that is
 * done, so what it says stays true. Such a transaction sees what the others of its group have
 * written, which is not on the disk yet: nobody may act on that before store_commit(). */
bool store_begin_grouped(struct store *store, struct kairan_error *error_r);

/* Durable on disk when it returns true. When false it is rolled back; or the connection to a
 * database was lost meanwhile, and it may have been done: whoever tries again finds it then. */
bool store_commit(struct store *store, struct kairan_error *error_r);
void store_rollback(struct store *store);

/* The end of a transaction: commit where all went well, else roll back. True when it is on the
 * disk; where ok is false, error_r stays as it is. */
bool store_end(struct store *store, bool ok, struct kairan_error *error_r);

/* The same of a look-up that may change something: YES commits, NO has changed nothing. The
 * answer, or UNKNOWN when it could not be committed. */
enum answer store_finish(struct store *store, enum answer answer,
			 struct kairan_error *error_r);

/* Has another process changed the store since this was last asked? The first answer may be
 * yes without a change. Outside of a transaction. */
enum answer store_was_changed(struct store *store, struct kairan_error *error_r);

/* Since when the store takes nothing: the time of the first failure (disk full, locked by
 * somebody, damaged) that no written transaction has followed; *why_r, where it is not NULL, is
 * the last one. 0: nothing is wrong. Outside of a transaction. */
int64_t store_failing_since(struct store *store, struct kairan_error *why_r);

/* Give up to so many pages back to the disk that nothing stands in any more; what stood there was
 * overwritten when it was removed. YES: there are more. */
enum answer store_shrink(struct store *store, int pages, struct kairan_error *error_r);

#endif
