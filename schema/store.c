/*
 * NAME
 *	store - the store, its transactions and its schema version
 *
 * DESCRIPTION
 *	Opens it by its driver (sql_driver.h), and runs the sections of store.sql that it has not
 *	had yet. One connection serves all threads of a process, one transaction at a time; other
 *	processes (kairanctl) wait for one another by the database's own locks.
 *
 *	Commits cost a wait for the disk, so transactions that are ready at the same time can
 *	share one (store_begin_grouped()): each is a savepoint, and the last one that nobody
 *	waits behind commits for all. Transactions of other kinds first finish such a group, so
 *	that they never see what may still be lost.
 *
 * DIAGNOSTICS
 *	All failures are returned. Fatal to the caller: a store of a newer version.
 */
#include "config.h"

#include "schema/store.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "schema/sql_drivers.h"
#include "schema/store_lock.h"
#include "schema/store_name.h"
#include "schema/store_parts.h"

/* Members of a group: enough to share the cost of a commit, few enough to wait for. */
#define GROUP_MOST 64

extern const char store_sql[]; /* store.sql, made by the build */

bool store_fail(struct store *store, struct kairan_error *error_r, const char *what)
{
	const struct sql_driver *driver = store->db->driver;

	(void)error_set(error_r, "store: %s: %s", what, driver->complaint(store->db));
	if (driver->blame(store->db) != SQL_BLAME_STATEMENT) {
		store->failure = *error_r;
		if (store->failing_since == 0)
			store->failing_since = clock_now();
	}
	return false;
}

/* Something has reached the disk, unless all of it was reading. */
static void note_written(struct store *store)
{
	const int64_t changes = store->db->driver->total_changes(store->db);

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
	return store->db->driver->execute(store->db, sql) ||
	       store_fail(store, error_r, sql);
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
	if (!store->db->driver->run_section(store->db, section))
		return store_fail(store, error_r, "a section of its schema");
	return store->db->driver->write_version(store->db, version) ||
	       store_fail(store, error_r, "its schema version");
}

static bool check_version(const struct store *store, const struct sql_version *version,
			  struct kairan_error *error_r)
{
	g_autofree char *section = NULL;

	if (!version->is_ours && !version->is_empty)
		return error_set(error_r,
				 "store: what is there is not a store of kairan");
	if (version->number == 0 && !store->may_make)
		return error_set(error_r, "store: %s is empty", store->path);
	if (version->number != 0 && (section = find_section(version->number)) == NULL)
		return error_set(
		    error_r, "store: its schema version is %d, made by a newer kairan",
		    version->number);
	return true;
}

static bool read_version(struct store *store, int *version_r,
			 struct kairan_error *error_r)
{
	struct sql_version version = { 0 };

	if (!store->db->driver->read_version(store->db, &version))
		return store_fail(store, error_r, "its schema version");
	*version_r = version.number;
	return check_version(store, &version, error_r);
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

static void finalize_statement(void *stmt)
{
	((struct sql_stmt *)stmt)->driver->finalize(stmt);
}

static struct store *open_file(const char *path, enum sql_access access,
			       struct kairan_error *error_r)
{
	const struct sql_driver *driver = sql_drivers_find(path, error_r);
	struct sql_db *db = driver != NULL ? driver->open(path, access, error_r) : NULL;
	struct store *store;

	if (db == NULL)
		return NULL;
	store = g_new0(struct store, 1);
	store->db = db;
	store->path = g_strdup(path);
	store->may_make = access == SQL_MAKE;
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->group_done, NULL);
	store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL,
						  finalize_statement);
	store->audit_lines = g_ptr_array_new_with_free_func(g_free);
	store->is_reader = access == SQL_READ;
	return store;
}

static bool prepare(struct store *store, enum store_journal journal,
		    struct kairan_error *error_r)
{
	return store->db->driver->prepare_store(store->db, journal) ||
	       store_fail(store, error_r, "its settings");
}

static bool open_writer(const char *path, enum sql_access access,
			enum store_journal journal, struct store **store_r,
			struct kairan_error *error_r)
{
	struct store *store = open_file(path, access, error_r);
	int older = 0;

	if (store == NULL)
		return false;
	if (!check_file(store, error_r) || !prepare(store, journal, error_r) ||
	    !migrate(store, &older, error_r)) {
		store_close(store);
		return false;
	}
	if (older > 0)
		store->db->driver->improve(store->db, older);
	*store_r = store;
	return true;
}

bool store_open(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r)
{
	if (store_is_file(path) && access(path, F_OK) != 0)
		return error_set(error_r, "store: %s: %s", path, strerror(errno));
	return open_writer(path, SQL_WRITE, journal, store_r, error_r);
}

bool store_make(const char *path, enum store_journal journal, struct store **store_r,
		struct kairan_error *error_r)
{
	return open_writer(path, SQL_MAKE, journal, store_r, error_r);
}

static bool check_oldest(struct store *store, int oldest, struct kairan_error *error_r)
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
	struct store *store = open_file(path, SQL_READ, error_r);

	if (store == NULL)
		return false;
	if (!check_oldest(store, oldest, error_r)) {
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
	if (store->db != NULL)
		store->db->driver->close(store->db);
	store_lock_free(store->lock_file);
	g_free(store->mark);
	g_free(store->known);
	g_free(store->path);
	/* In the middle of a transaction the lock is this thread's. */
	(void)pthread_mutex_trylock(&store->lock);
	pthread_mutex_unlock(&store->lock);
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
	return store->db != NULL ? store->db->driver->journal(store->db) : "";
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
	if ((store->watch != NULL && !store->watch->count(store, error_r)) ||
	    !store_check_place(store, error_r))
		return false;
	fault_point("commit.before");
	if (!store->db->driver->commit(store->db))
		return store_fail(store, error_r, "COMMIT");
	fault_point("commit.after");
	if (store->watch != NULL)
		store->watch->note(store);
	note_written(store);
	let_lines_go(store, 0, true);
	return store_check_place(store, error_r);
}

/* After some failures (disk full) SQLite has rolled back by itself already. */
static void roll_back(struct store *store)
{
	let_lines_go(store, 0, false);
	if (store->db->driver->is_in_transaction(store->db))
		(void)store->db->driver->execute(store->db, "ROLLBACK");
	/* SQLite counts rows whether they stay or not. */
	store->changes = store->db->driver->total_changes(store->db);
}

/* Bring the open group to the disk, and tell its members. */
void store_finish_group(struct store *store)
{
	struct group *group = store->group;

	if (group == NULL)
		return;
	if (!store->db->driver->is_in_transaction(store->db))
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

static bool begin(struct store *store, struct kairan_error *error_r)
{
	if (!store_check_place(store, error_r))
		return false;
	if (!store->db->driver->begin(store->db))
		return store_fail(store, error_r, "BEGIN");
	if (store->watch == NULL || store->watch->check(store, error_r))
		return true;
	roll_back(store);
	return false;
}

bool store_begin(struct store *store, struct kairan_error *error_r)
{
	pthread_mutex_lock(&store->lock);
	/* What it reads has to be on the disk: others will act on it. */
	store_finish_group(store);
	store->is_member = false;
	if (begin(store, error_r))
		return true;
	pthread_mutex_unlock(&store->lock);
	return false;
}

bool store_begin_grouped(struct store *store, struct kairan_error *error_r)
{
	(void)__atomic_add_fetch(&store->waiting, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&store->lock);
	(void)__atomic_sub_fetch(&store->waiting, 1, __ATOMIC_RELAXED);
	if (store->group != NULL && (store->group->members >= GROUP_MOST ||
				     !store->db->driver->is_in_transaction(store->db)))
		store_finish_group(store);
	if (store->group == NULL) {
		if (!begin(store, error_r))
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
	if (store->db->driver->is_in_transaction(store->db))
		(void)store->db->driver->execute(store->db,
						 "ROLLBACK TO member; RELEASE member");
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
	enum answer more;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	more = store->db->driver->shrink(store->db, pages);
	if (more == ANSWER_UNKNOWN)
		(void)store_fail(store, error_r, "giving pages back");
	return store_end(store, more != ANSWER_UNKNOWN, error_r) ? more : ANSWER_UNKNOWN;
}

enum answer store_was_changed(struct store *store, struct kairan_error *error_r)
{
	int64_t version = 0;
	enum answer answer = ANSWER_UNKNOWN;

	pthread_mutex_lock(&store->lock);
	store_finish_group(store);
	if (store->shut_reason != NULL)
		answer = ANSWER_NO;
	else if (store->db->driver->read_change(store->db, &version))
		answer = version != store->data_version ? ANSWER_YES : ANSWER_NO;
	else
		(void)store_fail(store, error_r, "has it changed");
	if (answer == ANSWER_YES)
		store->data_version = version;
	pthread_mutex_unlock(&store->lock);
	return answer;
}
