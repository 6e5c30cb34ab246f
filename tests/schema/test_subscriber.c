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
#include "tests/schema/subscribe.h"

static const struct subscriber_origin imported = { .source = SUBSCRIBER_IMPORTED,
						   .by = "sysadmin" };
static const struct subscriber_origin recognised = { .source = SUBSCRIBER_RECOGNISED,
						     .by = "sysadmin",
						     .reason = "asked by telephone" };

/* An administrator registers somebody; *was_r is what they were. */
static enum answer register_by(const struct subscriber_origin *origin, const char *text,
			       int64_t now, enum subscriber_state *was_r)
{
	struct address address;

	assert_true(address_read(text, &address, NULL));
	return store_subscriber_register(
	    at.store,
	    &(struct subscriber_registration){ "bosai", &address, *origin, now }, was_r,
	    &at.error);
}

static int64_t count(const char *list)
{
	int64_t number = -1;

	if (!store_audience_count(at.store, &(struct audience){ list, 0, "" }, &number,
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
		if (subscribe(rows[i].list, rows[i].address, 100) != rows[i].answer)
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
	assert_int_equal(subscribe("bosai", "Taro.Bosai@DOCOMO.NE.JP", 100), ANSWER_YES);
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
	static const int states[] = { SUBSCRIBER_SUSPENDED, SUBSCRIBER_LEFT,
				      SUBSCRIBER_PAUSED };

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		char sql[100];

		begin(&at);
		(void)subscribe("bosai", "a@docomo.ne.jp", 100);
		(void)subscribe("bosai", "b@docomo.ne.jp", 100);
		commit(&at);
		(void)snprintf(sql, sizeof(sql),
			       "UPDATE subscriber SET state = %d, joined_at = 100"
			       " WHERE address_key = 'a@docomo.ne.jp'",
			       states[i]);
		raw_run(at.path, sql);
		begin(&at);
		assert_int_equal(count("bosai"), 1);
		assert_int_equal(subscribe("bosai", "A@docomo.ne.jp", 200), ANSWER_YES);
		assert_int_equal(count("bosai"), 2);
		assert_int_equal(subscribe("bosai", "a@docomo.ne.jp", 300), ANSWER_NO);
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

/* Whoever left, pauses or is suspended stays so; and by what somebody is a subscriber only ever
 * gets better: an import, a reason, a consent. */
static void test_administrators_register(void **state)
{
	static const struct {
		int was, source; /* 0: nothing is kept of the address */
		const struct subscriber_origin *origin;
		enum answer answer;
		int state_after, source_after;
	} rows[] = {
		{ 0, 0, &imported, ANSWER_YES, 1, 3 },
		{ 0, 0, &recognised, ANSWER_YES, 1, 2 },
		{ 1, 3, &imported, ANSWER_NO, 1, 3 },
		{ 1, 3, &recognised, ANSWER_NO, 1, 2 },
		{ 1, 2, &imported, ANSWER_NO, 1, 2 },
		{ 1, 1, &recognised, ANSWER_NO, 1, 1 },
		{ 1, 1, &imported, ANSWER_NO, 1, 1 },
		{ 2, 3, &imported, ANSWER_NO, 2, 3 },
		{ 2, 3, &recognised, ANSWER_NO, 2, 2 },
		{ 3, 3, &imported, ANSWER_NO, 3, 3 },
		{ 3, 3, &recognised, ANSWER_NO, 3, 3 },
		{ 4, 1, &recognised, ANSWER_NO, 4, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum subscriber_state was = SUBSCRIBER_PAUSED;
		char sql[300];

		raw_run(at.path, "DELETE FROM subscriber");
		(void)snprintf(
		    sql, sizeof(sql),
		    "INSERT INTO subscriber (list, address_key, address, domain,"
		    " state, source, joined_at) SELECT 'bosai', 'a@b.example',"
		    " 'a@b.example', 'b.example', %d, %d, 1 WHERE %d <> 0",
		    rows[i].was, rows[i].source, rows[i].was);
		raw_run(at.path, sql);
		begin(&at);
		if (register_by(rows[i].origin, "A@B.example", 100, &was) !=
			rows[i].answer ||
		    (int)was != rows[i].was)
			fail_msg("row %zu", i);
		commit(&at);
		(void)snprintf(
		    sql, sizeof(sql),
		    "SELECT count(*) FROM subscriber WHERE state = %d AND source ="
		    " %d AND (source <> 2 OR %d = 2 OR (source_by = 'sysadmin' AND"
		    " source_reason = 'asked by telephone'))",
		    rows[i].state_after, rows[i].source_after, rows[i].source);
		if (raw_number(at.path, sql) != 1)
			fail_msg("row %zu: after", i);
	}
}

static void take_row(const struct subscriber *subscriber, void *context)
{
	int64_t *rows = context;

	assert_string_equal(subscriber->address, "A@b.example");
	assert_string_equal(subscriber->key, "a@b.example");
	assert_string_equal(subscriber->list, *rows == 0 ? "bosai" : "kosodate");
	assert_int_equal(subscriber->origin.source, SUBSCRIBER_CONSENT);
	assert_string_equal(subscriber->origin.terms, "1");
	assert_string_equal(subscriber->origin.consent_id, "<a@b.example>");
	assert_string_equal(subscriber->origin.by, "");
	assert_string_equal(subscriber->state_reason, "");
	assert_int_equal(subscriber->joined_at, 100);
	if (*rows == 0) {
		assert_int_equal(subscriber->state, SUBSCRIBER_PAUSED);
		assert_int_equal(subscriber->paused_until, 900);
		assert_int_equal(subscriber->changed_at, 200);
	}
	(*rows)++;
}

/* An entry is told once; what is kept of one address is found by it. */
static void test_enter_and_visit(void **state)
{
	struct address address;
	struct subscriber_entry entry = { .list = "bosai",
					  .address = &address,
					  .state = SUBSCRIBER_PAUSED,
					  .paused_until = 900,
					  .now = 200 };
	int64_t rows = 0;

	(void)state;
	assert_true(address_read("a@B.EXAMPLE", &address, NULL));
	begin(&at);
	assert_int_equal(store_subscriber_enter(at.store, &entry, &at.error), ANSWER_NO);
	(void)subscribe("kosodate", "A@b.example", 100);
	(void)subscribe("bosai", "A@b.example", 100);
	(void)subscribe("bosai", "other@b.example", 100);
	assert_int_equal(store_subscriber_enter(at.store, &entry, &at.error), ANSWER_YES);
	assert_int_equal(store_subscriber_enter(at.store, &entry, &at.error), ANSWER_NO);
	assert_true(store_subscriber_visit_address(at.store, &address, take_row, &rows,
						   &at.error));
	assert_int_equal(rows, 2);
	entry.paused_until = 950;
	assert_int_equal(store_subscriber_enter(at.store, &entry, &at.error), ANSWER_YES);
	assert_int_equal(count("bosai"), 1);
	commit(&at);
}

static void test_numbers_are_pinned(void **state)
{
	(void)state;
	assert_int_equal(SUBSCRIBER_ACTIVE, 1);
	assert_int_equal(SUBSCRIBER_SUSPENDED, 2);
	assert_int_equal(SUBSCRIBER_LEFT, 3);
	assert_int_equal(SUBSCRIBER_PAUSED, 4);
	assert_int_equal(SUBSCRIBER_CONSENT, 1);
	assert_int_equal(SUBSCRIBER_RECOGNISED, 2);
	assert_int_equal(SUBSCRIBER_IMPORTED, 3);
}

static void test_could_not_ask(void **state)
{
	int64_t number;

	(void)state;
	raw_run(at.path, "DROP TABLE subscriber");
	begin(&at);
	assert_int_equal(subscribe("bosai", "a@docomo.ne.jp", 1), ANSWER_UNKNOWN);
	assert_false(store_audience_count(at.store, &(struct audience){ "bosai", 0, "" },
					  &number, NULL));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_add),
		TEST(test_columns),
		TEST(test_rejoin),
		TEST(test_numbers_are_pinned),
		TEST(test_could_not_ask),
		TEST(test_administrators_register),
		TEST(test_enter_and_visit),
	};

	return cmocka_run_group_tests_name("subscriber", tests, NULL, NULL);
}
