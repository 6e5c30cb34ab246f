/*
 * NAME
 *	test_due - when an approved draft goes out, and which times may be asked for
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/due.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Quiet from 21:00 to 07:00, in UTC; times are seconds of the first of two days. */
#define AT(hour, minute) ((int64_t)(hour)*3600 + (int64_t)(minute)*60)

static const struct quiet_hours quiet = { 21 * 60, 7 * 60 };
static GTimeZone *zone;

static int open_zone(void **state)
{
	(void)state;
	zone = g_time_zone_new_utc();
	return 0;
}

static int close_zone(void **state)
{
	(void)state;
	g_time_zone_unref(zone);
	return 0;
}

static void test_find(void **state)
{
	static const struct {
		int64_t now, send_at;
		enum decision decision;
		bool urgent, has_reason;
		enum due_status status;
		int64_t at;
	} rows[] = {
		/* By day, at once, or when it was asked for. */
		{ AT(12, 0), 0, DECISION_APPROVE, false, false, DUE_AT, AT(12, 0) },
		{ AT(12, 0), AT(12, 0), DECISION_APPROVE, false, false, DUE_AT,
		  AT(12, 0) },
		{ AT(12, 0), AT(13, 0), DECISION_APPROVE, false, false, DUE_AT,
		  AT(13, 0) },
		/* A time that has passed meanwhile means at once. */
		{ AT(12, 0), AT(11, 0), DECISION_APPROVE, false, false, DUE_AT,
		  AT(12, 0) },
		/* The boundaries of the night. */
		{ AT(20, 59), 0, DECISION_APPROVE, false, false, DUE_AT, AT(20, 59) },
		{ AT(21, 0), 0, DECISION_APPROVE, false, false, DUE_WAITS, AT(31, 0) },
		{ AT(6, 59), 0, DECISION_APPROVE, false, false, DUE_WAITS, AT(7, 0) },
		{ AT(7, 0), 0, DECISION_APPROVE, false, false, DUE_AT, AT(7, 0) },
		/* Both must say that it is urgent, and why. */
		{ AT(22, 0), 0, DECISION_APPROVE, true, true, DUE_WAITS_URGENT,
		  AT(31, 0) },
		{ AT(22, 0), 0, DECISION_APPROVE_URGENT, true, true, DUE_AT, AT(22, 0) },
		{ AT(22, 0), AT(23, 0), DECISION_APPROVE_URGENT, true, true, DUE_AT,
		  AT(23, 0) },
		/* By day no reason is wanted. */
		{ AT(12, 0), 0, DECISION_APPROVE_URGENT, true, false, DUE_AT, AT(12, 0) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct due_facts facts = { .decision = rows[i].decision,
						 .has_reason = rows[i].has_reason,
						 .urgent = rows[i].urgent,
						 .send_at = rows[i].send_at,
						 .quiet = &quiet,
						 .zone = zone,
						 .now = rows[i].now };
		int64_t at = -1;

		if (due_find(&facts, &at) != rows[i].status || at != rows[i].at)
			fail_msg("row %zu: %lld", i, (long long)at);
	}
}

static void test_reason_is_wanted_at_night(void **state)
{
	const struct due_facts facts = { .decision = DECISION_APPROVE_URGENT,
					 .urgent = true,
					 .quiet = &quiet,
					 .zone = zone,
					 .now = AT(22, 0) };
	int64_t at;

	(void)state;
	assert_int_equal(due_find(&facts, &at), DUE_WANTS_REASON);
}

/* What staff did not mark is to be called urgent twice, and with a reason. */
static void test_unmarked_at_night(void **state)
{
	static const struct {
		bool has_reason, is_confirmed;
		enum due_status status;
	} rows[] = {
		{ false, false, DUE_WANTS_CONFIRMATION },
		{ true, false, DUE_WANTS_CONFIRMATION },
		{ false, true, DUE_WANTS_REASON },
		{ true, true, DUE_AT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct due_facts facts = { .decision = DECISION_APPROVE_URGENT,
						 .has_reason = rows[i].has_reason,
						 .is_confirmed = rows[i].is_confirmed,
						 .quiet = &quiet,
						 .zone = zone,
						 .now = AT(22, 0) };
		int64_t at = -1;

		assert_int_equal(due_find(&facts, &at), rows[i].status);
		if (rows[i].status == DUE_AT)
			assert_int_equal(at, AT(22, 0));
	}
}

static void test_send_at(void **state)
{
	static const struct {
		enum send_at_status status;
		int64_t send_at;
		bool urgent;
		enum reason reason;
	} rows[] = {
		{ SEND_AT_NONE, 0, false, REASON_NONE },
		{ SEND_AT_UNREADABLE, 0, false, REASON_SEND_AT },
		/* This very second has not passed. */
		{ SEND_AT_READ, AT(12, 0), false, REASON_NONE },
		{ SEND_AT_READ, AT(12, 0) - 1, false, REASON_SEND_AT_PAST },
		/* So far ahead, and a second more. */
		{ SEND_AT_READ, AT(36, 0), false, REASON_NONE },
		{ SEND_AT_READ, AT(36, 0) + 1, false, REASON_SEND_AT_FAR },
		/* At night only what is urgent. */
		{ SEND_AT_READ, AT(21, 0) - 1, false, REASON_NONE },
		{ SEND_AT_READ, AT(21, 0), false, REASON_SEND_AT_QUIET },
		{ SEND_AT_READ, AT(21, 0), true, REASON_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct due_facts facts = { .urgent = rows[i].urgent,
						 .quiet = &quiet,
						 .zone = zone,
						 .now = AT(12, 0) };
		struct verdict verdict;

		due_judge_send_at(&facts, rows[i].status, rows[i].send_at, AT(24, 0),
				  &verdict);
		if (verdict.reason != rows[i].reason)
			fail_msg("row %zu: %s", i, reason_name(verdict.reason));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_reason_is_wanted_at_night),
		cmocka_unit_test(test_unmarked_at_night),
		cmocka_unit_test(test_send_at),
	};

	return cmocka_run_group_tests_name("due", tests, open_zone, close_zone);
}
