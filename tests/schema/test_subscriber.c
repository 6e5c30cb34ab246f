/*
 * NAME
 *	test_subscriber - who receives a list's broadcasts
 *
 * DESCRIPTION
 *	One mailbox is one subscriber of a list, however it is written.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_audience.h"
#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"

static enum answer add(const char *list, const char *text, int64_t now)
{
	struct address address;

	assert_true(address_read(text, &address, NULL));
	return store_subscriber_add(at.store, list, &address, now, &at.error);
}

static int64_t count(const char *list)
{
	int64_t number = -1;

	if (!store_audience_count(at.store, &(struct audience){ list, 0 }, &number,
				  &at.error))
		fail_msg("%s", at.error.text);
	return number;
}

static void test_add(void **state)
{
	static const struct {
		const char *list, *address;
		enum answer answer;
		int64_t bosai, kosodate;
	} rows[] = {
		{ "bosai", "a@docomo.ne.jp", ANSWER_YES, 1, 0 },
		{ "bosai", "a@docomo.ne.jp", ANSWER_NO, 1, 0 },
		{ "bosai", "A@docomo.ne.jp", ANSWER_NO, 1, 0 },
		{ "bosai", "a@DOCOMO.ne.jp", ANSWER_NO, 1, 0 },
		{ "bosai", "<A@Docomo.NE.JP>", ANSWER_NO, 1, 0 },
		/* Another list is another consent. */
		{ "kosodate", "A@docomo.ne.jp", ANSWER_YES, 1, 1 },
		{ "kosodate", "a@docomo.ne.jp", ANSWER_NO, 1, 1 },
		/* Dots count, as carriers issued them. */
		{ "bosai", "a.@docomo.ne.jp", ANSWER_YES, 2, 1 },
		{ "bosai", "a..@docomo.ne.jp", ANSWER_YES, 3, 1 },
		{ "bosai", "a@ne.jp", ANSWER_YES, 4, 1 },
		{ "bosai", "o'brien'--@town.example", ANSWER_YES, 5, 1 },
	};

	(void)state;
	begin(&at);
	assert_int_equal(count("bosai"), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (add(rows[i].list, rows[i].address, 100) != rows[i].answer)
			fail_msg("row %zu: %s", i, rows[i].address);
		assert_int_equal(count("bosai"), rows[i].bosai);
		assert_int_equal(count("kosodate"), rows[i].kosodate);
	}
	assert_int_equal(count("Bosai"), 0);
	assert_int_equal(count(""), 0);
	commit(&at);
}

/* The mail goes to the address as it was written; the key and the domain are folded. */
static void test_columns(void **state)
{
	(void)state;
	begin(&at);
	assert_int_equal(add("bosai", "Taro.Bosai@DOCOMO.NE.JP", 100), ANSWER_YES);
	commit(&at);
	assert_int_equal(
	    raw_number(at.path,
		       "SELECT count(*) FROM subscriber WHERE list = 'bosai' AND"
		       " address_key = 'taro.bosai@docomo.ne.jp' AND"
		       " address = 'Taro.Bosai@docomo.ne.jp' AND"
		       " domain = 'docomo.ne.jp' AND state = 1 AND joined_at = 100"),
	    1);
}

static void test_rejoin(void **state)
{
	static const int states[] = { SUBSCRIBER_SUSPENDED, SUBSCRIBER_LEFT };

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		char sql[100];

		begin(&at);
		(void)add("bosai", "a@docomo.ne.jp", 100);
		(void)add("bosai", "b@docomo.ne.jp", 100);
		commit(&at);
		(void)snprintf(sql, sizeof(sql),
			       "UPDATE subscriber SET state = %d, joined_at = 100"
			       " WHERE address_key = 'a@docomo.ne.jp'",
			       states[i]);
		raw_run(at.path, sql);
		begin(&at);
		assert_int_equal(count("bosai"), 1);
		assert_int_equal(add("bosai", "A@docomo.ne.jp", 200), ANSWER_YES);
		assert_int_equal(count("bosai"), 2);
		assert_int_equal(add("bosai", "a@docomo.ne.jp", 300), ANSWER_NO);
		commit(&at);
		/* Consent was given anew then; the other's is untouched. */
		assert_int_equal(raw_number(at.path,
					    "SELECT joined_at FROM subscriber"
					    " WHERE address_key = 'a@docomo.ne.jp'"),
				 200);
		assert_int_equal(raw_number(at.path,
					    "SELECT joined_at FROM subscriber"
					    " WHERE address_key = 'b@docomo.ne.jp'"),
				 100);
	}
}

static void test_numbers_are_pinned(void **state)
{
	(void)state;
	assert_int_equal(SUBSCRIBER_ACTIVE, 1);
	assert_int_equal(SUBSCRIBER_SUSPENDED, 2);
	assert_int_equal(SUBSCRIBER_LEFT, 3);
}

static void test_could_not_ask(void **state)
{
	int64_t number;

	(void)state;
	raw_run(at.path, "DROP TABLE subscriber");
	begin(&at);
	assert_int_equal(add("bosai", "a@docomo.ne.jp", 1), ANSWER_UNKNOWN);
	assert_false(store_audience_count(at.store, &(struct audience){ "bosai", 0 },
					  &number, NULL));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_add),           TEST(test_columns),
		TEST(test_rejoin),        TEST(test_numbers_are_pinned),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("subscriber", tests, NULL, NULL);
}
