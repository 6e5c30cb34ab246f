/*
 * NAME
 *	sql_sqlite - the store in a file, by SQLite
 *
 * DESCRIPTION
 *	Opens the file, chooses the journal mode, and says whether it is still the one that its
 *	name finds. PRAGMA user_version is the schema version, and application_id marks the file
 *	as kairan's. Processes wait for one another by SQLite's own locks.
 *
 * DIAGNOSTICS
 *	Failures are returned; the connection knows what they were.
 */
#include "config.h"

#include "schema/sql_sqlite.h"

#include <errno.h>
#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "schema/sql_functions.h"
#include "schema/sql_sqlite_parts.h"

#define BUSY_MS 20000
/* Each of those behind one that has waited in vain. */
#define BUSY_AGAIN_MS 100
/* What a savepoint keeps of the pages that it changes, before that goes into a file of its own: more
 * than a draft of usual length. It must be below 128 KiB, for SQLite writes it in one piece then, of
 * whose length it takes the last 17 bits (seekAndWriteFd() in its os_unix.c). */
#define SAVEPOINT_OCTETS (127 * 1024)
/* The schema version whose stores can give pages back to the disk. */
#define SHRINKABLE_SINCE 10

static sqlite3 *handle_of(struct sql_db *db)
{
	return ((struct sqlite_db *)db)->handle;
}

static const char *complaint(struct sql_db *db)
{
	return sqlite3_errmsg(handle_of(db));
}

static enum sql_blame blame(struct sql_db *db)
{
	switch (sqlite3_errcode(handle_of(db)) & 0xff) {
	case SQLITE_BUSY:
		return SQL_BLAME_OTHERS;
	case SQLITE_NOMEM:
	case SQLITE_READONLY:
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_NOTADB:
		return SQL_BLAME_STORE;
	default:
		return SQL_BLAME_STATEMENT;
	}
}

static bool execute(struct sql_db *db, const char *sql)
{
	return sqlite3_exec(handle_of(db), sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool read_number(struct sql_db *db, const char *sql, int *value_r)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(handle_of(db), sql, -1, &stmt, NULL) == SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW;

	if (ok)
		*value_r = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return ok;
}

/* A file's lock does it. */
static enum answer be_alone(struct sql_db *db)
{
	(void)db;
	return ANSWER_YES;
}

/* ---- what others write to the file ---- */

/* With a rollback journal whoever has begun to write is alone with the file, until they write to it
 * themselves, which without cache_spill COMMIT does: what comes before that comes by cp(1) or the
 * like. With a WAL others may bring it into the file at any time. */
static bool was_written_over(const struct sqlite_db *file, const struct stat *status)
{
	return file->is_untouched && (status->st_size != file->octets ||
				      status->st_mtim.tv_sec != file->written.tv_sec ||
				      status->st_mtim.tv_nsec != file->written.tv_nsec);
}

/* COMMIT waits for its journal to be on the disk, and writes to the file then: all that came
 * meanwhile would be mixed with it, and whoever asks the pages just written hears that all is well. */
static int look_and_write(sqlite3_file *handle, const void *octets, int size,
			  sqlite3_int64 at)
{
	struct sqlite_db *file =
	    (struct sqlite_db *)((char *)handle->pMethods -
				 offsetof(struct sqlite_db, methods));
	struct stat status;

	/* A journal that another process has left is played back before there is a transaction. */
	if (file->is_untouched &&
	    sqlite3_txn_state(file->handle, "main") == SQLITE_TXN_WRITE &&
	    stat(file->path, &status) == 0 && status.st_ino == file->inode &&
	    was_written_over(file, &status))
		file->is_mixed = true;
	file->is_untouched = false;
	return file->own_methods->xWrite(handle, octets, size, at);
}

static sqlite3_file *find_handle(struct sqlite_db *file)
{
	sqlite3_file *handle = NULL;

	(void)sqlite3_file_control(file->handle, "main", SQLITE_FCNTL_FILE_POINTER,
				   &handle);
	return handle;
}

static void begin_to_look(struct sqlite_db *file)
{
	sqlite3_file *handle = find_handle(file);

	if (handle == NULL || handle->pMethods == NULL || file->own_methods != NULL)
		return;
	file->own_methods = handle->pMethods;
	file->methods = *handle->pMethods;
	file->methods.xWrite = look_and_write;
	handle->pMethods = &file->methods;
}

static void end_looking(struct sqlite_db *file)
{
	sqlite3_file *handle = file->own_methods != NULL ? find_handle(file) : NULL;

	if (handle != NULL)
		handle->pMethods = file->own_methods;
}

static void note_untouched(struct sqlite_db *file)
{
	struct stat status;

	file->is_untouched = file->own_methods != NULL && stat(file->path, &status) == 0;
	if (!file->is_untouched)
		return;
	file->written = status.st_mtim;
	file->octets = status.st_size;
}

static bool is_mixed(const struct sql_db *db)
{
	return ((const struct sqlite_db *)db)->is_mixed;
}

/* ---- opening ---- */

static void close_file(struct sql_db *db)
{
	struct sqlite_db *file = (struct sqlite_db *)db;

	end_looking(file);
	(void)sqlite3_close(file->handle);
	g_free(file->path);
	g_free(file);
}

/* A store that is being made can give pages back to the disk (store_shrink()). SQLite takes that
 * before it has looked at the file, and writes it anew each time where it knows it already. */
static bool make_file(struct sqlite_db *file)
{
	struct stat status;

	return (stat(file->path, &status) == 0 && status.st_size > 0) ||
	       execute(&file->base, "PRAGMA auto_vacuum=INCREMENTAL");
}

/* With SQLite's own limit, 16 pages, each group of drafts makes a file and removes it. */
static void *configure(void *unused)
{
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_OCTETS);
	return unused;
}

void sql_sqlite_configure(void)
{
	static GOnce once = G_ONCE_INIT;

	(void)g_once(&once, configure, NULL);
}

static bool open_handle(struct sqlite_db *file, enum sql_access access)
{
	const int flags =
	    access == SQL_READ
		? SQLITE_OPEN_READONLY
		: SQLITE_OPEN_READWRITE | (access == SQL_MAKE ? SQLITE_OPEN_CREATE : 0);

	sql_sqlite_configure();
	if (sqlite3_open_v2(file->path, &file->handle, flags | SQLITE_OPEN_FULLMUTEX,
			    NULL) != SQLITE_OK ||
	    !sql_functions_add(file->handle))
		return false;
	(void)sqlite3_busy_timeout(file->handle, BUSY_MS);
	(void)sqlite3_extended_result_codes(file->handle, 1);
	return access != SQL_MAKE || make_file(file);
}

static struct sql_db *open_file(const char *path, enum sql_access access,
				struct kairan_error *error_r)
{
	struct sqlite_db *file = g_new0(struct sqlite_db, 1);
	struct stat status;

	file->base.driver = &sql_sqlite;
	file->path = g_strdup(path);
	file->is_reader = access == SQL_READ;
	file->journal = "";
	if (!open_handle(file, access)) {
		(void)error_set(error_r, "store: cannot open %s: %s", path,
				sqlite3_errmsg(file->handle));
		close_file(&file->base);
		return NULL;
	}
	if (stat(path, &status) == 0) {
		file->device = status.st_dev;
		file->inode = status.st_ino;
	}
	return &file->base;
}

static bool prepare_store(struct sql_db *db, enum store_journal journal)
{
	const bool wal = journal == STORE_JOURNAL_WAL ||
			 (journal == STORE_JOURNAL_BEST &&
			  store_wal_is_safe(sqlite3_libversion_number()));

	((struct sqlite_db *)db)->journal = wal ? "wal" : "delete";
	if (!wal && !((struct sqlite_db *)db)->is_reader)
		begin_to_look((struct sqlite_db *)db);
	return execute(db,
		       wal ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
			   : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA") &&
	       execute(db, "PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;"
			   " PRAGMA secure_delete=ON; PRAGMA cache_spill=OFF");
}

static const char *journal(const struct sql_db *db)
{
	return ((const struct sqlite_db *)db)->journal;
}

/* ---- the version ---- */

static bool read_version(struct sql_db *db, struct sql_version *version_r)
{
	int application_id, tables;

	if (!read_number(db, "PRAGMA user_version", &version_r->number) ||
	    !read_number(db, "PRAGMA application_id", &application_id) ||
	    !read_number(db, "SELECT count(*) FROM sqlite_schema", &tables))
		return false;
	version_r->is_ours = application_id == SQL_SQLITE_APPLICATION_ID;
	version_r->is_empty = tables == 0 && version_r->number == 0;
	return true;
}

static bool write_version(struct sql_db *db, int version)
{
	g_autofree char *marks =
	    g_strdup_printf("PRAGMA user_version=%d; PRAGMA application_id=%d", version,
			    SQL_SQLITE_APPLICATION_ID);

	return execute(db, marks);
}

/* A store from before version 10 cannot give pages back: it is written anew, once. Where that
 * fails, as on a disk that is nearly full, it stays as large as it is. */
static void improve(struct sql_db *db, int older)
{
	if (older < SHRINKABLE_SINCE)
		(void)execute(db, "PRAGMA auto_vacuum=INCREMENTAL; VACUUM");
}

/* ---- transactions ---- */

/* IMMEDIATE: a transaction that reads first and writes later could otherwise fail with
 * SQLITE_BUSY in its middle, where waiting does not help. Who waited in vain has waited for all:
 * the others are not kept until somebody gets the lock again. */
static bool begin(struct sql_db *db)
{
	struct sqlite_db *file = (struct sqlite_db *)db;
	const bool begun = execute(db, file->is_reader ? "BEGIN" : "BEGIN IMMEDIATE");

	if (begun)
		note_untouched(file);
	(void)sqlite3_busy_timeout(handle_of(db), !begun && blame(db) == SQL_BLAME_OTHERS
						      ? BUSY_AGAIN_MS
						      : BUSY_MS);
	return begun;
}

static bool commit(struct sql_db *db)
{
	return execute(db, "COMMIT");
}

static bool is_in_transaction(struct sql_db *db)
{
	return !sqlite3_get_autocommit(handle_of(db));
}

/* ---- the file ---- */

/* A file that was removed, or replaced by another, goes on taking writes that nobody will ever
 * read. One stat(2) at either end of a transaction finds that out. */
static bool is_in_place(struct sql_db *db, struct kairan_error *error_r)
{
	const struct sqlite_db *file = (struct sqlite_db *)db;
	struct stat status;
	const bool is_there = stat(file->path, &status) == 0;

	if (is_there && status.st_dev == file->device && status.st_ino == file->inode)
		return !(file->is_mixed ||
			 (is_in_transaction(db) && was_written_over(file, &status))) ||
		       error_set(error_r, "store: %s: somebody has written over it",
				 file->path);
	return error_set(error_r, "store: %s: %s", file->path,
			 is_there ? "another file has come in its place"
				  : strerror(errno));
}

static bool size(struct sql_db *db, int64_t *octets_r)
{
	int pages, octets;

	if (!read_number(db, "PRAGMA page_count", &pages) ||
	    !read_number(db, "PRAGMA page_size", &octets))
		return false;
	*octets_r = (int64_t)pages * octets;
	return true;
}

static enum answer check(struct sql_db *db, char **fault_r)
{
	sqlite3_stmt *stmt = NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (sqlite3_prepare_v2(handle_of(db), "PRAGMA quick_check(1)", -1, &stmt, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		*fault_r = g_strdup((const char *)sqlite3_column_text(stmt, 0));
		answer = strcmp(*fault_r, "ok") == 0 ? ANSWER_YES : ANSWER_NO;
	}
	(void)sqlite3_finalize(stmt);
	return answer;
}

static bool read_change(struct sql_db *db, int64_t *number_r)
{
	int version = 0;
	const bool ok = read_number(db, "PRAGMA data_version", &version);

	*number_r = version;
	return ok;
}

static enum answer shrink(struct sql_db *db, int pages)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA incremental_vacuum(%d)", pages);
	int mode = 0, left = 0;

	if (!execute(db, sql) || !read_number(db, "PRAGMA auto_vacuum", &mode) ||
	    !read_number(db, "PRAGMA freelist_count", &left))
		return ANSWER_UNKNOWN;
	return mode != 0 && left > 0 ? ANSWER_YES : ANSWER_NO;
}

const struct sql_driver sql_sqlite = {
	.open = open_file,
	.close = close_file,
	.be_alone = be_alone,
	.complaint = complaint,
	.blame = blame,
	.prepare = sqlite_prepare,
	.finalize = sqlite_finalize,
	.bind_int = sqlite_bind_int,
	.bind_text = sqlite_bind_text,
	.bind_blob = sqlite_bind_blob,
	.step = sqlite_step,
	.reset = sqlite_reset,
	.type = sqlite_type,
	.integer = sqlite_integer,
	.text = sqlite_text,
	.blob = sqlite_blob,
	.octets = sqlite_octets,
	.last_id = sqlite_last_id,
	.changes = sqlite_changes,
	.total_changes = sqlite_total_changes,
	.begin = begin,
	.commit = commit,
	.execute = execute,
	.is_in_transaction = is_in_transaction,
	.read_version = read_version,
	.write_version = write_version,
	.run_section = execute,
	.prepare_store = prepare_store,
	.improve = improve,
	.journal = journal,
	.is_in_place = is_in_place,
	.is_mixed = is_mixed,
	.size = size,
	.check = check,
	.read_change = read_change,
	.shrink = shrink,
};
