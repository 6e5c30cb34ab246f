/*
 * NAME
 *	test_audience - whom a draft goes to
 *
 * DESCRIPTION
 *	A draft goes to its list. What corrects a broadcast that was stopped midway goes to those
 *	who were sent it, or may have been, and have not left since (Art. 13-3).
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/store_audience.h"
#include "schema/store_release.h"
#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"
#include "tests/schema/subscribe.h"

#define SUBSCRIBERS 6

static struct address read_address(int number)
{
	char text[64];
	struct address address;

	(void)snprintf(text, sizeof(text), "S%d@d.example", number);
	assert_true(address_read(text, &address, NULL));
	return address;
}

static void add_subscribers(void)
{
	for (int i = 0; i < SUBSCRIBERS; i++) {
		const struct address address = read_address(i);

		assert_int_equal(subscribe("bosai", address.spec, 1), ANSWER_YES);
	}
}

/* One of so many texts. */
static int64_t cut_text(const struct draft *draft, const struct audience *audience,
			int64_t texts)
{
	const struct shard_cut wanted = { .draft = draft->id,
					  .audience = *audience,
					  .shard_size = 2,
					  .now = 100,
					  .texts = texts,
					  .text = *audience->language != '\0' };
	int64_t recipients = -1;

	if (!store_release_cut(at.store, &wanted, &recipients, &at.error))
		fail_msg("%s", at.error.text);
	return recipients;
}

static int64_t cut(const struct draft *draft, const struct audience *audience)
{
	return cut_text(draft, audience, 1);
}

static void record(const struct draft *draft, int64_t number, enum shard_state state)
{
	const struct shard shard = { .draft = draft->id, .number = number };

	assert_true(store_release_record(
	    at.store, &shard, &(struct shard_step){ state, 101, 200, "" }, &at.error));
}

/* Three shards: one is with the MTA, one may be, and one is not. */
static struct draft *make_release(unsigned char key_octet, enum draft_state end)
{
	struct draft *draft = insert_draft(&at, key_octet);

	enter_state(&at, draft, DRAFT_APPROVED, 50);
	enter_state(&at, draft, DRAFT_RELEASING, 0);
	assert_int_equal(cut(draft, &(struct audience){ "bosai", 0, "" }), SUBSCRIBERS);
	record(draft, 1, SHARD_ACCEPTED);
	record(draft, 2, SHARD_OFFERED);
	enter_state(&at, draft, end, 0);
	return draft;
}

/* A draft that corrects another one. */
static struct draft *make_correction(unsigned char key_octet, const struct draft *of)
{
	struct draft *draft = insert_draft(&at, key_octet);
	struct draft *kept = NULL;
	char sql[128];

	(void)snprintf(sql, sizeof(sql),
		       "UPDATE draft SET corrects = %lld WHERE id = %lld",
		       (long long)of->id, (long long)draft->id);
	commit(&at);
	raw_run(at.path, sql);
	begin(&at);
	assert_int_equal(store_draft_find(at.store, draft->id, &kept, &at.error),
			 ANSWER_YES);
	draft_free(draft);
	return kept;
}

static int64_t count(const struct draft *draft, int64_t had)
{
	struct audience audience;
	int64_t number = -1;

	assert_true(store_audience_find(at.store, draft, NULL, &audience, &at.error));
	assert_string_equal(audience.list, draft->list);
	assert_int_equal(audience.had, had);
	if (!store_audience_count(at.store, &audience, &number, &at.error))
		fail_msg("%s", at.error.text);
	return number;
}

static void test_a_draft_goes_to_its_list(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	add_subscribers();
	draft = insert_draft(&at, 1);
	assert_int_equal(count(draft, 0), SUBSCRIBERS);
	commit(&at);
	draft_free(draft);
}

static void test_a_correction_goes_to_the_list(void **state)
{
	struct draft *first, *correction;

	(void)state;
	begin(&at);
	add_subscribers();
	first = make_release(1, DRAFT_RELEASED);
	correction = make_correction(2, first);
	assert_int_equal(count(correction, 0), SUBSCRIBERS);
	commit(&at);
	draft_free(first);
	draft_free(correction);
}

static void add_to(const char *list, int first, int last)
{
	for (int i = first; i <= last; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "S%d@d.example", i);
		assert_int_equal(subscribe(list, text, 1), ANSWER_YES);
	}
}

/* The same person may read both, and has the one that was sent. */
static void test_of_what_was_stopped_in_another_language(void **state)
{
	GPtrArray *parts = part_new_list();
	struct draft *first, *correction;
	struct audience audience;
	int64_t number = -1;

	(void)state;
	g_ptr_array_add(parts, part_new("en", "bosai-en"));
	begin(&at);
	add_subscribers();
	add_to("bosai-en", 4, 7);
	first = insert_draft(&at, 1);
	enter_state(&at, first, DRAFT_APPROVED, 50);
	enter_state(&at, first, DRAFT_RELEASING, 0);
	assert_int_equal(cut_text(first, &(struct audience){ "bosai", 0, "" }, 2),
			 SUBSCRIBERS);
	assert_int_equal(cut_text(first, &(struct audience){ "bosai-en", 0, "en" }, 2),
			 4);
	record(first, 2, SHARD_ACCEPTED);
	enter_state(&at, first, DRAFT_STOPPED, 0);
	correction = make_correction(2, first);
	assert_int_equal(count(correction, first->id), 0);
	assert_true(store_audience_find(at.store, correction, parts->pdata[0], &audience,
					&at.error));
	assert_int_equal(audience.had, first->id);
	assert_string_equal(audience.list, "bosai-en");
	assert_true(store_audience_count(at.store, &audience, &number, &at.error));
	assert_int_equal(number, 2);
	assert_int_equal(cut(correction, &audience), 2);
	commit(&at);
	draft_free(first);
	draft_free(correction);
	g_ptr_array_unref(parts);
}

static void test_of_what_was_stopped(void **state)
{
	const struct address gone = read_address(0);
	struct draft *first, *correction, *second;
	struct audience audience;

	(void)state;
	begin(&at);
	add_subscribers();
	first = make_release(1, DRAFT_STOPPED);
	correction = make_correction(2, first);
	assert_int_equal(count(correction, first->id), 4);
	/* The first subscriber is in the first shard, which was sent. */
	assert_int_equal(store_subscriber_remove(at.store, "bosai", &gone, &at.error),
			 ANSWER_YES);
	assert_int_equal(count(correction, first->id), 3);
	assert_true(
	    store_audience_find(at.store, correction, NULL, &audience, &at.error));
	enter_state(&at, correction, DRAFT_APPROVED, 50);
	enter_state(&at, correction, DRAFT_RELEASING, 0);
	assert_int_equal(cut(correction, &audience), 3);
	enter_state(&at, correction, DRAFT_RELEASED, 0);
	second = make_correction(3, correction);
	assert_int_equal(count(second, first->id), 3);
	commit(&at);
	assert_int_equal(raw_number(at.path,
				    "SELECT count(*) FROM shard_recipient AS r WHERE"
				    " draft = 2 AND address IN (SELECT address FROM"
				    " shard_recipient WHERE draft = 1 AND shard < 3)"),
			 3);
	draft_free(first);
	draft_free(correction);
	draft_free(second);
}

static void test_last(void **state)
{
	struct draft *first, *next;
	int64_t number;

	(void)state;
	begin(&at);
	add_subscribers();
	next = insert_draft(&at, 9);
	assert_int_equal(store_audience_find_last(at.store, next, &number, &at.error),
			 ANSWER_NO);
	first = make_release(1, DRAFT_STOPPED);
	assert_int_equal(store_audience_find_last(at.store, next, &number, &at.error),
			 ANSWER_NO);
	commit(&at);
	raw_run(at.path, "UPDATE draft SET state = 4, recipients = 6 WHERE id = 2");
	begin(&at);
	assert_int_equal(store_audience_find_last(at.store, next, &number, &at.error),
			 ANSWER_YES);
	assert_int_equal(number, SUBSCRIBERS);
	assert_int_equal(store_audience_find_last(at.store, first, &number, &at.error),
			 ANSWER_NO);
	commit(&at);
	draft_free(first);
	draft_free(next);
}

static void test_could_not_ask(void **state)
{
	struct draft *draft;
	struct audience audience;
	int64_t number;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	raw_run(at.path, "DROP TABLE subscriber; ALTER TABLE draft RENAME TO gone");
	draft->corrects = 5;
	begin(&at);
	assert_false(store_audience_find(at.store, draft, NULL, &audience, &at.error));
	assert_false(store_audience_count(at.store, &audience, &number, &at.error));
	audience.had = 1;
	assert_false(store_audience_count(at.store, &audience, &number, &at.error));
	assert_int_equal(store_audience_find_last(at.store, draft, &number, &at.error),
			 ANSWER_UNKNOWN);
	store_rollback(at.store);
	draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_draft_goes_to_its_list),
		TEST(test_a_correction_goes_to_the_list),
		TEST(test_of_what_was_stopped_in_another_language),
		TEST(test_of_what_was_stopped),
		TEST(test_last),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
