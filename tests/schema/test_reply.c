/*
 * NAME
 *	test_reply - replies that were dealt with
 *
 * DESCRIPTION
 *	A reply is new once; what is counted is one person's, about one draft, in a time.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_reply.h"
#include "tests/schema/store_fixture.h"

#define NOW 4000000000

static struct reply_mark make_mark(unsigned char key, int64_t at_time)
{
	struct reply_mark mark = {
		.draft = 1,
		.uid = "bosai-chief",
		.at = at_time,
		.counts = true,
	};

	memset(mark.key, key, sizeof(mark.key));
	return mark;
}

static enum answer keep(const struct reply_mark *mark)
{
	enum answer answer = store_reply_mark(at.store, mark, &at.error);

	if (answer == ANSWER_UNKNOWN)
		fail_msg("%s", at.error.text);
	return answer;
}

static int64_t count(const struct reply_mark *mark, int64_t after)
{
	int64_t seen = -1;

	assert_true(store_reply_count(at.store, mark, after, &seen, &at.error));
	return seen;
}

static void test_new_once(void **state)
{
	struct reply_mark mark = make_mark(1, NOW);

	(void)state;
	begin(&at);
	assert_int_equal(keep(&mark), ANSWER_YES);
	assert_int_equal(keep(&mark), ANSWER_NO);
	mark.key[REPLY_KEY_OCTETS - 1] = 0;
	assert_int_equal(keep(&mark), ANSWER_YES);
	commit(&at);
	begin(&at);
	assert_int_equal(keep(&mark), ANSWER_NO);
	commit(&at);
}

static void test_what_counts(void **state)
{
	struct reply_mark mark = make_mark(1, NOW);

	(void)state;
	begin(&at);
	assert_int_equal(count(&mark, 0), 0);
	assert_int_equal(keep(&mark), ANSWER_YES);
	mark = make_mark(2, NOW + 10);
	assert_int_equal(keep(&mark), ANSWER_YES);
	/* another draft, another person, one that changed something */
	mark = make_mark(3, NOW);
	mark.draft = 2;
	assert_int_equal(keep(&mark), ANSWER_YES);
	mark = make_mark(4, NOW);
	mark.uid = "bosai-deputy";
	assert_int_equal(keep(&mark), ANSWER_YES);
	mark = make_mark(5, NOW);
	mark.counts = false;
	assert_int_equal(keep(&mark), ANSWER_YES);
	assert_int_equal(count(&mark, NOW - 1), 2);
	assert_int_equal(count(&mark, NOW), 1);
	assert_int_equal(count(&mark, NOW + 10), 0);
	commit(&at);
}

static void test_forgotten(void **state)
{
	const struct reply_mark mark = make_mark(1, NOW);
	struct reply_mark later = make_mark(2, NOW + REPLY_KNOWN_SECONDS);

	(void)state;
	begin(&at);
	assert_int_equal(keep(&mark), ANSWER_YES);
	assert_int_equal(keep(&later), ANSWER_YES);
	assert_int_equal(keep(&mark), ANSWER_NO);
	later = make_mark(3, NOW + REPLY_KNOWN_SECONDS + 1);
	assert_int_equal(keep(&later), ANSWER_YES);
	assert_int_equal(keep(&mark), ANSWER_YES);
	commit(&at);
}

static void test_store_trouble(void **state)
{
	const struct reply_mark mark = make_mark(1, NOW);
	int64_t seen;

	(void)state;
	raw_run(at.path, "DROP TABLE reply");
	begin(&at);
	assert_int_equal(store_reply_mark(at.store, &mark, &at.error), ANSWER_UNKNOWN);
	assert_false(store_reply_count(at.store, &mark, 0, &seen, &at.error));
	store_rollback(at.store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_new_once),
		TEST(test_what_counts),
		TEST(test_forgotten),
		TEST(test_store_trouble),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
