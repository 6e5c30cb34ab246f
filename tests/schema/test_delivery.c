/*
 * NAME
 *	test_delivery - what the mail system's log says of releases
 *
 * DESCRIPTION
 *	Counts, times, and who takes nothing; by domains, of several releases.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/delivery_time.h"
#include "schema/store_delivery.h"
#include "tests/schema/store_fixture.h"

static void add(const struct delivery_news *news)
{
	if (!store_delivery_add(at.store, news, &at.error))
		fail_msg("%s", at.error.text);
}

static void add_sent(int64_t draft, const char *domain, int64_t count, int64_t when)
{
	const struct delivery_news news = { .draft = draft,
					    .domain = domain,
					    .sent = count,
					    .first_at = when,
					    .last_at = when,
					    .took = true,
					    .words = "" };

	add(&news);
	assert_true(store_delivery_add_time(
	    at.store, draft, delivery_time_step(when - 100), count, &at.error));
}

static void add_refused(int64_t draft, const char *domain, int64_t count, int64_t when)
{
	const struct delivery_news news = { .draft = draft,
					    .domain = domain,
					    .refused = count,
					    .refused_since = when,
					    .words = "busy" };

	add(&news);
}

static void test_queue_ids(void **state)
{
	int64_t draft, due;
	struct draft *made;

	(void)state;
	begin(&at);
	made = insert_draft(&at, 1);
	assert_true(store_delivery_note_queue(at.store, "4ABC", made->id, 50, &at.error));
	/* Of a draft that there is not. */
	assert_true(store_delivery_note_queue(at.store, "4XYZ", 99, 50, &at.error));
	assert_int_equal(
	    store_delivery_find_queue(at.store, "4ABC", &draft, &due, &at.error),
	    ANSWER_YES);
	assert_int_equal(draft, made->id);
	assert_int_equal(
	    store_delivery_find_queue(at.store, "4XYZ", &draft, &due, &at.error),
	    ANSWER_NO);
	assert_true(store_delivery_drop_old(at.store, 50, &at.error));
	assert_int_equal(
	    store_delivery_find_queue(at.store, "4ABC", &draft, &due, &at.error),
	    ANSWER_YES);
	assert_true(store_delivery_drop_queue(at.store, "4ABC", &at.error));
	assert_int_equal(
	    store_delivery_find_queue(at.store, "4ABC", &draft, &due, &at.error),
	    ANSWER_NO);
	commit(&at);
	draft_free(made);
}

static void test_summary(void **state)
{
	struct delivery_summary summary;

	(void)state;
	begin(&at);
	assert_true(store_delivery_summarize(at.store, 1, &summary, &at.error));
	assert_int_equal(summary.sent + summary.first_at + summary.most, 0);
	add_sent(1, "a.example", 60, 102);
	add_sent(1, "b.example", 39, 110);
	add_sent(1, "b.example", 1, 900);
	add_sent(2, "b.example", 7, 5000);
	add(&(struct delivery_news){
	    .draft = 1, .domain = "b.example", .failed = 2, .words = "" });
	assert_true(store_delivery_summarize(at.store, 1, &summary, &at.error));
	commit(&at);
	assert_int_equal(summary.sent, 100);
	assert_int_equal(summary.failed, 2);
	assert_int_equal(summary.first_at, 102);
	assert_int_equal(summary.last_at, 900);
	assert_int_equal(summary.median, 2);
	assert_int_equal(summary.most, 10);
}

static void check_refusing(int64_t least, const char *domain, int64_t refused)
{
	GPtrArray *found = store_delivery_list_refusing(at.store, least, &at.error);
	const struct delivery_domain *first;

	assert_non_null(found);
	assert_int_equal(found->len, domain != NULL ? 1 : 0);
	if (domain != NULL) {
		first = g_ptr_array_index(found, 0);
		assert_string_equal(first->domain, domain);
		assert_int_equal(first->refused, refused);
		assert_int_equal(first->refused_since, 200);
		assert_string_equal(first->words, "busy");
		assert_int_equal(first->recipients, 2);
		assert_true(store_delivery_mark_told(at.store, first, &at.error));
	}
	g_ptr_array_unref(found);
}

static void test_who_refuses(void **state)
{
	(void)state;
	raw_run(at.path, "INSERT INTO shard_recipient VALUES (1, 1, 1, 'A@B.example'),"
			 " (1, 1, 2, 'b@b.example'), (1, 1, 3, 'c@bb.example'),"
			 " (2, 1, 1, 'a@b.example')");
	begin(&at);
	add_sent(1, "b.example", 1, 150);
	add_refused(1, "b.example", 4, 200);
	add_refused(1, "b.example", 2, 300);
	check_refusing(7, NULL, 0);
	check_refusing(6, "b.example", 6);
	/* Told once, until it has taken something. */
	check_refusing(6, NULL, 0);
	add_sent(1, "b.example", 1, 400);
	check_refusing(1, NULL, 0);
	add_refused(1, "b.example", 3, 200);
	check_refusing(3, "b.example", 3);
	commit(&at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_queue_ids),
		TEST(test_summary),
		TEST(test_who_refuses),
	};

	return cmocka_run_group_tests_name("delivery", tests, NULL, NULL);
}
