/*
 * NAME
 *	test_publication - what is told of releases beside the mail
 *
 * DESCRIPTION
 *	What is noted and what is not, in what order it is tried, and what a stop leaves of it.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_publication.h"
#include "tests/schema/store_fixture.h"

#define ALL (1U << PUBLICATION_FEED | 1U << PUBLICATION_CAP | 1U << PUBLICATION_PROGRAM)

static void check_news(enum answer answer, int64_t draft, enum publication_event event)
{
	enum publication_event found;
	int64_t id;

	assert_int_equal(store_publication_find_news(at.store, &id, &found, &at.error),
			 answer);
	if (answer != ANSWER_YES)
		return;
	assert_int_equal(id, draft);
	assert_int_equal(found, event);
}

static void note(int64_t draft, int64_t root, enum publication_event event,
		 unsigned int channels)
{
	const struct publication_news news = { draft, root,     "1.00", "bosai@x.example",
					       event, channels, 100 };

	assert_true(store_publication_note(at.store, &news, &at.error));
}

static struct publication claim(enum publication_channel channel, int64_t now)
{
	struct publication found = { 0 };

	assert_int_equal(
	    store_publication_claim(at.store, channel, now, now + 60, &found, &at.error),
	    ANSWER_YES);
	return found;
}

static void claim_nothing(enum publication_channel channel, int64_t now)
{
	struct publication found;

	assert_int_equal(
	    store_publication_claim(at.store, channel, now, now + 60, &found, &at.error),
	    ANSWER_NO);
}

static void record(const struct publication *publication, enum publication_state state,
		   int64_t next_try)
{
	assert_true(store_publication_record(at.store, publication, state, next_try,
					     state == PUBLICATION_WAITS ? "why" : "",
					     &at.error));
}

/* A draft whose release has begun. */
static struct draft *release(unsigned char key)
{
	struct draft *draft = insert_draft(&at, key);

	enter_state(&at, draft, DRAFT_APPROVED, 50);
	enter_state(&at, draft, DRAFT_RELEASING, 50);
	return draft;
}

static void put_shard(int64_t draft, int64_t state)
{
	g_autofree char *sql = g_strdup_printf(
	    "INSERT OR REPLACE INTO shard (draft, number, state, recipients, changed_at,"
	    " next_try) VALUES (%lld, 1, %lld, 1, 1, 1)",
	    (long long)draft, (long long)state);

	commit(&at);
	raw_run(at.path, sql);
	begin(&at);
}

static void test_what_is_noted(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	check_news(ANSWER_NO, 0, 0);
	enter_state(&at, draft, DRAFT_APPROVED, 50);
	enter_state(&at, draft, DRAFT_RELEASING, 50);
	/* Nobody has it. */
	put_shard(draft->id, 1);
	check_news(ANSWER_NO, 0, 0);
	put_shard(draft->id, 2);
	check_news(ANSWER_YES, draft->id, PUBLICATION_RELEASE);
	note(draft->id, draft->id, PUBLICATION_RELEASE, ALL);
	check_news(ANSWER_NO, 0, 0);
	enter_state(&at, draft, DRAFT_STOPPED, 0);
	check_news(ANSWER_YES, draft->id, PUBLICATION_STOP);
	note(draft->id, draft->id, PUBLICATION_STOP, ALL);
	check_news(ANSWER_NO, 0, 0);
	commit(&at);
	draft_free(draft);
}

static void test_without_a_channel_nothing_ever_is(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = release(1);
	put_shard(draft->id, 2);
	note(draft->id, draft->id, PUBLICATION_RELEASE, 0);
	check_news(ANSWER_NO, 0, 0);
	enter_state(&at, draft, DRAFT_STOPPED, 0);
	check_news(ANSWER_NO, 0, 0);
	claim_nothing(PUBLICATION_PROGRAM, 200);
	commit(&at);
	draft_free(draft);
}

/* Those of one root in their order; a failure holds up no other. */
static void test_order(void **state)
{
	struct publication found;
	int64_t next;

	(void)state;
	begin(&at);
	note(1, 1, PUBLICATION_RELEASE, ALL);
	note(2, 2, PUBLICATION_RELEASE, ALL);
	note(3, 1, PUBLICATION_RELEASE, ALL);
	found = claim(PUBLICATION_PROGRAM, 100);
	assert_int_equal(found.draft, 1);
	assert_int_equal(found.tries, 1);
	assert_string_equal(found.entry, "1.00");
	/* It is somebody's until its lease is over. */
	assert_int_equal(claim(PUBLICATION_PROGRAM, 100).draft, 2);
	claim_nothing(PUBLICATION_PROGRAM, 159);
	record(&found, PUBLICATION_WAITS, 500);
	assert_int_equal(
	    store_publication_is_failing(at.store, PUBLICATION_PROGRAM, &at.error),
	    ANSWER_YES);
	assert_int_equal(claim(PUBLICATION_PROGRAM, 300).draft, 2);
	assert_int_equal(
	    store_publication_next(at.store, PUBLICATION_PROGRAM, &next, &at.error),
	    ANSWER_YES);
	assert_int_equal(next, 360);
	found = claim(PUBLICATION_PROGRAM, 500);
	assert_int_equal(found.draft, 1);
	assert_int_equal(found.tries, 2);
	record(&found, PUBLICATION_DONE, 500);
	(void)claim(PUBLICATION_PROGRAM, 500);
	assert_int_equal(claim(PUBLICATION_PROGRAM, 500).draft, 3);
	commit(&at);
}

static void test_a_stop_before_anything_was_told(void **state)
{
	(void)state;
	begin(&at);
	note(1, 1, PUBLICATION_RELEASE, ALL);
	note(1, 1, PUBLICATION_STOP, ALL);
	claim_nothing(PUBLICATION_PROGRAM, 200);
	claim_nothing(PUBLICATION_CAP, 200);
	assert_int_equal(
	    store_publication_claim_all(at.store, PUBLICATION_FEED, 200, 260, &at.error),
	    ANSWER_NO);
	commit(&at);
}

/* The one channel has begun, the other has not; what came of the try is not told any more. */
static void test_a_stop_in_between(void **state)
{
	struct publication found, stop;
	GArray *earlier;

	(void)state;
	begin(&at);
	note(1, 1, PUBLICATION_RELEASE, ALL);
	found = claim(PUBLICATION_CAP, 100);
	note(1, 1, PUBLICATION_STOP, ALL);
	record(&found, PUBLICATION_WAITS, 100);
	claim_nothing(PUBLICATION_PROGRAM, 200);
	stop = claim(PUBLICATION_CAP, 200);
	assert_int_equal(stop.event, PUBLICATION_STOP);
	earlier = store_publication_list_earlier(at.store, &stop, &at.error);
	assert_non_null(earlier);
	assert_int_equal(earlier->len, 1);
	g_array_unref(earlier);
	record(&stop, PUBLICATION_DONE, 200);
	claim_nothing(PUBLICATION_CAP, 1000);
	commit(&at);
}

static void test_latest(void **state)
{
	GArray *latest;
	int64_t first;

	(void)state;
	begin(&at);
	note(1, 1, PUBLICATION_RELEASE, ALL);
	note(2, 2, PUBLICATION_RELEASE, ALL);
	assert_int_equal(
	    store_publication_claim_all(at.store, PUBLICATION_FEED, 100, 160, &at.error),
	    ANSWER_YES);
	note(3, 1, PUBLICATION_RELEASE, ALL);
	latest =
	    store_publication_list_latest(at.store, PUBLICATION_FEED, "", 9, &at.error);
	assert_int_equal(latest->len, 2);
	assert_int_equal(g_array_index(latest, struct publication, 0).draft, 2);
	/* What has not been begun is in no feed. */
	assert_int_equal(g_array_index(latest, struct publication, 1).draft, 1);
	g_array_unref(latest);
	(void)store_publication_claim_all(at.store, PUBLICATION_FEED, 100, 160,
					  &at.error);
	latest = store_publication_list_latest(at.store, PUBLICATION_FEED,
					       "bosai@x.example", 1, &at.error);
	assert_int_equal(latest->len, 1);
	assert_int_equal(g_array_index(latest, struct publication, 0).draft, 3);
	assert_true(store_publication_first_at(
	    at.store, &g_array_index(latest, struct publication, 0), &first, &at.error));
	assert_int_equal(first, 100);
	g_array_unref(latest);
	latest = store_publication_list_latest(at.store, PUBLICATION_FEED, "x@x.example",
					       9, &at.error);
	assert_int_equal(latest->len, 0);
	g_array_unref(latest);
	commit(&at);
}

static void test_root(void **state)
{
	struct draft *drafts[3];
	int64_t root;

	(void)state;
	begin(&at);
	for (int i = 0; i < 3; i++) {
		drafts[i] = make_draft((unsigned char)(i + 1));
		drafts[i]->corrects = i > 0 ? drafts[i - 1]->id : 0;
		assert_true(store_draft_insert(at.store, drafts[i], "x", 1, &at.error));
	}
	for (int i = 0; i < 3; i++) {
		assert_true(store_publication_find_root(at.store, drafts[i]->id, &root,
							&at.error));
		assert_int_equal(root, drafts[0]->id);
	}
	for (int i = 0; i < 3; i++)
		draft_free(drafts[i]);
	commit(&at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_noted),
		TEST(test_without_a_channel_nothing_ever_is),
		TEST(test_order),
		TEST(test_a_stop_before_anything_was_told),
		TEST(test_a_stop_in_between),
		TEST(test_latest),
		TEST(test_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
