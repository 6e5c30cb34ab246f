/*
 * NAME
 *	test_group - transactions that share a commit
 *
 * DESCRIPTION
 *	Many threads write at the same time. What a thread was told is committed has to be
 *	there for another connection at that moment, whatever the others do; what was rolled
 *	back never is. The change counter in the file's header (SQLite's file format, 1.3.5)
 *	tells how many commits there were.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "schema/sql.h"
#include "schema/store_alarm.h"
#include "tests/schema/store_fixture.h"

#define THREADS 16
#define ROUNDS  30

static uint32_t count_changes(void)
{
	size_t length;
	unsigned char *file = (unsigned char *)scratch_read(at.path, &length);
	uint32_t count = (uint32_t)file[24] << 24 | (uint32_t)file[25] << 16 |
			 (uint32_t)file[26] << 8 | file[27];

	free(file);
	return count;
}

static enum answer look_inside(struct store *store, const char *name)
{
	struct kairan_error error;
	enum answer answer;

	if (!store_begin(store, &error))
		return ANSWER_UNKNOWN;
	answer = sql_has(store, &error, "SELECT 1 FROM alarm WHERE name = ?", "s", name);
	store_rollback(store);
	return answer;
}

/* What went wrong in a thread; cmocka's assertions belong to the main one. */
struct worker {
	pthread_t thread;
	int number;
	int wrong;
};

static bool write_alarm(int number, int round, char name_r[32])
{
	struct kairan_error error;
	const struct alarm alarm = { .name = name_r,
				     .reason = (char *)"r",
				     .detail = (char *)"d",
				     .raised_at = 1 };

	(void)snprintf(name_r, 32, "thread %d round %d", number, round);
	return store_alarm_raise(at.store, &alarm, &error) == ANSWER_YES;
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct kairan_error error;
	struct store *reader = NULL;
	char name[32];

	if (!store_open_reader(at.path, 0, &reader, &error)) {
		worker->wrong++;
		return NULL;
	}
	for (int round = 0; round < ROUNDS; round++) {
		const bool grouped = round % 7 != 6;
		const bool keep = round % 5 != 4;

		if (!(grouped ? store_begin_grouped(at.store, &error)
			      : store_begin(at.store, &error)) ||
		    !write_alarm(worker->number, round, name)) {
			worker->wrong++;
			break;
		}
		if (!keep)
			store_rollback(at.store);
		else if (!store_commit(at.store, &error))
			worker->wrong++;
		if (look_inside(reader, name) != (keep ? ANSWER_YES : ANSWER_NO))
			worker->wrong++;
	}
	store_close(reader);
	return NULL;
}

static void test_many_at_once(void **state)
{
	struct worker workers[THREADS];
	const uint32_t before = raw_server() == NULL ? count_changes() : 0;
	uint32_t commits;

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .number = i };
		assert_int_equal(
		    pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(workers[i].wrong, 0);
	if (raw_server() != NULL)
		return;
	commits = count_changes() - before;
	assert_true(commits > 0 && commits < THREADS * ROUNDS * 4 / 5);
}

/* A group of one is a transaction like any other. */
static void test_alone(void **state)
{
	char name[32];

	(void)state;
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_true(write_alarm(1, 1, name));
	store_rollback(at.store);
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_true(write_alarm(1, 1, name));
	assert_true(store_commit(at.store, &at.error));
	begin(&at);
	assert_false(write_alarm(1, 1, name));
	store_rollback(at.store);
}

/* A statement whose failure ends the whole transaction. */
static void test_failure(void **state)
{
	char name[32];

	(void)state;
	raw_run(at.path,
		raw_server() != NULL
		    ? "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS"
		      " $$BEGIN RAISE 'broken'; END$$;"
		      "CREATE TRIGGER break_it BEFORE INSERT ON alarm FOR EACH ROW"
		      " WHEN (NEW.name LIKE 'thread 9%') EXECUTE FUNCTION break_it()"
		    : "CREATE TRIGGER break_it BEFORE INSERT ON alarm"
		      " WHEN NEW.name LIKE 'thread 9%' BEGIN"
		      " SELECT RAISE(ROLLBACK, 'broken'); END");
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_false(write_alarm(9, 1, name));
	store_rollback(at.store);
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_false(write_alarm(9, 1, name));
	assert_false(store_commit(at.store, &at.error));
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_true(write_alarm(1, 1, name));
	assert_true(store_commit(at.store, &at.error));
}

/* Files that SQLite makes for itself, and removes at once, so that only this process has them. */
static int count_own_files(void)
{
	GDir *open = g_dir_open("/proc/self/fd", 0, NULL);
	const char *name;
	int count = 0;

	assert_non_null(open);
	while ((name = g_dir_read_name(open)) != NULL) {
		g_autofree char *link = g_strconcat("/proc/self/fd/", name, NULL);
		g_autofree char *file = g_file_read_link(link, NULL);

		count += file != NULL && strstr(file, "etilqs") != NULL;
	}
	g_dir_close(open);
	return count;
}

/* A member changes what one before it has changed: what it would undo fits memory, in however many
 * pages a draft's rows and their indexes are. */
static void test_no_file_for_a_member(void **state)
{
	const char *const change =
	    "UPDATE alarm SET detail = ? WHERE name IN (SELECT name FROM alarm LIMIT ?)";
	char name[32];

	(void)state;
	ONLY_FILES();
	begin(&at);
	for (int row = 0; row < 50000; row++)
		assert_true(write_alarm(1, row, name));
	commit(&at);
	assert_true(store_begin_grouped(at.store, &at.error));
	assert_true(sql_run(at.store, &at.error, change, "si", "e", (int64_t)50000));
	assert_true(sql_run(at.store, &at.error, "SAVEPOINT next", ""));
	assert_true(sql_run(at.store, &at.error, change, "si", "f", (int64_t)2500));
	assert_int_equal(count_own_files(), 0);
	assert_true(sql_run(at.store, &at.error, change, "si", "f", (int64_t)50000));
	assert_int_equal(count_own_files(), 1);
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many_at_once),
		TEST(test_alone),
		TEST(test_failure),
		TEST(test_no_file_for_a_member),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
