/*
 * NAME
 *	test_outbox - notices that wait to be mailed
 *
 * DESCRIPTION
 *	They come in the order in which they may be tried, at their time and not before,
 *and stay until the MTA has answered.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_clock.h"
#include "schema/store_outbox.h"
#include "tests/schema/store_fixture.h"

static void add(const char *kind, int64_t draft, int64_t party, int64_t created_at)
{
	const struct outbox_notice notice = {
		.kind = (char *)(uintptr_t)kind,
		.draft = draft,
		.party = party,
		.mail = "bosai-chief@town.example",
		.name = "防災 \"O'Brien\"",
		.language = "ja",
		.facts = "{\"reason\":\"it's\"}",
		.created_at = created_at,
	};

	if (!store_outbox_add(at.store, &notice, &at.error))
		fail_msg("%s", at.error.text);
}

/* The id of the notice that is due; 0 when none is. */
static int64_t due(int64_t now)
{
	struct outbox_notice *notice = NULL;
	int64_t id = 0;

	switch (store_outbox_find_due(at.store, now, &notice, &at.error)) {
	case ANSWER_UNKNOWN:
		fail_msg("%s", at.error.text);
		break;
	case ANSWER_YES:
		id = notice->id;
		break;
	case ANSWER_NO:
		assert_null(notice);
		break;
	}
	outbox_notice_free(notice);
	return id;
}

/* When the next is due; -1 when none waits. */
static int64_t next_due(void)
{
	int64_t when = -1;

	assert_int_not_equal(store_outbox_next_due(at.store, &when, &at.error),
			     ANSWER_UNKNOWN);
	return when;
}

static void record(int64_t id, enum outbox_state state, int64_t next_try)
{
	if (!store_outbox_record(at.store, id, state, next_try, "250 2.0.0 it's \"Ok\"",
				 &at.error))
		fail_msg("%s", at.error.text);
}

static int64_t bring_back(int64_t now)
{
	const struct store_clock_ahead ahead = {
		.now = now, .tries = 500, .looks = 86400, .under_way = 300
	};
	int64_t brought = -1;

	assert_true(store_clock_bring_tries_back(at.store, &ahead, &brought, &at.error));
	return brought;
}

/* A try that was planned by a clock that was ahead, and is recorded when all others have been brought
 * back, is brought back by the next look; what is rightly planned stays. */
static void test_planned_by_a_wrong_clock(void **state)
{
	(void)state;
	begin(&at);
	add("late", 1, 1, 100);
	add("waits", 1, 2, 100);
	add("sent", 1, 3, 100);
	record(3, OUTBOX_ACCEPTED, 9000000);
	record(2, OUTBOX_WAITING, 600);
	assert_int_equal(bring_back(100), 0);
	record(1, OUTBOX_WAITING, 9000000);
	assert_int_equal(due(599), 0);
	assert_int_equal(bring_back(150), 1);
	assert_int_equal(due(149), 0);
	assert_int_equal(due(150), 1);
	assert_int_equal(bring_back(150), 0);
	record(1, OUTBOX_ACCEPTED, 0);
	assert_int_equal(next_due(), 600);
	/* One that was written with the time of before. */
	add("made", 1, 4, 9000000);
	assert_int_equal(bring_back(160), 1);
	assert_int_equal(due(160), 4);
	commit(&at);
}

static void test_round_trip(void **state)
{
	struct outbox_notice *notice = NULL;

	(void)state;
	begin(&at);
	add("request", 7, 0, 100);
	assert_int_equal(store_outbox_find_due(at.store, 100, &notice, &at.error),
			 ANSWER_YES);
	assert_string_equal(notice->kind, "request");
	assert_int_equal(notice->draft, 7);
	assert_int_equal(notice->party, 0);
	assert_string_equal(notice->mail, "bosai-chief@town.example");
	assert_string_equal(notice->name, "防災 \"O'Brien\"");
	assert_string_equal(notice->language, "ja");
	assert_string_equal(notice->facts, "{\"reason\":\"it's\"}");
	assert_int_equal(notice->created_at, 100);
	assert_int_equal(notice->tries, 0);
	outbox_notice_free(notice);
	record(1, OUTBOX_ACCEPTED, 0);

	/* About no draft, to nobody of it. */
	add("refused", 0, -1, 100);
	assert_int_equal(store_outbox_find_due(at.store, 100, &notice, &at.error),
			 ANSWER_YES);
	assert_int_equal(notice->draft, 0);
	assert_int_equal(notice->party, -1);
	outbox_notice_free(notice);
	commit(&at);
	outbox_notice_free(NULL);
}

static void test_due_and_order(void **state)
{
	(void)state;
	begin(&at);
	assert_int_equal(due(INT64_MAX), 0);
	assert_int_equal(next_due(), -1);
	add("b", 1, 1, 200);
	add("a", 1, 1, 100);
	add("c", 1, 1, 100);
	assert_int_equal(next_due(), 100);
	assert_int_equal(due(99), 0);
	assert_int_equal(due(100), 2);
	assert_int_equal(due(1000), 2);
	record(2, OUTBOX_WAITING, 300);
	assert_int_equal(due(1000), 3);
	record(3, OUTBOX_ACCEPTED, 0);
	assert_int_equal(next_due(), 200);
	assert_int_equal(due(199), 0);
	assert_int_equal(due(200), 1);
	record(1, OUTBOX_REFUSED, 0);
	assert_int_equal(next_due(), 300);
	assert_int_equal(due(299), 0);
	assert_int_equal(due(300), 2);
	record(2, OUTBOX_ACCEPTED, 0);
	assert_int_equal(due(INT64_MAX), 0);
	assert_int_equal(next_due(), -1);
	commit(&at);
}

/* However many residents wait for an answer, and for how long. */
static void test_residents_are_last(void **state)
{
	struct outbox_notice *notice = NULL;

	(void)state;
	begin(&at);
	for (int64_t i = 0; i < 50; i++)
		add("resident-join", 0, -1, 1000 + i);
	add("request", 0, -1, 2000);
	assert_int_equal(due(1999), 1);
	assert_int_equal(store_outbox_find_due(at.store, 2000, &notice, &at.error),
			 ANSWER_YES);
	assert_string_equal(notice->kind, "request");
	record(notice->id, OUTBOX_ACCEPTED, 0);
	outbox_notice_free(notice);
	assert_int_equal(due(2000), 1);
	store_rollback(at.store);
}

static void test_tries_and_response(void **state)
{
	struct outbox_notice *notice = NULL;

	(void)state;
	begin(&at);
	add("a", 1, 1, 100);
	add("b", 1, 1, 100);
	for (int64_t i = 0; i < 3; i++)
		record(1, OUTBOX_WAITING, 100);
	assert_int_equal(store_outbox_find_due(at.store, 100, &notice, &at.error),
			 ANSWER_YES);
	assert_int_equal(notice->id, 1);
	assert_int_equal(notice->tries, 3);
	outbox_notice_free(notice);
	/* One that is not there. */
	record(99, OUTBOX_ACCEPTED, 0);
	commit(&at);
	assert_int_equal(raw_number(at.path,
				    "SELECT count(*) FROM outbox WHERE id = 1 AND"
				    " response = '250 2.0.0 it''s \"Ok\"'"),
			 1);
	assert_int_equal(raw_number(at.path,
				    "SELECT count(*) FROM outbox WHERE id = 2 AND"
				    " state = 1 AND tries = 0 AND response = ''"),
			 1);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM outbox"), 2);
}

static void test_numbers_are_pinned(void **state)
{
	(void)state;
	assert_int_equal(OUTBOX_WAITING, 1);
	assert_int_equal(OUTBOX_ACCEPTED, 2);
	assert_int_equal(OUTBOX_REFUSED, 3);
	begin(&at);
	add("a", 1, 1, 100);
	commit(&at);
	assert_int_equal(raw_number(at.path, "SELECT state FROM outbox"), 1);
}

static void test_was_mailed(void **state)
{
	static const struct {
		const char *kind, *mail;
		int64_t since;
		enum answer answer;
	} rows[] = {
		{ "suspended", "m@town.example", 100, ANSWER_YES },
		{ "suspended", "m@town.example", 101, ANSWER_NO },
		{ "suspended", "n@town.example", 0, ANSWER_NO },
		{ "other", "m@town.example", 0, ANSWER_NO },
		{ "of a draft", "m@town.example", 0, ANSWER_NO },
	};
	const struct outbox_notice notice = {
		.kind = "suspended",
		.party = -1,
		.mail = "m@town.example",
		.name = "n",
		.language = "ja",
		.facts = "{}",
		.created_at = 100,
	};
	struct outbox_notice of_draft = notice;

	(void)state;
	of_draft.kind = "of a draft";
	of_draft.draft = 7;
	begin(&at);
	assert_true(store_outbox_add(at.store, &notice, &at.error));
	assert_true(store_outbox_add(at.store, &of_draft, &at.error));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (store_outbox_was_mailed(at.store, rows[i].kind, rows[i].mail,
					    rows[i].since, &at.error) != rows[i].answer)
			fail_msg("row %zu", i);
	commit(&at);
}

/* The intent is committed with the change that it tells of, or not at all. */
static void test_rolled_back(void **state)
{
	(void)state;
	begin(&at);
	add("a", 1, 1, 100);
	store_rollback(at.store);
	begin(&at);
	assert_int_equal(due(INT64_MAX), 0);
	commit(&at);
}

static void test_missing_text_is_an_error(void **state)
{
	const struct outbox_notice notice = {
		.kind = "a", .mail = "m", .name = "n", .language = "ja"
	};

	(void)state;
	begin(&at);
	assert_false(store_outbox_add(at.store, &notice, &at.error));
	assert_non_null(strstr(at.error.text, "facts"));
	store_rollback(at.store);
}

static void test_could_not_ask(void **state)
{
	struct outbox_notice *notice = NULL;
	int64_t when;

	(void)state;
	raw_run(at.path, "DROP TABLE outbox");
	begin(&at);
	assert_int_equal(store_outbox_find_due(at.store, 1, &notice, &at.error),
			 ANSWER_UNKNOWN);
	assert_int_equal(store_outbox_next_due(at.store, &when, &at.error),
			 ANSWER_UNKNOWN);
	assert_int_equal(store_outbox_was_mailed(at.store, "a", "a", 1, &at.error),
			 ANSWER_UNKNOWN);
	assert_false(store_outbox_record(at.store, 1, OUTBOX_ACCEPTED, 0, "", NULL));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_planned_by_a_wrong_clock),
		TEST(test_round_trip),
		TEST(test_due_and_order),
		TEST(test_residents_are_last),
		TEST(test_tries_and_response),
		TEST(test_numbers_are_pinned),
		TEST(test_was_mailed),
		TEST(test_rolled_back),
		TEST(test_missing_text_is_an_error),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
