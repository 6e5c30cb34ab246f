/*
 * NAME
 *	test_hours - quiet hours to the second, also where clocks change
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "policy/hours.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int begin, end;
	} rows[] = {
		{ "21:00-07:00", true, 1260, 420 },
		{ "00:00-24:00", false, 0, 0 },
		{ "00:00-23:59", true, 0, 1439 },
		{ "12:30-12:31", true, 750, 751 },
		{ "none", true, 0, 0 },
		{ "21:00", false, 0, 0 },
		{ "21:00-7:00", false, 0, 0 },
		{ "21:60-07:00", false, 0, 0 },
		{ "25:00-07:00", false, 0, 0 },
		{ "21:00-24:01", false, 0, 0 },
		{ "21:00-07:00 ", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "NONE", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct quiet_hours hours = { -1, -1 };

		if (hours_read(rows[i].text, &hours) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
		if (rows[i].good) {
			assert_int_equal(hours.begin, rows[i].begin);
			assert_int_equal(hours.end, rows[i].end);
		}
	}
}

static int64_t local_time(GTimeZone *zone, int year, int month, int day, int hour,
			  int minute, int second)
{
	GDateTime *time = g_date_time_new(zone, year, month, day, hour, minute, second);
	const int64_t at = g_date_time_to_unix(time);

	g_date_time_unref(time);
	return at;
}

/* opening 0: it is not quiet. Otherwise how many seconds the quiet goes on. */
static void test_opening(void **state)
{
	static const struct {
		const char *zone, *quiet;
		int year, month, day, hour, minute, second;
		int64_t opening;
	} rows[] = {
		{ "Asia/Tokyo", "21:00-07:00", 2026, 12, 1, 20, 59, 59, 0 },
		{ "Asia/Tokyo", "21:00-07:00", 2026, 12, 1, 21, 0, 0, 36000 },
		{ "Asia/Tokyo", "21:00-07:00", 2026, 12, 2, 6, 59, 59, 1 },
		{ "Asia/Tokyo", "21:00-07:00", 2026, 12, 2, 7, 0, 0, 0 },
		{ "Asia/Tokyo", "21:00-07:00", 2026, 12, 31, 23, 59, 59, 25201 },
		{ "Asia/Tokyo", "21:00-07:00", 2027, 3, 31, 22, 0, 30, 32370 },
		{ "Asia/Tokyo", "21:00-07:00", 2027, 4, 1, 0, 0, 0, 25200 },
		{ "Asia/Tokyo", "none", 2026, 12, 1, 3, 0, 0, 0 },
		{ "Asia/Tokyo", "12:00-13:00", 2026, 12, 1, 11, 59, 59, 0 },
		{ "Asia/Tokyo", "12:00-13:00", 2026, 12, 1, 12, 0, 0, 3600 },
		{ "Asia/Tokyo", "12:00-13:00", 2026, 12, 1, 13, 0, 0, 0 },
		/* The night in which clocks are set forward is an hour shorter, ... */
		{ "Europe/Berlin", "21:00-07:00", 2026, 3, 28, 21, 0, 0, 32400 },
		/* ... and the one in which they are set back an hour longer. */
		{ "Europe/Berlin", "21:00-07:00", 2026, 10, 24, 21, 0, 0, 39600 },
		{ "America/New_York", "21:00-07:00", 2026, 3, 7, 21, 0, 0, 32400 },
		{ "America/New_York", "21:00-07:00", 2026, 10, 31, 21, 0, 0, 39600 },
		/* Quiet hours that end within the hour that is skipped end with it. */
		{ "Europe/Berlin", "21:00-02:30", 2026, 3, 29, 1, 59, 59, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GTimeZone *zone = g_time_zone_new_identifier(rows[i].zone);
		struct quiet_hours quiet;
		int64_t at, opening;

		assert_non_null(zone);
		assert_true(hours_read(rows[i].quiet, &quiet));
		at = local_time(zone, rows[i].year, rows[i].month, rows[i].day,
				rows[i].hour, rows[i].minute, rows[i].second);
		opening = hours_find_opening(&quiet, zone, at);
		if (opening - at != rows[i].opening ||
		    hours_is_quiet(&quiet, zone, at) != (rows[i].opening != 0))
			fail_msg("row %zu: quiet for %lld s", i,
				 (long long)(opening - at));
		g_time_zone_unref(zone);
	}
}

/* A day that is quiet from midnight to midnight never opens; the search ends. */
static void test_never(void **state)
{
	GTimeZone *zone = g_time_zone_new_utc();
	const struct quiet_hours quiet = { 0, 24 * 60 };

	(void)state;
	assert_true(hours_find_opening(&quiet, zone, 1000000) > 1000000);
	assert_true(hours_is_quiet(&quiet, zone, 1000000));
	g_time_zone_unref(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
