/*
 * NAME
 *	test_waiting - when a held draft is brought to mind
 *
 * DESCRIPTION
 *	A table of moments: the plan, its boundaries, quiet hours, urgency, expiry, and what a
 *	daemon does that was down.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/waiting.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
/* 2026-12-01 00:00:00 in Japan. */
#define MIDNIGHT INT64_C(1796050800)

static const struct quiet_hours night = { 21 * 60, 7 * 60 };
static const struct quiet_hours none = { 0, 0 };

static int64_t find_next(int64_t submitted_at, bool urgent,
			 const struct quiet_hours *quiet, int64_t after)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	const struct waiting_facts facts = {
		.submitted_at = submitted_at,
		.expires_at = submitted_at + 3 * DAY,
		.urgent = urgent,
		.first = 30 * MINUTE,
		.second = 2 * HOUR,
		.urgent_first = 5 * MINUTE,
		.quiet = quiet,
		.zone = zone,
	};
	const int64_t next = waiting_find_next(&facts, after);

	g_time_zone_unref(zone);
	return next;
}

/* Times are from the midnight before; after is from the submission. */
static void test_the_plan(void **state)
{
	static const struct {
		const char *what;
		int64_t submitted;
		bool urgent;
		const struct quiet_hours *quiet;
		int64_t after;
		int64_t next; /* 0: never */
	} rows[] = {
		{ "first", 10 * HOUR, false, &none, 0, 10 * HOUR + 30 * MINUTE },
		{ "just before the first", 10 * HOUR, false, &none, 30 * MINUTE - 1,
		  10 * HOUR + 30 * MINUTE },
		{ "second", 10 * HOUR, false, &none, 30 * MINUTE, 12 * HOUR },
		{ "just before the second", 10 * HOUR, false, &none, 2 * HOUR - 1,
		  12 * HOUR },
		{ "no third", 10 * HOUR, false, &none, 2 * HOUR, 0 },
		{ "down for hours", 10 * HOUR, false, &none, 5 * HOUR, 0 },
		{ "urgent: first", 10 * HOUR, true, &none, 0, 10 * HOUR + 5 * MINUTE },
		{ "urgent: second", 10 * HOUR, true, &none, 5 * MINUTE,
		  10 * HOUR + 30 * MINUTE },
		{ "urgent: third", 10 * HOUR, true, &none, 30 * MINUTE, 12 * HOUR },
		{ "urgent: no fourth", 10 * HOUR, true, &none, 2 * HOUR, 0 },
		{ "last moment of the day", 20 * HOUR + 30 * MINUTE - 1, false, &night, 0,
		  21 * HOUR - 1 },
		{ "first moment of the night", 20 * HOUR + 30 * MINUTE, false, &night, 0,
		  31 * HOUR },
		{ "second falls into the night", 20 * HOUR, false, &night, 30 * MINUTE,
		  31 * HOUR },
		{ "both at night are one", 21 * HOUR, false, &night, 10 * HOUR, 0 },
		{ "last moment of the night", 6 * HOUR + 30 * MINUTE - 1, false, &night,
		  0, 7 * HOUR },
		{ "first moment of the morning", 6 * HOUR + 30 * MINUTE, false, &night, 0,
		  7 * HOUR },
		{ "urgent: does not wait", 23 * HOUR, true, &night, 0,
		  23 * HOUR + 5 * MINUTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t submitted_at = MIDNIGHT + rows[i].submitted;
		const int64_t wanted = rows[i].next != 0 ? MIDNIGHT + rows[i].next : 0;
		const int64_t found =
		    find_next(submitted_at, rows[i].urgent, rows[i].quiet,
			      submitted_at + rows[i].after);

		if (found != wanted)
			fail_msg("%s: off by %lld s", rows[i].what,
				 (long long)(found - wanted));
	}
}

/* Settings in any order, switched off, and reaching beyond the expiry. */
static void test_settings(void **state)
{
	static const struct {
		int64_t expiry, first, second, urgent_first;
		bool urgent;
		int64_t after, next;
	} rows[] = {
		{ 100, 30, 20, 5, false, 0, 20 },  { 100, 30, 20, 5, false, 20, 30 },
		{ 100, 30, 20, 5, false, 30, 0 },  { 100, 0, 20, 5, false, 0, 20 },
		{ 100, 0, 0, 5, false, 0, 0 },     { 100, 0, 0, 5, true, 0, 5 },
		{ 100, 30, 30, 30, true, 0, 30 },  { 100, 30, 30, 30, true, 30, 0 },
		{ 30, 30, 20, 5, false, 20, 0 },   { 31, 30, 20, 5, false, 20, 30 },
		{ 100, 100, 200, 5, false, 0, 0 }, { 5, 30, 20, 5, true, 0, 0 },
		{ 100, 30, 20, 0, true, 0, 20 },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct waiting_facts facts = {
			.submitted_at = MIDNIGHT,
			.expires_at = MIDNIGHT + rows[i].expiry,
			.urgent = rows[i].urgent,
			.first = rows[i].first,
			.second = rows[i].second,
			.urgent_first = rows[i].urgent_first,
			.quiet = &none,
			.zone = zone,
		};
		const int64_t next = waiting_find_next(&facts, MIDNIGHT + rows[i].after);

		if (next != (rows[i].next != 0 ? MIDNIGHT + rows[i].next : 0))
			fail_msg("row %zu: %lld", i, (long long)(next - MIDNIGHT));
	}
	g_time_zone_unref(zone);
}

/* A reminder that falls due at night, by the end of a suspension or a late start. */
static void test_put_off(void **state)
{
	static const struct {
		int64_t at;
		bool urgent;
		int64_t opening;
	} rows[] = {
		{ 20 * HOUR, false, 20 * HOUR }, { 21 * HOUR - 1, false, 21 * HOUR - 1 },
		{ 21 * HOUR, false, 31 * HOUR }, { 31 * HOUR - 1, false, 31 * HOUR },
		{ 31 * HOUR, false, 31 * HOUR }, { 23 * HOUR, true, 23 * HOUR },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct waiting_facts facts = {
			.submitted_at = MIDNIGHT,
			.expires_at = MIDNIGHT + 3 * DAY,
			.urgent = rows[i].urgent,
			.quiet = &night,
			.zone = zone,
		};

		assert_int_equal(waiting_find_opening(&facts, MIDNIGHT + rows[i].at),
				 MIDNIGHT + rows[i].opening);
	}
	g_time_zone_unref(zone);
}

/* So long after, without the night, unless it is urgent; and never beyond the expiry. */
static void test_calls(void **state)
{
	static const struct {
		int64_t after, unanswered, unanswered_urgent;
		bool urgent;
		int64_t at; /* from midnight; 0: never */
	} rows[] = {
		{ 10 * HOUR, 4 * HOUR, 10 * MINUTE, false, 14 * HOUR },
		{ 17 * HOUR - 1, 4 * HOUR, 10 * MINUTE, false, 21 * HOUR - 1 },
		{ 17 * HOUR, 4 * HOUR, 10 * MINUTE, false, 31 * HOUR },
		{ 20 * HOUR + 45 * MINUTE, 4 * HOUR, 10 * MINUTE, false,
		  34 * HOUR + 45 * MINUTE },
		{ 2 * HOUR, 4 * HOUR, 10 * MINUTE, false, 11 * HOUR },
		{ 23 * HOUR, 4 * HOUR, 10 * MINUTE, true, 23 * HOUR + 10 * MINUTE },
		{ 10 * HOUR, 0, 10 * MINUTE, false, 0 },
		{ 10 * HOUR, 4 * HOUR, 0, true, 0 },
		{ 3 * DAY - 1, 1, 0, false, 0 },
		{ 3 * DAY - 2 - 3 * HOUR, 3 * HOUR + 1, 0, false, 3 * DAY - 1 },
	};
	static const struct quiet_hours evening = { 21 * 60, 7 * 60 };
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct waiting_facts facts = {
			.submitted_at = MIDNIGHT,
			.expires_at = MIDNIGHT + 3 * DAY,
			.urgent = rows[i].urgent,
			.unanswered = rows[i].unanswered,
			.unanswered_urgent = rows[i].unanswered_urgent,
			.quiet = i < 8 ? &evening : &none,
			.zone = zone,
		};
		const int64_t at = waiting_find_call(&facts, MIDNIGHT + rows[i].after);

		if (at != (rows[i].at != 0 ? MIDNIGHT + rows[i].at : 0))
			fail_msg("row %zu: %lld", i, (long long)(at - MIDNIGHT));
	}
	g_time_zone_unref(zone);
}

/* One more reminder, when the time passes that was asked for: never in quiet hours, nor when the
 * draft has expired. */
static void test_a_time_that_passes(void **state)
{
	static const struct {
		int64_t send_at, after, next;
	} rows[] = {
		{ 0, 11 * HOUR, 0 },         { 12 * HOUR, 11 * HOUR, 12 * HOUR },
		{ 12 * HOUR, 12 * HOUR, 0 }, { 22 * HOUR, 11 * HOUR, DAY + 7 * HOUR },
		{ 3 * DAY, 11 * HOUR, 0 },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct waiting_facts facts = {
			.submitted_at = MIDNIGHT + 9 * HOUR,
			.expires_at = MIDNIGHT + 3 * DAY,
			.send_at = rows[i].send_at != 0 ? MIDNIGHT + rows[i].send_at : 0,
			.quiet = &night,
			.zone = zone,
		};
		const int64_t next = waiting_find_next(&facts, MIDNIGHT + rows[i].after);

		assert_int_equal(next, rows[i].next != 0 ? MIDNIGHT + rows[i].next : 0);
	}
	g_time_zone_unref(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_plan),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_put_off),
		cmocka_unit_test(test_a_time_that_passes),
		cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
