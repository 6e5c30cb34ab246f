/*
 * NAME
 *	test_known - a store that is not any more what this process knows of it
 *
 * DESCRIPTION
 *	Another file's octets come over it at each moment of a transaction.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "schema/sql_sqlite_parts.h"
#include "schema/store_audit.h"
#include "schema/store_copy.h"
#include "schema/store_known.h"
#include "schema/store_parts.h"
#include "schema/store_position.h"
#include "tests/schema/store_scratch.h"

struct known {
	struct store_scratch at;
	char copy[600];
};

static void append_by(struct store_scratch *at, const char *uid)
{
	const struct audit_event event = {
		.at = 1, .uid = uid, .role = "r", .action = "a", .outcome = "o"
	};

	begin(at);
	if (!store_audit_append(at->store, &event, &at->error))
		fail_msg("%s", at->error.text);
	commit(at);
}

static void append(struct store_scratch *at)
{
	append_by(at, "u");
}

/* A change without a row in the trail. */
static void change(struct store_scratch *at, const char *value)
{
	begin(at);
	assert_true(store_position_put(at->store, "x", value, &at->error));
	commit(at);
}

static int make(void **state)
{
	struct known *known = g_new0(struct known, 1);
	struct store_scratch *at = &known->at;

	store_scratch_make(at);
	(void)snprintf(known->copy, sizeof(known->copy), "%s.copy", at->path);
	append(at);
	if (!store_known_begin(at->store, &at->error))
		fail_msg("%s", at->error.text);
	append(at);
	if (!store_copy_write(at->store, known->copy, NULL, NULL, &at->error))
		fail_msg("%s", at->error.text);
	*state = known;
	return 0;
}

static int clear(void **state)
{
	struct known *known = *state;

	store_scratch_remove(&known->at);
	g_free(known);
	return 0;
}

/* As cp(1) does. */
static void write_over(const struct known *known)
{
	char *octets = NULL;
	gsize length;
	FILE *file;

	assert_true(g_file_get_contents(known->copy, &octets, &length, NULL));
	file = fopen(known->at.path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	g_free(octets);
}

static void refuse(struct store_scratch *at, const char *word)
{
	for (int i = 0; i < 2; i++) {
		assert_false(store_begin(at->store, &at->error));
		assert_non_null(strstr(at->error.text, word));
		assert_false(store_begin_grouped(at->store, &at->error));
		assert_non_null(strstr(at->error.text, word));
	}
	assert_false(store_is_in_place(at->store, &at->error));
}

static enum answer judge_again(struct store_scratch *at, int64_t said)
{
	struct store *fresh = NULL;
	enum answer answer;

	if (!store_open(at->path, STORE_JOURNAL_ROLLBACK, &fresh, &at->error))
		fail_msg("%s", at->error.text);
	store_set_mark(fresh, &(struct store_mark){ .said = said });
	answer = store_known_judge(at->store, fresh, &at->error);
	store_close(fresh);
	return answer;
}

/* ---- */

static void test_others_may_write(void **state)
{
	struct store_scratch *at = &((struct known *)*state)->at;

	raw_run(at->path, "INSERT INTO position VALUES ('theirs', '1')");
	append(at);
	raw_run(at->path, "UPDATE position SET value = '2' WHERE name = 'theirs'");
	change(at, "1");
	begin(at);
	store_rollback(at->store);
	raw_run(at->path, "UPDATE position SET value = '3' WHERE name = 'theirs'");
	append(at);
	assert_int_equal(judge_again(at, 0), ANSWER_YES);
}

static void test_an_older_one(void **state)
{
	struct known *known = *state;

	append(&known->at);
	write_over(known);
	refuse(&known->at, "is older than it was");
	assert_int_equal(judge_again(&known->at, 0), ANSWER_NO);
	assert_int_equal(judge_again(&known->at, 1), ANSWER_YES);
}

static void test_one_without_a_row_between(void **state)
{
	struct known *known = *state;

	change(&known->at, "1");
	write_over(known);
	refuse(&known->at, "what was done after that");
}

/* The copy has as many rows, and as many commits of its own. */
static void test_another_branch(void **state)
{
	struct known *known = *state;
	struct store_scratch other = { 0 };

	append(&known->at);
	append(&known->at);
	if (!store_open(known->copy, STORE_JOURNAL_ROLLBACK, &other.store,
			&other.error) ||
	    !store_known_begin(other.store, &other.error))
		fail_msg("%s", other.error.text);
	append_by(&other, "other");
	append_by(&other, "other");
	store_close(other.store);
	write_over(known);
	refuse(&known->at, "is another one than it was");
}

static void test_in_a_transaction(void **state)
{
	struct known *known = *state;
	struct store_scratch *at = &known->at;

	append(at);
	begin(at);
	assert_true(store_position_put(at->store, "x", "1", &at->error));
	write_over(known);
	assert_false(store_commit(at->store, &at->error));
	assert_non_null(strstr(at->error.text, "has written over it"));
	refuse(at, "is older than it was");
}

static int write_over_now(void *known)
{
	write_over(known);
	return 0;
}

/* What COMMIT wrote is there, and what it did not is old. */
static void test_in_the_commit(void **state)
{
	struct known *known = *state;
	struct store_scratch *at = &known->at;
	sqlite3 *handle = ((struct sqlite_db *)at->store->db)->handle;

	change(at, "1");
	begin(at);
	assert_true(store_position_put(at->store, "x", "2", &at->error));
	(void)sqlite3_commit_hook(handle, write_over_now, known);
	assert_false(store_commit(at->store, &at->error));
	(void)sqlite3_commit_hook(handle, NULL, NULL);
	refuse(at, "has written over it");
	assert_int_equal(judge_again(at, 0), ANSWER_NO);
	assert_int_equal(judge_again(at, 1), ANSWER_YES);
}

static void test_an_empty_one(void **state)
{
	struct store_scratch *at = &((struct known *)*state)->at;
	FILE *file = fopen(at->path, "wb");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	refuse(at, "is empty");
}

static int fail_now(void *unused)
{
	(void)unused;
	return 1;
}

/* It may have reached the disk. */
static void test_a_commit_in_doubt(void **state)
{
	struct store_scratch *at = &((struct known *)*state)->at;
	sqlite3 *handle = ((struct sqlite_db *)at->store->db)->handle;

	(void)sqlite3_commit_hook(handle, fail_now, NULL);
	begin(at);
	assert_true(store_position_put(at->store, "x", "1", &at->error));
	assert_false(store_commit(at->store, &at->error));
	(void)sqlite3_commit_hook(handle, NULL, NULL);
	assert_int_equal(judge_again(at, 0), ANSWER_YES);
	raw_run(at->path, "UPDATE position SET value = value + 1"
			  " WHERE name = 'store-commits'");
	assert_int_equal(judge_again(at, 0), ANSWER_YES);
	raw_run(at->path, "UPDATE position SET value = value + 1"
			  " WHERE name = 'store-commits'");
	assert_int_equal(judge_again(at, 0), ANSWER_NO);
}

#define KNOWN_TEST(name) cmocka_unit_test_setup_teardown(name, make, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KNOWN_TEST(test_others_may_write),
		KNOWN_TEST(test_an_older_one),
		KNOWN_TEST(test_one_without_a_row_between),
		KNOWN_TEST(test_another_branch),
		KNOWN_TEST(test_in_a_transaction),
		KNOWN_TEST(test_in_the_commit),
		KNOWN_TEST(test_an_empty_one),
		KNOWN_TEST(test_a_commit_in_doubt),
	};

	return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
