/*
 * NAME
 *	test_store - the file, its journal modes, its version, its transactions
 *
 * DESCRIPTION
 *	Files that are ours, and every kind that is not, which must stay as they are.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "schema/store_lock.h"
#include "schema/store_parts.h"
#include "tests/schema/store_scratch.h"

/* The number of the last section of schema/store.sql. */
#define STORE_VERSION 12

static const enum store_journal modes[] = { STORE_JOURNAL_BEST, STORE_JOURNAL_ROLLBACK,
					    STORE_JOURNAL_WAL };

static struct scratch scratch;

static int make_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static struct store *open_store(const char *path, enum store_journal mode)
{
	struct kairan_error error = { "" };
	struct store *store = NULL;

	if (!store_make(path, mode, &store, &error))
		fail_msg("%s: %s", path, error.text);
	return store;
}

/* The file is refused with a word, and not one octet of it changes. */
static void refuse(const char *path, const char *word)
{
	size_t before_length, after_length;
	char *before = scratch_read(path, &before_length);

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct kairan_error error = { "" };
		struct store *store = NULL;
		char *after;

		if (store_make(path, modes[i], &store, &error))
			fail_msg("%s was taken for a store", path);
		assert_null(store);
		if (strstr(error.text, word) == NULL)
			fail_msg("%s: %s", path, error.text);
		after = scratch_read(path, &after_length);
		assert_int_equal(after_length, before_length);
		assert_memory_equal(after, before, before_length);
		free(after);
	}
	free(before);
}

static void test_fresh_and_reopened(void **state)
{
	static const struct {
		enum store_journal mode;
		const char *name;
	} rows[] = {
		{ STORE_JOURNAL_ROLLBACK, "delete" },
		{ STORE_JOURNAL_WAL, "wal" },
		{ STORE_JOURNAL_ROLLBACK, "delete" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *path = scratch_path(&scratch, i == 0 ? "a.db" : "b.db");
		struct store *store = open_store(path, rows[i].mode);

		assert_string_equal(store_journal_name(store), rows[i].name);
		assert_int_equal(raw_number(path, "PRAGMA user_version"), STORE_VERSION);
		assert_int_equal(raw_number(path, "PRAGMA application_id"), 0x6b616972);
		assert_int_equal(raw_number(path, "SELECT count(*) FROM draft"), 0);
		store_close(store);
		/* What a mode left behind must not keep the other from opening. */
		assert_int_equal(access(scratch_path(&scratch, "b.db-wal"), F_OK), -1);
	}
}

static void test_best_follows_the_library(void **state)
{
	struct store *store =
	    open_store(scratch_path(&scratch, "best.db"), STORE_JOURNAL_BEST);

	(void)state;
	assert_string_equal(store_journal_name(store),
			    store_wal_is_safe(sqlite3_libversion_number()) ? "wal"
									   : "delete");
	store_close(store);
}

/* The name that is logged must be the mode that is in force, even when another process
 * has the file open in the other one. */
static void test_mode_while_another_has_it_open(void **state)
{
	const char *path = scratch_path(&scratch, "shared.db");
	struct store *first = open_store(path, STORE_JOURNAL_WAL), *second = NULL;
	struct kairan_error error = { "" };
	sqlite3 *db = NULL;

	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "BEGIN; SELECT count(*) FROM draft", NULL, NULL, NULL),
	    SQLITE_OK);
	if (store_make(path, STORE_JOURNAL_ROLLBACK, &second, &error))
		assert_string_equal(store_journal_name(second), "wal");
	else
		assert_string_not_equal(error.text, "");
	(void)sqlite3_close(db);
	store_close(second);
	store_close(first);
}

static void test_wal_is_safe(void **state)
{
	static const struct {
		int version;
		bool safe;
	} rows[] = {
		{ 3007000, false }, { 3040001, false }, { 3044005, false },
		{ 3044006, true },  { 3044999, true },  { 3045000, false },
		{ 3045003, false }, { 3046001, false }, { 3050000, false },
		{ 3050006, false }, { 3050007, true },  { 3050999, true },
		{ 3051000, false }, { 3051002, false }, { 3051003, true },
		{ 3052000, true },  { 4000000, true },  { 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (store_wal_is_safe(rows[i].version) != rows[i].safe)
			fail_msg("%d", rows[i].version);
}

static void test_other_versions(void **state)
{
	static const struct {
		const char *sql;
	} rows[] = { { "PRAGMA user_version=13" },
		     { "PRAGMA user_version=1000000" },
		     { "PRAGMA user_version=-1" } };
	const char *path = scratch_path(&scratch, "newer.db");

	(void)state;
	store_close(open_store(path, STORE_JOURNAL_ROLLBACK));
	for (size_t i = 0; i < COUNT(rows); i++) {
		raw_run(path, rows[i].sql);
		refuse(path, "version");
	}
	raw_run(path, "PRAGMA user_version=12");
	store_close(open_store(path, STORE_JOURNAL_ROLLBACK));
}

static void test_foreign_files(void **state)
{
	static const char *const sql[] = {
		"CREATE TABLE mail (a)",
		"PRAGMA user_version=1",
		"PRAGMA user_version=1; PRAGMA application_id=7; CREATE TABLE draft (a)",
		"PRAGMA application_id=7; CREATE VIEW draft AS SELECT 1",
		/* Another program's file in the other journal mode is not converted
		   either. */
		"PRAGMA journal_mode=WAL; CREATE TABLE mail (a)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sql); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "foreign%zu.db", i);
		raw_run(scratch_path(&scratch, name), sql[i]);
		refuse(scratch.path, "not a store of kairan");
	}
}

static void test_no_databases(void **state)
{
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	refuse(scratch_write(&scratch, "text", text, sizeof(text), 0600),
	       "not a database");
	refuse(scratch_write(&scratch, "nearly", "SQLite format 3", 15, 0600),
	       "not a database");
}

static void test_cut_off_file(void **state)
{
	const char *path = scratch_path(&scratch, "cut.db");
	struct kairan_error error = { "" };
	struct store *store = NULL;

	(void)state;
	store_close(open_store(path, STORE_JOURNAL_ROLLBACK));
	assert_int_equal(truncate(path, 4096), 0);
	assert_false(store_make(path, STORE_JOURNAL_ROLLBACK, &store, &error));
	assert_null(store);
	assert_string_not_equal(error.text, "");
}

static void test_no_place(void **state)
{
	struct kairan_error error = { "" };
	struct store *store = NULL;

	(void)state;
	assert_false(store_make(scratch_path(&scratch, "no/such/kairan.db"),
				STORE_JOURNAL_BEST, &store, &error));
	assert_non_null(strstr(error.text, "no/such/kairan.db"));
	assert_false(store_make(scratch.folder, STORE_JOURNAL_BEST, &store, &error));
	assert_false(store_make(scratch.folder, STORE_JOURNAL_BEST, &store, NULL));
	assert_null(store);
}

/* An empty file is what a crash before the first commit leaves. */
static void test_empty_file_becomes_a_store(void **state)
{
	const char *path = scratch_write(&scratch, "empty.db", "", 0, 0600);

	(void)state;
	store_close(open_store(path, STORE_JOURNAL_ROLLBACK));
	assert_int_equal(raw_number(path, "PRAGMA user_version"), STORE_VERSION);
}

/* Each connection of a process is given the authorizer, which refuses one BEGIN. */
static int begins_left;

static int refuse_begin(void *context, int action, const char *operation,
			const char *unused, const char *database, const char *trigger)
{
	(void)context;
	(void)unused;
	(void)database;
	(void)trigger;
	if (action != SQLITE_TRANSACTION || strcmp(operation, "BEGIN") != 0)
		return SQLITE_OK;
	return --begins_left == 0 ? SQLITE_DENY : SQLITE_OK;
}

static int watch_connection(sqlite3 *db, char **error_r,
			    const struct sqlite3_api_routines *api)
{
	(void)error_r;
	(void)api;
	return sqlite3_set_authorizer(db, refuse_begin, NULL);
}

/* Whichever transaction of the opening cannot begin: no store comes of it, and the next
 * opening makes all of it. */
static void test_no_transaction_begins(void **state)
{
	int refused = 0;

	(void)state;
	assert_int_equal(sqlite3_auto_extension((void (*)(void))watch_connection),
			 SQLITE_OK);
	for (int nth = 1; nth <= refused + 1; nth++) {
		g_autofree char *name = g_strdup_printf("refused%d.db", nth);
		const char *path = scratch_path(&scratch, name);
		struct kairan_error error = { "" };
		struct store *store = NULL;

		begins_left = nth;
		if (store_make(path, STORE_JOURNAL_ROLLBACK, &store, &error)) {
			/* None was refused any more: not begins_left either. */
			assert_true(begins_left > 0);
		} else {
			refused++;
			assert_null(store);
			assert_string_not_equal(error.text, "");
		}
		begins_left = 0;
		store_close(store);
		store = open_store(path, STORE_JOURNAL_ROLLBACK);
		store_close(store);
		assert_int_equal(raw_number(path, "PRAGMA user_version"), STORE_VERSION);
	}
	(void)sqlite3_cancel_auto_extension((void (*)(void))watch_connection);
	assert_true(refused >= 2);
}

static void test_schema_version(void **state)
{
	(void)state;
	assert_int_equal(store_schema_version(), STORE_VERSION);
}

static void test_transactions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct store_scratch at;
		char name[32];

		memset(&at, 0, sizeof(at));
		(void)snprintf(name, sizeof(name), "transactions%zu.db", i);
		strcpy(at.path, scratch_path(&scratch, name));
		at.store = open_store(at.path, modes[i]);
		begin(&at);
		draft_free(insert_draft(&at, 1));
		store_rollback(at.store);
		assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 0);
		assert_int_equal(raw_number(at.path, "SELECT count(*) FROM original"), 0);
		begin(&at);
		draft_free(insert_draft(&at, 1));
		/* Nobody sees it before the commit. */
		assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 0);
		commit(&at);
		assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 1);
		/* A close inside a transaction keeps nothing of it. */
		begin(&at);
		draft_free(insert_draft(&at, 2));
		store_close(at.store);
		at.store = open_store(at.path, modes[i]);
		assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 1);
		/* A commit with nothing to do is a commit; a rollback leaves the lock
		 * free. */
		begin(&at);
		commit(&at);
		begin(&at);
		store_rollback(at.store);
		begin(&at);
		commit(&at);
		store_close(at.store);
	}
}

extern const char store_sql[]; /* schema/store.sql, made by the build */

/* A store of the first version, with rows, as a kairan of that time left it. */
static void make_version_1(const char *path)
{
	const char *start = strstr(store_sql, "-- schema version 1\n");
	const char *end = strstr(store_sql, "-- schema version 2\n");
	g_autofree char *schema = NULL;
	g_autofree char *sql = NULL;

	assert_non_null(start);
	assert_non_null(end);
	schema = g_strndup(start, (gsize)(end - start));
	sql = g_strconcat(
	    schema,
	    "INSERT INTO draft (state, submit_key, queue_id, broadcast, broadcast_ja,"
	    " broadcast_en, list, section, section_ja, section_en, author_dn, subject,"
	    " text, characters, submitted_at, expires_at) VALUES (1, zeroblob(32), '4A',"
	    " 'bosai@info.town.example', '防災', 'Disasters', 'bosai', 'cn=bosai', '防災課',"
	    " 'Disaster prevention', 'uid=staff', '訓練', '明日は訓練です。', 8, 1000, 2000);"
	    "INSERT INTO original VALUES (1, x'00ff');"
	    "INSERT INTO party VALUES (1, 0, 'staff', 'u', 'd', 'm', 'n', 'ja');"
	    "INSERT INTO subscriber VALUES ('bosai', 'a@b.example', 'A@b.example',"
	    " 'b.example', 1, 500);"
	    "INSERT INTO snapshot VALUES ('bosai@info.town.example', 'bosai', '防災',"
	    " 'Disasters', 'cn=bosai');"
	    "PRAGMA user_version=1; PRAGMA application_id=0x6b616972",
	    NULL);
	raw_run(path, sql);
}

static void test_version_1_is_brought_on(void **state)
{
	struct store_scratch at;
	struct draft *draft = NULL;

	(void)state;
	memset(&at, 0, sizeof(at));
	strcpy(at.path, scratch_path(&scratch, "version1.db"));
	make_version_1(at.path);
	at.store = open_store(at.path, STORE_JOURNAL_ROLLBACK);
	assert_int_equal(raw_number(at.path, "PRAGMA user_version"), STORE_VERSION);
	begin(&at);
	assert_int_equal(store_draft_find(at.store, 1, &draft, &at.error), ANSWER_YES);
	assert_int_equal(draft->state, DRAFT_HELD);
	assert_string_equal(draft->text, "明日は訓練です。");
	assert_int_equal(draft->expires_at, 2000);
	/* What version 1 did not know has its meaning of "nothing". */
	assert_false(draft->urgent);
	assert_int_equal(draft->send_at, 0);
	assert_int_equal(draft->remind_at, 0);
	assert_string_equal(draft->quiet_hours, "");
	assert_string_equal(draft->footer, "");
	assert_string_equal(draft->reply_to, "");
	draft_free(draft);
	/* It takes new rows as well. */
	draft_free(insert_draft(&at, 7));
	commit(&at);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 2);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM original"
					     " WHERE octets = x'00ff'"),
			 1);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM party"), 1);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM subscriber"), 1);
	assert_int_equal(raw_number(at.path, "SELECT urgent FROM snapshot"), 0);
	store_close(at.store);
	/* A second start finds nothing to do. */
	store_close(open_store(at.path, STORE_JOURNAL_ROLLBACK));
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 2);
}

/* Another process writes: seen once. Our own writes: not seen. */
static void test_was_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct store_scratch at;
		struct store *other;
		char name[32];

		memset(&at, 0, sizeof(at));
		(void)snprintf(name, sizeof(name), "changed%zu.db", i);
		strcpy(at.path, scratch_path(&scratch, name));
		at.store = open_store(at.path, modes[i]);
		assert_int_not_equal(store_was_changed(at.store, &at.error),
				     ANSWER_UNKNOWN);
		assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_NO);
		begin(&at);
		draft_free(insert_draft(&at, 1));
		commit(&at);
		assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_NO);
		other = open_store(at.path, modes[i]);
		(void)store_was_changed(at.store, &at.error);
		assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_NO);
		raw_run(at.path, "UPDATE draft SET subject = 'x'");
		assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_YES);
		assert_int_equal(store_was_changed(at.store, &at.error), ANSWER_NO);
		store_close(other);
		store_close(at.store);
	}
}

/* Foreign keys hold: an original without its draft cannot be committed. */
static void test_foreign_keys(void **state)
{
	struct store_scratch at;
	struct party party = { 1, "approver", "u", "d", "m", "n", "ja" };

	(void)state;
	memset(&at, 0, sizeof(at));
	at.store = open_store(scratch_path(&scratch, "keys.db"), STORE_JOURNAL_ROLLBACK);
	begin(&at);
	assert_false(store_draft_insert_party(at.store, 99, &party, &at.error));
	assert_non_null(strstr(at.error.text, "FOREIGN KEY"));
	store_rollback(at.store);
	store_close(at.store);
}

struct worker {
	struct store *store;
	int first;
};

static void *work(void *context)
{
	const struct worker *worker = context;
	struct kairan_error error;

	for (int i = 0; i < 10; i++) {
		struct draft *draft = make_draft((unsigned char)(worker->first + i));

		if (store_begin(worker->store, &error)) {
			if (store_draft_insert(worker->store, draft, "mail", 4, &error))
				(void)store_commit(worker->store, &error);
			else
				store_rollback(worker->store);
		}
		draft_free(draft);
	}
	return NULL;
}

/* Two threads of the daemon and one of another process, on one file. */
static void test_writers_side_by_side(void **state)
{
	const char *path = scratch_path(&scratch, "threads.db");
	struct store *one = open_store(path, STORE_JOURNAL_ROLLBACK);
	struct store *two = open_store(path, STORE_JOURNAL_ROLLBACK);
	struct worker workers[] = { { one, 0 }, { one, 50 }, { two, 100 } };
	pthread_t threads[COUNT(workers)];

	(void)state;
	for (size_t i = 0; i < COUNT(workers); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	for (size_t i = 0; i < COUNT(workers); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM draft"), 30);
	assert_int_equal(raw_number(path, "SELECT count(*) FROM original"), 30);
	store_close(one);
	store_close(two);
	store_close(NULL);
}

/* One at a time, whatever name the store is called by, and whether it exists yet or not. */
static void test_lock(void **state)
{
	char *path = strdup(scratch_path(&scratch, "locked.db"));
	char *link = strdup(scratch_path(&scratch, "link.db"));
	struct store_lock *first = NULL, *second = NULL;
	struct kairan_error error = { "" };

	(void)state;
	assert_int_equal(store_lock_take(path, &first, &error), ANSWER_YES);
	assert_int_equal(store_lock_take(path, &second, &error), ANSWER_NO);
	assert_non_null(strstr(error.text, "another kairan"));
	store_lock_free(first);
	store_close(open_store(path, STORE_JOURNAL_BEST));
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(store_lock_take(link, &first, &error), ANSWER_YES);
	assert_int_equal(store_lock_take(path, &second, &error), ANSWER_NO);
	store_lock_free(first);
	assert_int_equal(store_lock_take(path, &second, &error), ANSWER_YES);
	/* The file beside it is removed, and the store has a second name. */
	assert_int_equal(unlink(scratch_path(&scratch, "locked.db.lock")), 0);
	assert_int_equal(store_lock_take(path, &first, &error), ANSWER_NO);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(linkat(AT_FDCWD, path, AT_FDCWD, link, 0), 0);
	assert_int_equal(store_lock_take(link, &first, &error), ANSWER_NO);
	store_lock_free(second);
	assert_int_equal(store_lock_take(link, &first, &error), ANSWER_YES);
	store_lock_free(first);
	store_lock_free(NULL);
	assert_int_equal(store_lock_take("/nowhere/at/all.db", &first, &error),
			 ANSWER_UNKNOWN);
	assert_non_null(strstr(error.text, "/nowhere/at/all.db"));
	free(link);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_and_reopened),
		cmocka_unit_test(test_best_follows_the_library),
		cmocka_unit_test(test_mode_while_another_has_it_open),
		cmocka_unit_test(test_wal_is_safe),
		cmocka_unit_test(test_other_versions),
		cmocka_unit_test(test_foreign_files),
		cmocka_unit_test(test_no_databases),
		cmocka_unit_test(test_cut_off_file),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_empty_file_becomes_a_store),
		cmocka_unit_test(test_no_transaction_begins),
		cmocka_unit_test(test_schema_version),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_version_1_is_brought_on),
		cmocka_unit_test(test_was_changed),
		cmocka_unit_test(test_foreign_keys),
		cmocka_unit_test(test_writers_side_by_side),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests_name("store", tests, make_scratch, remove_scratch);
}
