/*
 * NAME
 *	store - the SQLite file, its transactions and its schema version
 *
 * DESCRIPTION
 *	Opens the file, chooses the journal mode, and runs the sections of store.sql that it
 *	has not had yet. PRAGMA user_version is the schema version, and application_id marks
 *	the file as kairan's. One connection serves all threads of a process, one transaction
 *	at a time; other processes (kairanctl) wait for one another by SQLite's own locks.
 *
 *	Commits cost a wait for the disk, so transactions that are ready at the same time can
 *	share one (store_begin_grouped()): each is a savepoint, and the last one that nobody
 *	waits behind commits for all. Transactions of other kinds first finish such a group, so
 *	that they never see what may still be lost.
 *
 *	WAL mode can lose commits in SQLite before 3.51.3 (with the fix also in 3.50.7 and
 *	3.44.6) when two connections are open, as the daemon and kairanctl are. It is used only
 *	where the library at run time has the fix; otherwise a rollback journal with
 *	synchronous=EXTRA, which also syncs the directory after the journal is deleted.
 *
 * DIAGNOSTICS
 *	All failures are returned. Fatal to the caller: a store of a newer version.
 */
#include "config.h"

#include "schema/store.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "schema/sql_functions.h"
#include "schema/store_lock.h"
#include "schema/store_parts.h"

/* Members of a group: enough to share the cost of a commit, few enough to wait for. */
#define GROUP_MOST    64
#define STORE_BUSY_MS 20000
/* Each of those behind one that has waited in vain. */
#define STORE_BUSY_AGAIN_MS 100
/* The schema version whose stores can give pages back to the disk. */
#define SHRINKABLE_SINCE 10

extern const char store_sql[]; /* store.sql, made by the build */

bool store_wal_is_safe(int libversion)
{
	if (libversion >= 3051003)
		return true;
	if (libversion >= 3050007 && libversion < 3051000)
		return true;
	return libversion >= 3044006 && libversion < 3045000;
}

/* What the disk, another process or damage is to blame for, not a statement. */
static bool is_trouble(int result)
{
	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_NOMEM:
	case SQLITE_READONLY:
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_NOTADB:
		return true;
	default:
		return false;
	}
}

bool store_fail(struct store *store, struct kairan_error *error_r, const char *what)
{
	(void)error_set(error_r, "store: %s: %s", what, sqlite3_errmsg(store->db));
	if (is_trouble(sqlite3_errcode(store->db))) {
		store->failure = *error_r;
		if (store->failing_since == 0)
			store->failing_since = clock_now();
	}
	return false;
}

/* Something has reached the disk, unless all of it was reading. */
static void note_written(struct store *store)
{
	const sqlite3_int64 changes = sqlite3_total_changes64(store->db);

	if (changes != store->changes)
		store->failing_since = 0;
	store->changes = changes;
}

int64_t store_failing_since(struct store *store, struct kairan_error *why_r)
{
	int64_t since;

	pthread_mutex_lock(&store->lock);
	since = store->failing_since;
	if (why_r != NULL && since != 0)
		*why_r = store->failure;
	pthread_mutex_unlock(&store->lock);
	return since;
}

static bool execute(struct store *store, const char *sql, struct kairan_error *error_r)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, error_r, sql);
	return true;
}

static bool read_pragma(struct store *store, const char *sql, int *value_r,
			struct kairan_error *error_r)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW;

	if (ok)
		*value_r = sqlite3_column_int(stmt, 0);
	else
		(void)store_fail(store, error_r, sql);
	sqlite3_finalize(stmt);
	return ok;
}

static bool set_journal(struct store *store, enum store_journal journal,
			struct kairan_error *error_r)
{
	bool wal = journal == STORE_JOURNAL_WAL ||
		   (journal == STORE_JOURNAL_BEST &&
		    store_wal_is_safe(sqlite3_libversion_number()));

	store->journal = wal ? "wal" : "delete";
	return execute(store,
		       wal ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
			   : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA",
		       error_r) &&
	       execute(store,
		       "PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;"
		       " PRAGMA secure_delete=ON",
		       error_r);
}

/* A store that is being made can give pages back to the disk (store_shrink()). SQLite takes that
 * before it has looked at the file, and writes it anew each time where it knows it already. */
static bool prepare_file(struct store *store, const char *path,
			 struct kairan_error *error_r)
{
	struct stat status;

	return !store->may_make || (stat(path, &status) == 0 && status.st_size > 0) ||
	       execute(store, "PRAGMA auto_vacuum=INCREMENTAL", error_r);
}

/* The text of one version's section, or NULL when there is no such version. */
static char *find_section(int version)
{
	g_autofree char *mark = g_strdup_printf("-- schema version %d\n", version);
	const char *start = strstr(store_sql, mark);
	const char *end;

	if (start == NULL)
		return NULL;
	end = strstr(start + strlen(mark), "\n-- schema version ");
	return end != NULL ? g_strndup(start, (gsize)(end - start)) : g_strdup(start);
}

int store_schema_version(void)
{
	int version = 0;
	char *section;

	while ((section = find_section(version + 1)) != NULL) {
		version++;
		g_free(section);
	}
	return version;
}

static bool run_section(struct store *store, int version, const char *section,
			struct kairan_error *error_r)
{
	g_autofree char *marks =
	    g_strdup_printf("PRAGMA user_version=%d; PRAGMA application_id=%d", version,
			    STORE_APPLICATION_ID);

	return execute(store, section, error_r) && execute(store, marks, error_r);
}

static bool check_mark(struct store *store, int version, struct kairan_error *error_r)
{
	int application_id, tables;

	if (!read_pragma(store, "PRAGMA application_id", &application_id, error_r) ||
	    !read_pragma(store, "SELECT count(*) FROM sqlite_schema", &tables, error_r))
		return false;
	if (application_id != STORE_APPLICATION_ID && (version != 0 || tables != 0))
		return error_set(error_r, "store: the file is not a store of kairan");
	if (version == 0 && !store->may_make)
		return error_set(error_r, "store: %s is empty", store->path);
	return true;
}

static bool read_version(struct store *store, int *version_r,
			 struct kairan_error *error_r)
{
	g_autofree char *section = NULL;

	if (!read_pragma(store, "PRAGMA user_version", version_r, error_r) ||
	    !check_mark(store, *version_r, error_r))
		return false;
	if (*version_r != 0 && (section = find_section(*version_r)) == NULL)
		return error_set(
		    error_r, "store: its schema version is %d, made by a newer kairan",
		    *version_r);
	return true;
}

/* Before anything is set: choosing the journal mode writes to the file, and a file that is
 * not ours must stay as it is. */
static bool check_file(struct store *store, struct kairan_error *error_r)
{
	int version;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = read_version(store, &version, error_r);
	store_rollback(store);
	return ok;
}

/* All versions in one transaction: a start that is cut off leaves the old schema. */
static bool migrate(struct store *store, int *older_r, struct kairan_error *error_r)
{
	int version = 0;
	char *section;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = read_version(store, &version, error_r);
	*older_r = version;
	while (ok && (section = find_section(version + 1)) != NULL) {
		ok = run_section(store, ++version, section, error_r);
		g_free(section);
	}
	return store_end(store, ok, error_r);
}

/* A store from before version 10 cannot give pages back: it is written anew, once. Where that
 * fails, as on a disk that is nearly full, it stays as large as it is. */
static void make_shrinkable(struct store *store)
{
	struct kairan_error error = { "" };

	if (!execute(store, "PRAGMA auto_vacuum=INCREMENTAL; VACUUM", &error))
		store->failing_since = 0;
}

static void finalize_statement(void *stmt)
{
	(void)sqlite3_finalize(stmt);
}

static struct store *open_file(const char *path, int flags, struct kairan_error *error_r)
{
	struct store *store = g_new0(struct store, 1);
	struct stat status;

	store->path = g_strdup(path);
	store->may_make = (flags & SQLITE_OPEN_CREATE) != 0;
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->group_done, NULL);
	store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL,
						  finalize_statement);
	store->audit_lines = g_ptr_array_new_with_free_func(g_free);
	store->is_reader = (flags & SQLITE_OPEN_READONLY) != 0;
	if (sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_FULLMUTEX, NULL) !=
		SQLITE_OK ||
	    !sql_functions_add(store->db)) {
		(void)error_set(error_r, "store: cannot open %s: %s", path,
				sqlite3_errmsg(store->db));
		store_close(store);
		return NULL;
	}
	if (stat(path, &status) == 0) {
		store->device = status.st_dev;
		store->inode = status.st_ino;
	}
	(void)sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	(void)sqlite3_extended_result_codes(store->db, 1);
	return store;
}

static bool open_writer(const char *path, int flags, enum store_journal journal,
			struct store **store_r, struct kairan_error *error_r)
{
	struct store *store = open_file(path, SQLITE_OPEN_READWRITE | flags, error_r);
	int older = 0;

	if (store == NULL)
		return false;
	if (!prepare_file(store, path, error_r) || !check_file(store, error_r) ||
	    !set_journal(store, journal, error_r) || !migrate(store, &older, error_r)) {
		store_close(store);
		return false;
	}
	if (older > 0 && older < SHRINKABLE_SINCE)
		make_shrinkable(store);
	*store_r = store;
	return true;
}

bool store_open(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r)
{
	if (access(path, F_OK) != 0)
		return error_set(error_r, "store: %s: %s", path, strerror(errno));
	return open_writer(path, 0, journal, store_r, error_r);
}

bool store_make(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r)
{
	return open_writer(path, SQLITE_OPEN_CREATE, journal, store_r, error_r);
}

static bool check_version(struct store *store, int oldest, struct kairan_error *error_r)
{
	int version = 0;
	bool ok = store_begin(store, error_r);

	if (ok) {
		ok = read_version(store, &version, error_r);
		store_rollback(store);
	}
	if (ok && version < (oldest > 0 ? oldest : store_schema_version()))
		ok =
		    error_set(error_r,
			      "store: its schema version is %d, made by an older kairan; "
			      "it is brought up to date by whoever may write to it",
			      version);
	return ok;
}

bool store_open_reader(const char *path, int oldest, struct store **store_r,
		       struct kairan_error *error_r)
{
	struct store *store = open_file(path, SQLITE_OPEN_READONLY, error_r);

	if (store == NULL)
		return false;
	if (!check_version(store, oldest, error_r)) {
		store_close(store);
		return false;
	}
	*store_r = store;
	return true;
}

bool store_is_reader(const struct store *store)
{
	return store->is_reader;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	g_hash_table_destroy(store->statements);
	g_ptr_array_unref(store->audit_lines);
	keyring_free(store->seals);
	(void)sqlite3_close(store->db);
	store_lock_free(store->lock_file);
	g_free(store->mark);
	g_free(store->path);
	pthread_cond_destroy(&store->group_done);
	pthread_mutex_destroy(&store->lock);
	g_free(store);
}

void store_set_seals(struct store *store, struct keyring *seals)
{
	keyring_free(store->seals);
	store->seals = seals;
}

const struct keyring *store_seals(const struct store *store)
{
	return store->seals;
}

void store_set_audit_sink(struct store *store, void (*sink)(const char *line))
{
	store->audit_sink = sink;
}

const char *store_journal_name(const struct store *store)
{
	return store->journal;
}

static void drop_group(struct group *group)
{
	if (--group->references == 0)
		g_free(group);
}

/* Forget the lines from the first on; with tell, they are on the disk. */
static void let_lines_go(struct store *store, guint first, bool tell)
{
	for (guint i = first; tell && i < store->audit_lines->len; i++)
		store->audit_sink(g_ptr_array_index(store->audit_lines, i));
	g_ptr_array_set_size(store->audit_lines, (gint)first);
}

/* COMMIT, with its points for tests that kill. */
static bool commit(struct store *store, struct kairan_error *error_r)
{
	fault_point("commit.before");
	if (!execute(store, "COMMIT", error_r))
		return false;
	fault_point("commit.after");
	note_written(store);
	let_lines_go(store, 0, true);
	return store_check_place(store, error_r);
}

/* After some failures (disk full) SQLite has rolled back by itself already. */
static void roll_back(struct store *store)
{
	let_lines_go(store, 0, false);
	if (!sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	/* SQLite counts rows whether they stay or not. */
	store->changes = sqlite3_total_changes64(store->db);
}

/* Bring the open group to the disk, and tell its members. */
void store_finish_group(struct store *store)
{
	struct group *group = store->group;

	if (group == NULL)
		return;
	if (sqlite3_get_autocommit(store->db))
		(void)error_set(&group->error, "store: the transaction was rolled back");
	else if (group->members > 0)
		group->ok = commit(store, &group->error);
	if (!group->ok)
		roll_back(store);
	group->done = true;
	store->group = NULL;
	(void)pthread_cond_broadcast(&store->group_done);
	drop_group(group);
}

/* IMMEDIATE: a transaction that reads first and writes later could otherwise fail with
 * SQLITE_BUSY in its middle, where waiting does not help. Who waited in vain has waited for all:
 * the others are not kept until somebody gets the lock again. */
static bool begin_immediate(struct store *store, struct kairan_error *error_r)
{
	bool begun;

	if (!store_check_place(store, error_r))
		return false;
	begun = execute(store, store->is_reader ? "BEGIN" : "BEGIN IMMEDIATE", error_r);
	(void)sqlite3_busy_timeout(
	    store->db, !begun && (sqlite3_errcode(store->db) & 0xff) == SQLITE_BUSY
			   ? STORE_BUSY_AGAIN_MS
			   : STORE_BUSY_MS);
	return begun;
}

bool store_begin(struct store *store, struct kairan_error *error_r)
{
	pthread_mutex_lock(&store->lock);
	/* What it reads has to be on the disk: others will act on it. */
	store_finish_group(store);
	store->is_member = false;
	if (begin_immediate(store, error_r))
		return true;
	pthread_mutex_unlock(&store->lock);
	return false;
}

bool store_begin_grouped(struct store *store, struct kairan_error *error_r)
{
	(void)__atomic_add_fetch(&store->waiting, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&store->lock);
	(void)__atomic_sub_fetch(&store->waiting, 1, __ATOMIC_RELAXED);
	if (store->group != NULL &&
	    (store->group->members >= GROUP_MOST || sqlite3_get_autocommit(store->db)))
		store_finish_group(store);
	if (store->group == NULL) {
		if (!begin_immediate(store, error_r))
			goto failed;
		store->group = g_new0(struct group, 1);
		store->group->references = 1;
	}
	store->is_member = true;
	store->member_lines = store->audit_lines->len;
	if (execute(store, "SAVEPOINT member", error_r))
		return true;
	if (__atomic_load_n(&store->waiting, __ATOMIC_RELAXED) == 0)
		store_finish_group(store);
failed:
	pthread_mutex_unlock(&store->lock);
	return false;
}

/* The last member that nobody waits behind finishes the group; the others wait for it. */
static bool leave_group(struct store *store, struct kairan_error *error_r)
{
	struct group *group = store->group;
	bool ok;

	group->members++;
	group->references++;
	if (__atomic_load_n(&store->waiting, __ATOMIC_RELAXED) == 0)
		store_finish_group(store);
	while (!group->done)
		(void)pthread_cond_wait(&store->group_done, &store->lock);
	ok = group->ok || error_set(error_r, "%s", group->error.text);
	drop_group(group);
	return ok;
}

bool store_commit(struct store *store, struct kairan_error *error_r)
{
	bool ok;

	if (store->is_member && !execute(store, "RELEASE member", error_r)) {
		store_rollback(store);
		return false;
	}
	if (store->is_member) {
		ok = leave_group(store, error_r);
	} else {
		ok = commit(store, error_r);
		if (!ok)
			roll_back(store);
	}
	pthread_mutex_unlock(&store->lock);
	return ok;
}

static void roll_back_member(struct store *store)
{
	let_lines_go(store, store->member_lines, false);
	if (!sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK TO member; RELEASE member", NULL,
				   NULL, NULL);
	if (__atomic_load_n(&store->waiting, __ATOMIC_RELAXED) == 0)
		store_finish_group(store);
}

void store_rollback(struct store *store)
{
	if (store->is_member)
		roll_back_member(store);
	else
		roll_back(store);
	pthread_mutex_unlock(&store->lock);
}

bool store_end(struct store *store, bool ok, struct kairan_error *error_r)
{
	if (ok)
		return store_commit(store, error_r);
	store_rollback(store);
	return false;
}

enum answer store_finish(struct store *store, enum answer answer,
			 struct kairan_error *error_r)
{
	if (answer == ANSWER_YES)
		return store_commit(store, error_r) ? ANSWER_YES : ANSWER_UNKNOWN;
	store_rollback(store);
	return answer;
}

enum answer store_shrink(struct store *store, int pages, struct kairan_error *error_r)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA incremental_vacuum(%d)", pages);
	int mode = 0, left = 0;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	if (!store_end(store,
		       execute(store, sql, error_r) &&
			   read_pragma(store, "PRAGMA auto_vacuum", &mode, error_r) &&
			   read_pragma(store, "PRAGMA freelist_count", &left, error_r),
		       error_r))
		return ANSWER_UNKNOWN;
	return mode != 0 && left > 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer store_was_changed(struct store *store, struct kairan_error *error_r)
{
	int version = 0;
	enum answer answer = ANSWER_UNKNOWN;

	pthread_mutex_lock(&store->lock);
	store_finish_group(store);
	if (store->shut_reason != NULL)
		answer = ANSWER_NO;
	else if (read_pragma(store, "PRAGMA data_version", &version, error_r))
		answer = version != store->data_version ? ANSWER_YES : ANSWER_NO;
	if (answer == ANSWER_YES)
		store->data_version = version;
	pthread_mutex_unlock(&store->lock);
	return answer;
}
