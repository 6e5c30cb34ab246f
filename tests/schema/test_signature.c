/*
 * NAME
 *	test_signature - what people have said is their signature
 *
 * DESCRIPTION
 *	Whose it is, by login and by what stays when a login changes; that nothing is learned
 *	twice, and what was rolled back not at all; and how many people have the same line.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_signature.h"
#include "tests/schema/store_fixture.h"

static enum answer learn(const char *uid, const char *person_id, const char *hash)
{
	const struct signature signature = {
		.uid = (char *)uid,
		.person_id = (char *)person_id,
		.hash = (char *)hash,
		.first_line = (char *)"防災課　電話 00-0000-0000",
		.lines = 3,
		.learned_at = 1000,
		.draft = 7,
		.queue_id = (char *)"4abc",
	};

	return store_signature_learn(at.store, &signature, &at.error);
}

/* The hashes of a person, with a comma between them. */
static void expect_hashes(const char *uid, const char *person_id, const char *wanted)
{
	const struct signature_owner owner = { uid, person_id };
	g_autofree char *joined = NULL;
	char **hashes = NULL;

	if (!store_signature_list_hashes(at.store, &owner, &hashes, &at.error))
		fail_msg("%s", at.error.text);
	joined = g_strjoinv(",", hashes);
	g_strfreev(hashes);
	assert_string_equal(joined, wanted);
}

static void test_learned(void **state)
{
	GPtrArray *all = NULL;
	const struct signature *one;

	(void)state;
	begin(&at);
	expect_hashes("chief", "id-1", "");
	assert_int_equal(learn("chief", "id-1", "aa"), ANSWER_YES);
	assert_int_equal(learn("chief", "id-1", "aa"), ANSWER_NO);
	assert_int_equal(learn("chief", "id-1", "bb"), ANSWER_YES);
	assert_int_equal(learn("deputy", "id-2", "aa"), ANSWER_YES);
	commit(&at);
	begin(&at);
	expect_hashes("chief", "id-1", "aa,bb");
	expect_hashes("deputy", "id-2", "aa");
	expect_hashes("staff", "id-3", "");
	assert_true(store_signature_list(at.store, NULL, &all, &at.error));
	assert_int_equal(all->len, 3);
	one = g_ptr_array_index(all, 0);
	assert_string_equal(one->uid, "chief");
	assert_string_equal(one->person_id, "id-1");
	assert_string_equal(one->hash, "aa");
	assert_string_equal(one->first_line, "防災課　電話 00-0000-0000");
	assert_int_equal(one->lines, 3);
	assert_int_equal(one->learned_at, 1000);
	assert_int_equal(one->draft, 7);
	assert_string_equal(one->queue_id, "4abc");
	g_ptr_array_unref(all);
	assert_true(store_signature_list(at.store, "deputy", &all, &at.error));
	assert_int_equal(all->len, 1);
	g_ptr_array_unref(all);
	store_rollback(at.store);
}

/* Whose a signature is that was learned of one person, asked for another. */
static void test_whose(void **state)
{
	static const struct {
		const char *learned_uid, *learned_id, *uid, *id;
		bool is_theirs;
	} rows[] = {
		{ "chief", "id-1", "chief", "id-1", true },
		/* renamed, or married */
		{ "chief", "id-1", "head", "id-1", true },
		/* the login was given to somebody else */
		{ "chief", "id-1", "chief", "id-2", false },
		/* the directory says no more, or not yet, what stays */
		{ "chief", "id-1", "chief", "", true },
		{ "chief", "", "chief", "id-1", true },
		{ "chief", "", "chief", "", true },
		{ "chief", "", "head", "", false },
		{ "chief", "id-1", "head", "", false },
		{ "chief", "", "head", "id-1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(&at);
		assert_int_equal(learn(rows[i].learned_uid, rows[i].learned_id, "aa"),
				 ANSWER_YES);
		expect_hashes(rows[i].uid, rows[i].id, rows[i].is_theirs ? "aa" : "");
		/* What is theirs is not learned again. */
		assert_int_equal(learn(rows[i].uid, rows[i].id, "aa"),
				 rows[i].is_theirs ? ANSWER_NO : ANSWER_YES);
		store_rollback(at.store);
	}
}

static void test_first_line_is_cut(void **state)
{
	g_autofree char *line = g_strnfill(3 * (SIGNATURE_FIRST_LINE_MOST + 1), ' ');
	g_autofree char *cut = NULL;
	struct signature signature = { (char *)"a", (char *)"", (char *)"aa", line, 1,
				       1,           1,          (char *)"" };
	GPtrArray *all = NULL;

	(void)state;
	for (size_t i = 0; i <= SIGNATURE_FIRST_LINE_MOST; i++)
		memcpy(line + 3 * i, "課", 3);
	begin(&at);
	assert_int_equal(store_signature_learn(at.store, &signature, &at.error),
			 ANSWER_YES);
	assert_true(store_signature_list(at.store, "a", &all, &at.error));
	memcpy(line + (size_t)3 * SIGNATURE_FIRST_LINE_MOST, "...", 3);
	cut = g_strdup(((struct signature *)g_ptr_array_index(all, 0))->first_line);
	assert_string_equal(cut, line);
	g_ptr_array_unref(all);
	store_rollback(at.store);
}

static void test_forgotten(void **state)
{
	GPtrArray *all = NULL;

	(void)state;
	begin(&at);
	assert_int_equal(learn("chief", "id-1", "aa"), ANSWER_YES);
	assert_int_equal(learn("chief", "id-1", "bb"), ANSWER_YES);
	assert_int_equal(learn("deputy", "", "aa"), ANSWER_YES);
	assert_true(store_signature_list(at.store, "chief", &all, &at.error));
	assert_true(
	    store_signature_forget(at.store, g_ptr_array_index(all, 0), &at.error));
	g_ptr_array_unref(all);
	expect_hashes("chief", "id-1", "bb");
	expect_hashes("deputy", "", "aa");
	assert_int_equal(learn("chief", "id-1", "aa"), ANSWER_YES);
	store_rollback(at.store);
}

/* Nothing is known of a decision that did not happen. */
static void test_rolled_back(void **state)
{
	(void)state;
	begin(&at);
	assert_int_equal(learn("chief", "id-1", "aa"), ANSWER_YES);
	store_rollback(at.store);
	begin(&at);
	expect_hashes("chief", "id-1", "");
	store_rollback(at.store);
}

static void note(const char *hash, const char *uid, int64_t now)
{
	if (!store_signature_note_line(at.store, hash, uid, now, &at.error))
		fail_msg("%s", at.error.text);
}

static int64_t count(const char *hash)
{
	int64_t people = -1;

	if (!store_signature_count_people(at.store, hash, &people, &at.error))
		fail_msg("%s", at.error.text);
	return people;
}

static void test_lines_of_several(void **state)
{
	(void)state;
	begin(&at);
	assert_int_equal(count("aa"), 0);
	note("aa", "chief", 100);
	note("aa", "chief", 200);
	assert_int_equal(count("aa"), 1);
	note("aa", "deputy", 150);
	note("bb", "deputy", 150);
	assert_int_equal(count("aa"), 2);
	assert_int_equal(count("bb"), 1);
	/* Seen again is seen last. */
	assert_true(store_signature_forget_lines(at.store, 200, &at.error));
	assert_int_equal(count("aa"), 1);
	assert_int_equal(count("bb"), 0);
	assert_true(store_signature_forget_lines(at.store, 201, &at.error));
	assert_int_equal(count("aa"), 0);
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_learned),           TEST(test_whose),
		TEST(test_first_line_is_cut), TEST(test_forgotten),
		TEST(test_rolled_back),       TEST(test_lines_of_several),
	};

	return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
