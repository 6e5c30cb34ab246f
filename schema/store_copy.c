/*
 * NAME
 *	store_copy - copies of the store, while it is in use
 *
 * DESCRIPTION
 *	SQLite's backup API, a few hundred pages at a time. A change by another process begins
 *	the copy anew by itself; to come to an end on a busy system the last attempts are made
 *	under a read transaction.
 *
 *	A store that is about to be brought to a newer schema is copied in the same way, into a
 *	file that gets its name when it is complete.
 *
 * DIAGNOSTICS
 *	All failures are returned; what was written of a copy that failed is removed.
 */
#include "config.h"

#include "schema/store_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/log.h"
#include "schema/sql.h"
#include "schema/sql_sqlite.h"
#include "schema/sql_sqlite_parts.h"
#include "schema/store_name.h"
#include "schema/store_parts.h"

#define COPY_PAGES   512
#define COPY_BUSY_MS 50
/* How long the check waits for a writer. */
#define CHECK_BUSY_MS 20000
/* Steps without an end, after which writers have to wait. */
#define COPY_PATIENCE 200

static bool copy_pages(sqlite3_backup *backup,
		       void (*show)(int64_t done, int64_t all, void *context),
		       void *context)
{
	int result, steps = 0;

	do {
		result = sqlite3_backup_step(backup,
					     steps++ < COPY_PATIENCE ? COPY_PAGES : -1);
		if (show != NULL)
			show(sqlite3_backup_pagecount(backup) -
				 sqlite3_backup_remaining(backup),
			     sqlite3_backup_pagecount(backup), context);
		if (result == SQLITE_BUSY || result == SQLITE_LOCKED)
			(void)sqlite3_sleep(COPY_BUSY_MS);
	} while (result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED);
	return result == SQLITE_DONE;
}

static bool write_copy(sqlite3 *from, sqlite3 *copy, const char *path,
		       void (*show)(int64_t done, int64_t all, void *context),
		       void *context, struct kairan_error *error_r)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy, "main", from, "main");
	bool ok = backup != NULL && copy_pages(backup, show, context);

	if (backup != NULL && sqlite3_backup_finish(backup) != SQLITE_OK)
		ok = false;
	if (!ok)
		return error_set(error_r, "%s: %s", path, sqlite3_errmsg(copy));
	return true;
}

/* What is behind the name is on the disk, too. */
static bool sync_file(const char *path, struct kairan_error *error_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		(void)error_set(error_r, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool copy_database(sqlite3 *from, const char *path,
			  void (*show)(int64_t done, int64_t all, void *context),
			  void *context, struct kairan_error *error_r)
{
	sqlite3 *copy = NULL;
	/* It has the subscribers' addresses: for its owner only, from the first octet on. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return error_set(error_r, "cannot make %s: %s", path, strerror(errno));
	close(fd);
	ok = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
	if (!ok)
		(void)error_set(error_r, "%s: %s", path, sqlite3_errmsg(copy));
	ok = ok && write_copy(from, copy, path, show, context, error_r);
	(void)sqlite3_close(copy);
	ok = ok && sync_file(path, error_r);
	if (!ok)
		(void)unlink(path);
	return ok;
}

bool store_copy_write(struct store *store, const char *path,
		      void (*show)(int64_t done, int64_t all, void *context),
		      void *context, struct kairan_error *error_r)
{
	return copy_database(((struct sqlite_db *)store->db)->handle, path, show, context,
			     error_r);
}

static bool check_number(sqlite3 *db, const char *pragma, int least, int most)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL) == SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW &&
		  sqlite3_column_int(stmt, 0) >= least &&
		  sqlite3_column_int(stmt, 0) <= most;

	(void)sqlite3_finalize(stmt);
	return ok;
}

static bool check_sound(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL) ==
		      SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW &&
		  strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;

	(void)sqlite3_finalize(stmt);
	return ok;
}

bool store_copy_check(const char *path, struct kairan_error *error_r)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;

	if (!ok)
		(void)error_set(error_r, "%s: %s", path, sqlite3_errmsg(db));
	else if (!(ok = check_number(db, "PRAGMA application_id",
				     SQL_SQLITE_APPLICATION_ID,
				     SQL_SQLITE_APPLICATION_ID)))
		(void)error_set(error_r, "%s: is no store of kairan", path);
	else if (!(ok = check_number(db, "PRAGMA user_version", 1,
				     store_schema_version())))
		(void)error_set(error_r, "%s: was made by a newer kairan", path);
	else if (!(ok = check_sound(db)))
		(void)error_set(error_r, "%s: is damaged", path);
	(void)sqlite3_close(db);
	return ok;
}

static enum answer judge(sqlite3 *db, struct kairan_error *error_r)
{
	sqlite3_stmt *stmt = NULL;
	enum answer answer = ANSWER_UNKNOWN;
	const char *said = NULL;
	int result = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);

	if (result == SQLITE_OK && (result = sqlite3_step(stmt)) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(stmt, 0);
	if (said != NULL)
		answer = strcmp(said, "ok") == 0 ? ANSWER_YES : ANSWER_NO;
	else if ((result & 0xff) == SQLITE_CORRUPT)
		answer = ANSWER_NO;
	if (answer != ANSWER_YES)
		(void)error_set(error_r, "store: %s%s",
				answer == ANSWER_NO ? "it is damaged: " : "",
				said != NULL ? said : sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	return answer;
}

/* By a connection of its own: the store's has pages in memory, which are sound when those on the
 * disk are not. */
enum answer store_copy_judge(struct store *store, struct kairan_error *error_r)
{
	enum answer answer = ANSWER_UNKNOWN;
	sqlite3 *db = NULL;

	if (!store_is_in_place(store, error_r))
		return ANSWER_UNKNOWN;
	if (!store_is_file(store->path))
		return sql_check(store, error_r);
	if (sqlite3_open_v2(store->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
		(void)sqlite3_busy_timeout(db, CHECK_BUSY_MS);
		answer = judge(db, error_r);
	} else {
		(void)error_set(error_r, "store: %s", sqlite3_errmsg(db));
	}
	(void)sqlite3_close(db);
	return answer;
}

/* The version of a store that is older than this program's; 0: there is nothing to keep. */
static int find_older(sqlite3 *db)
{
	const int latest = store_schema_version();

	if (!check_number(db, "PRAGMA application_id", SQL_SQLITE_APPLICATION_ID,
			  SQL_SQLITE_APPLICATION_ID))
		return 0;
	for (int version = 1; version < latest; version++)
		if (check_number(db, "PRAGMA user_version", version, version))
			return version;
	return 0;
}

/* Write it under another name, so that what has the right one is complete. */
static bool keep(sqlite3 *db, const char *kept, struct kairan_error *error_r)
{
	g_autofree char *unfinished = g_strconcat(kept, ".new", NULL);

	(void)unlink(unfinished);
	if (!copy_database(db, unfinished, NULL, NULL, error_r))
		return false;
	if (rename(unfinished, kept) == 0)
		return true;
	return error_set(error_r, "cannot rename %s: %s", unfinished, strerror(errno));
}

bool store_copy_keep_older(const char *path, struct kairan_error *error_r)
{
	g_autofree char *kept = NULL;
	sqlite3 *db = NULL;
	bool ok = true;
	int version = 0;

	/* Its server has copies of its own. */
	if (!store_is_file(path))
		return true;
	sql_sqlite_configure();
	/* What cannot be opened at all, store_open() says better. */
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		version = find_older(db);
	if (version > 0) {
		kept = g_strdup_printf("%s.version-%d", path, version);
		ok = keep(db, kept, error_r);
	}
	(void)sqlite3_close(db);
	if (ok && kept != NULL)
		log_info(
		    "the store was made by an older kairan; as it was it is kept in %s",
		    kept);
	return ok;
}
