/*
 * NAME
 *	test_probe - mails that kairan sends to itself, in the store
 *
 * DESCRIPTION
 *	What is kept, how long, what the daemon waits for, and that what was seen first stays.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_probe.h"
#include "tests/schema/store_fixture.h"

#define DAY 86400

static void add(int64_t id, int64_t when, const char *sender)
{
	const struct probe probe = {
		.id = id, .at = when, .sender = (char *)sender, .answer = (char *)"250"
	};

	if (!store_probe_add(at.store, &probe, &at.error) ||
	    !store_probe_watch(at.store, &probe, &at.error))
		fail_msg("%s", at.error.text);
}

static void see(int64_t id, enum probe_stage stage, const char *difference)
{
	const struct probe_sight sight = {
		.probe = id,
		.stage = stage,
		.at = 100,
		.queue_id = (char *)"4abc",
		.login = (char *)"bosai-staff1",
		.difference = (char *)difference,
		.mta_at = 99,
		.signature = (char *)"town info.town.example",
	};

	if (!store_probe_see(at.store, &sight, &at.error))
		fail_msg("%s", at.error.text);
}

static void test_seen(void **state)
{
	struct probe_sight sight;

	(void)state;
	begin(&at);
	add(7, 90, "kairan@info.town.example");
	assert_int_equal(
	    store_probe_find_sight(at.store, 7, PROBE_WAY, &sight, &at.error), ANSWER_NO);
	see(7, PROBE_WAY, "From: is now another");
	see(7, PROBE_WAY, "");
	assert_int_equal(
	    store_probe_find_sight(at.store, 7, PROBE_WAY, &sight, &at.error),
	    ANSWER_YES);
	assert_int_equal(sight.probe, 7);
	assert_int_equal(sight.at, 100);
	assert_int_equal(sight.mta_at, 99);
	assert_string_equal(sight.queue_id, "4abc");
	assert_string_equal(sight.login, "bosai-staff1");
	assert_string_equal(sight.difference, "From: is now another");
	assert_string_equal(sight.signature, "town info.town.example");
	probe_sight_clear(&sight);
	assert_int_equal(
	    store_probe_find_sight(at.store, 7, PROBE_COPY, &sight, &at.error),
	    ANSWER_NO);
	store_rollback(at.store);
}

static void test_kept_for_a_week(void **state)
{
	struct probe probe;
	struct probe_sight sight;

	(void)state;
	begin(&at);
	add(1, 0, "a@info.town.example");
	see(1, PROBE_WAY, "");
	add(2, 7 * DAY, "a@info.town.example");
	assert_int_equal(store_probe_find(at.store, 1, &probe, &at.error), ANSWER_YES);
	assert_string_equal(probe.sender, "a@info.town.example");
	assert_string_equal(probe.answer, "250");
	probe_clear(&probe);
	add(3, 7 * DAY + 1, "b@info.town.example");
	assert_int_equal(store_probe_find(at.store, 1, &probe, &at.error), ANSWER_NO);
	assert_int_equal(
	    store_probe_find_sight(at.store, 1, PROBE_WAY, &sight, &at.error), ANSWER_NO);
	assert_int_equal(
	    store_probe_find_newest(at.store, "a@info.town.example", &probe, &at.error),
	    ANSWER_YES);
	assert_int_equal(probe.id, 2);
	probe_clear(&probe);
	assert_int_equal(
	    store_probe_find_newest(at.store, "c@info.town.example", &probe, &at.error),
	    ANSWER_NO);
	store_rollback(at.store);
}

/* The ids that are waited for, in their order. */
static void expect_watched(const char *wanted)
{
	g_autoptr(GString) found = g_string_new(NULL);
	int64_t after_at = 0, after_id = 0;
	struct probe probe;

	while (store_probe_find_watched(at.store, after_at, after_id, &probe,
					&at.error) == ANSWER_YES) {
		g_string_append_printf(found, "%lld ", (long long)probe.id);
		after_at = probe.at;
		after_id = probe.id;
		probe_clear(&probe);
	}
	assert_string_equal(found->str, wanted);
}

static void test_waited_for(void **state)
{
	const struct probe known = { .id = 1, .at = 10, .sender = (char *)"c@d.example" };
	const struct probe newer = { .id = 5, .at = 30, .sender = (char *)"a@b.example" };

	(void)state;
	begin(&at);
	assert_true(store_probe_add(at.store, &known, &at.error));
	expect_watched("");
	add(9, 10, "a@b.example");
	add(3, 10, "c@d.example");
	add(5, 30, "a@b.example");
	add(4, 40, "a@b.example");
	expect_watched("3 9 5 4 ");
	/* One that came back tells enough of those before it. */
	assert_true(store_probe_unwatch(at.store, &newer, &at.error));
	expect_watched("3 4 ");
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_seen),
		TEST(test_kept_for_a_week),
		TEST(test_waited_for),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
