/*
 * NAME
 *	test_keep - the end of what is kept
 *
 * DESCRIPTION
 *	One draft of each kind of end, and those that are still needed: what goes, and what stays.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "schema/store_forget.h"
#include "schema/store_keep.h"
#include "tests/schema/store_fixture.h"

/* Drafts with an original, a shard of two recipients, a notice that was sent and an urgency. */
static void add_draft(int number, enum draft_state state, int64_t released_at,
		      int64_t corrects)
{
	struct draft *draft;
	char sql[900];

	begin(&at);
	draft = insert_draft(&at, (unsigned char)number);
	commit(&at);
	(void)snprintf(
	    sql, sizeof(sql),
	    "UPDATE draft SET state = %d, released_at = nullif(%lld, 0), expires_at = 5000,"
	    " corrects = %lld, recipients = 2, decided_at = 1100 WHERE id = %lld;"
	    "INSERT INTO shard (draft, number, state, recipients, changed_at, next_try)"
	    " VALUES (%lld, 1, 4, 2, 1, 1);"
	    "INSERT INTO shard_recipient VALUES (%lld, 1, 1, 'a@phone.example'),"
	    " (%lld, 1, 2, 'b@phone.example');"
	    "INSERT INTO outbox (state, kind, draft, mail, name, language, facts,"
	    " created_at, next_try) VALUES (2, 'request', %lld, 'x@town.example', '',"
	    " 'ja', '{}', 1000, 1);"
	    "INSERT INTO urgency VALUES (%lld, 'x', 'x', 'x', 1);"
	    "INSERT INTO party VALUES (%lld, 0, 'staff', 'x', 'x', 'x', 'x', 'ja')",
	    state, (long long)released_at, (long long)corrects, (long long)draft->id,
	    (long long)draft->id, (long long)draft->id, (long long)draft->id,
	    (long long)draft->id, (long long)draft->id, (long long)draft->id);
	raw_run(at.path, sql);
	draft_free(draft);
}

/* How many pages had something. */
static int prune(enum retention_kind kind, int64_t before)
{
	enum answer answer;
	int pages = 0;

	do {
		begin(&at);
		answer = store_keep_prune(at.store, kind, before, &at.error);
		if (answer == ANSWER_UNKNOWN)
			fail_msg("%s", at.error.text);
		commit(&at);
		pages += answer == ANSWER_YES;
	} while (answer == ANSWER_YES);
	return pages;
}

static int64_t number(const char *sql)
{
	return raw_number(at.path, sql);
}

/* Drafts 1 to 9, of which 1, 4, 5 and 8 are over at 6000. */
static void add_all(void)
{
	add_draft(1, DRAFT_RELEASED, 2000, 0);
	add_draft(2, DRAFT_RELEASED, 7000, 0);
	add_draft(3, DRAFT_RELEASING, 0, 0);
	add_draft(4, DRAFT_STOPPED, 0, 0);
	add_draft(5, DRAFT_EXPIRED, 0, 0);
	/* A correction of a correction is under way: all that it goes back to is needed. */
	add_draft(6, DRAFT_RELEASED, 2000, 0);
	add_draft(7, DRAFT_RELEASED, 2000, 6);
	add_draft(8, DRAFT_WITHDRAWN, 0, 6);
	add_draft(9, DRAFT_HELD, 0, 7);
}

static void test_what_is_over(void **state)
{
	struct keep_tally tally;

	(void)state;
	add_all();
	assert_int_equal(prune(RETENTION_RECIPIENTS, 6000), 4);
	assert_int_equal(number("SELECT count(*) FROM shard_recipient"), 10);
	assert_int_equal(number("SELECT count(*) FROM shard_recipient"
				" WHERE draft IN (1, 4, 5, 8)"),
			 0);
	/* The counts stay. */
	assert_int_equal(number("SELECT sum(recipients) FROM shard"), 18);
	assert_int_equal(prune(RETENTION_ORIGINALS, 6000), 1);
	assert_int_equal(number("SELECT count(*) FROM original"), 5);
	assert_int_equal(prune(RETENTION_TEXTS, 6000), 1);
	assert_int_equal(number("SELECT count(*) FROM draft WHERE text = ''"), 4);
	assert_int_equal(prune(RETENTION_NOTICES, 1001), 1);
	/* Of what waits for a decision, or goes out. */
	assert_int_equal(number("SELECT count(*) FROM outbox"), 2);

	begin(&at);
	assert_true(store_keep_take_tally(at.store, &tally, &at.error));
	assert_int_equal(tally.gone[RETENTION_RECIPIENTS], 8);
	assert_int_equal(tally.gone[RETENTION_ORIGINALS], 4);
	assert_int_equal(tally.gone[RETENTION_TEXTS], 4);
	assert_int_equal(tally.gone[RETENTION_NOTICES], 7);
	assert_true(store_keep_take_tally(at.store, &tally, &at.error));
	assert_int_equal(tally.gone[RETENTION_RECIPIENTS], 0);
	commit(&at);
}

static void test_nothing_before_its_time(void **state)
{
	(void)state;
	add_all();
	for (int kind = 0; kind < RETENTION_KINDS; kind++)
		assert_int_equal(prune((enum retention_kind)kind, 1000), 0);
	/* What has no time of its own ends at its latest one. */
	assert_int_equal(prune(RETENTION_ORIGINALS, 2001), 1);
	assert_int_equal(number("SELECT min(draft) FROM original"), 2);
	assert_int_equal(number("SELECT count(*) FROM original"), 8);
}

/* A notice that waits wants its draft. */
static void test_notices_wait(void **state)
{
	(void)state;
	add_draft(1, DRAFT_RELEASED, 2000, 0);
	raw_run(at.path, "UPDATE outbox SET state = 1");
	for (int kind = 0; kind < RETENTION_KINDS; kind++)
		assert_int_equal(prune((enum retention_kind)kind, 6000), 0);
	raw_run(at.path, "UPDATE outbox SET state = 3");
	assert_int_equal(prune(RETENTION_NOTICES, 6000), 1);
}

static void test_drafts(void **state)
{
	(void)state;
	add_all();
	/* Not before what is large in them. */
	assert_int_equal(prune(RETENTION_DRAFTS, 6000), 0);
	(void)prune(RETENTION_RECIPIENTS, 6000);
	(void)prune(RETENTION_ORIGINALS, 6000);
	assert_int_equal(prune(RETENTION_DRAFTS, 6000), 4);
	assert_int_equal(number("SELECT count(*) FROM draft"), 5);
	assert_int_equal(number("SELECT (SELECT count(*) FROM shard) +"
				" (SELECT count(*) FROM party) +"
				" (SELECT count(*) FROM outbox) +"
				" (SELECT count(*) FROM urgency)"),
			 20);
}

/* Who left is no subscriber again by an import to that list, and may be one of another. */
static void test_left(void **state)
{
	struct address left, stays;

	(void)state;
	raw_run(
	    at.path,
	    "INSERT INTO subscriber (list, address_key, address, domain, state,"
	    " joined_at, changed_at) VALUES"
	    " ('bosai', 'left@phone.example', 'Left@phone.example', 'phone.example', 3,"
	    " 1, 1000), ('bosai', 'late@phone.example', 'late@phone.example',"
	    " 'phone.example', 3, 1, 2000), ('bosai', 'stays@phone.example',"
	    " 'stays@phone.example', 'phone.example', 1, 1, 1000)");
	assert_int_equal(prune(RETENTION_LEFT, 1500), 1);
	assert_int_equal(number("SELECT count(*) FROM subscriber"), 2);
	assert_int_equal(number("SELECT count(*) FROM subscriber"
				" WHERE address LIKE 'left%'"),
			 0);
	assert_true(address_read("left@PHONE.example", &left, NULL));
	assert_true(address_read("stays@phone.example", &stays, NULL));
	begin(&at);
	assert_int_equal(store_forget_knows(at.store, "bosai", &left, &at.error),
			 ANSWER_YES);
	assert_int_equal(store_forget_knows(at.store, "kosodate", &left, &at.error),
			 ANSWER_NO);
	assert_int_equal(store_forget_knows(at.store, "", &left, &at.error), ANSWER_NO);
	assert_int_equal(store_forget_knows(at.store, "bosai", &stays, &at.error),
			 ANSWER_NO);
	store_rollback(at.store);
}

/* More recipients than a page has; the file shrinks, and what stood in it is overwritten. */
static void test_file(void **state)
{
	const char *const mark = "nobody-else-has-this";
	g_autofree char *octets = NULL;
	struct stat before, after;
	gsize length = 0;

	(void)state;
	ONLY_FILES();
	add_draft(1, DRAFT_RELEASED, 2000, 0);
	raw_run(at.path,
		"WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE"
		" i < 12345) INSERT INTO shard_recipient SELECT 1, 1, i,"
		" 'nobody-else-has-this' || i || '@phone.example' FROM n");
	assert_int_equal(stat(at.path, &before), 0);
	assert_int_equal(prune(RETENTION_RECIPIENTS, 6000), 13);
	while (store_shrink(at.store, 50, &at.error) == ANSWER_YES)
		;
	assert_int_equal(number("PRAGMA freelist_count"), 0);
	assert_int_equal(stat(at.path, &after), 0);
	assert_true(after.st_size < before.st_size - 400000);
	assert_true(g_file_get_contents(at.path, &octets, &length, NULL));
	assert_null(memmem(octets, length, mark, strlen(mark)));
}

/* Not before it was judged. */
static void test_bounces(void **state)
{
	(void)state;
	raw_run(
	    at.path,
	    "INSERT INTO bounce VALUES (1, 'a@phone.example', 'bosai', 'phone.example',"
	    " 1000, 1, '5.1.1', '', 1, 1), (1, 'b@phone.example', 'bosai',"
	    " 'phone.example', 1000, 1, '5.1.1', '', 1, 0), (1, 'c@phone.example',"
	    " 'bosai', 'phone.example', 2000, 1, '5.1.1', '', 1, 1)");
	assert_int_equal(prune(RETENTION_BOUNCES, 1500), 1);
	assert_int_equal(number("SELECT count(*) FROM bounce"), 2);
	assert_int_equal(
	    number("SELECT count(*) FROM bounce WHERE address_key LIKE 'a@%'"), 0);
}

static void test_could_not_ask(void **state)
{
	(void)state;
	raw_run(at.path, "DROP TABLE urgency; DROP TABLE shard_recipient");
	begin(&at);
	assert_int_equal(
	    store_keep_prune(at.store, RETENTION_RECIPIENTS, 6000, &at.error),
	    ANSWER_UNKNOWN);
	assert_int_equal(store_keep_prune(at.store, RETENTION_DRAFTS, 6000, &at.error),
			 ANSWER_UNKNOWN);
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_over), TEST(test_nothing_before_its_time),
		TEST(test_notices_wait), TEST(test_drafts),
		TEST(test_left),         TEST(test_file),
		TEST(test_bounces),      TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
