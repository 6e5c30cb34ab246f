/*
 * NAME
 *	test_retention - the end of the following fiscal year
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/retention.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t read_time(const char *text, GTimeZone *zone)
{
	GDateTime *time = g_date_time_new_from_iso8601(text, zone);
	int64_t at = g_date_time_to_unix(time);

	g_date_time_unref(time);
	return at;
}

static void test_cutoff(void **state)
{
	static const struct {
		const char *zone;
		const char *now;
		int month;
		const char *cutoff;
	} rows[] = {
		{ "Asia/Tokyo", "2026-11-24T12:00:00", 4, "2025-04-01T00:00:00" },
		{ "Asia/Tokyo", "2026-04-01T00:00:00", 4, "2025-04-01T00:00:00" },
		{ "Asia/Tokyo", "2026-03-31T23:59:59", 4, "2024-04-01T00:00:00" },
		{ "Asia/Tokyo", "2027-03-31T23:59:59", 4, "2025-04-01T00:00:00" },
		{ "Asia/Tokyo", "2024-02-29T00:00:00", 4, "2022-04-01T00:00:00" },
		{ "Asia/Tokyo", "2026-12-31T23:59:59", 1, "2025-01-01T00:00:00" },
		{ "Asia/Tokyo", "2026-11-30T23:59:59", 12, "2024-12-01T00:00:00" },
		{ "Europe/Berlin", "2026-07-01T00:00:00", 7, "2025-07-01T00:00:00" },
		{ "America/New_York", "2026-10-01T00:00:00", 10, "2025-10-01T00:00:00" },
		{ "UTC", "1970-04-01T00:00:00", 4, "1969-04-01T00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GTimeZone *zone = g_time_zone_new_identifier(rows[i].zone);

		assert_int_equal(retention_find_cutoff(read_time(rows[i].now, zone),
						       rows[i].month, zone),
				 read_time(rows[i].cutoff, zone));
		g_time_zone_unref(zone);
	}
}

static void test_year(void **state)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	int64_t since, until;

	(void)state;
	retention_find_year(2026, 4, zone, &since, &until);
	assert_int_equal(since, read_time("2026-04-01T00:00:00", zone));
	assert_int_equal(until, read_time("2027-04-01T00:00:00", zone));
	retention_find_year(2026, 1, zone, &since, &until);
	assert_int_equal(until, read_time("2027-01-01T00:00:00", zone));
	g_time_zone_unref(zone);
}

/* In days, from day 1000; the trail goes back to day 400. */
static void test_ends(void **state)
{
	static const struct {
		enum retention_kind kind;
		int64_t period, window, end;
	} rows[] = {
		{ RETENTION_RECIPIENTS, 90, 30, 910 },
		{ RETENTION_RECIPIENTS, 10, 30, 970 },
		{ RETENTION_RECIPIENTS, 900, 30, 400 },
		{ RETENTION_BOUNCES, 90, 30, 910 },
		{ RETENTION_ORIGINALS, 90, 30, 910 },
		{ RETENTION_ORIGINALS, 0, 30, 970 },
		{ RETENTION_TEXTS, 0, 30, 400 },
		{ RETENTION_TEXTS, 60, 30, 940 },
		{ RETENTION_TEXTS, 1, 30, 970 },
		{ RETENTION_TEXTS, 1, 2, 993 },
		{ RETENTION_NOTICES, 90, 30, 910 },
		{ RETENTION_NOTICES, 0, 30, 993 },
		{ RETENTION_LEFT, 90, 30, 910 },
		{ RETENTION_LEFT, 0, 30, 1000 },
		{ RETENTION_DRAFTS, 1, 30, 400 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const int64_t day = 86400, period = rows[i].period * day;
		const struct retention_periods periods = {
			.recipients = period,
			.originals = period,
			.texts = period,
			.notices = period,
			.left = period,
			.correction_window = rows[i].window * day,
			.duplicate_window = 7 * day,
		};

		if (retention_find_end(rows[i].kind, &periods, 1000 * day, 400 * day) !=
		    rows[i].end * day)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cutoff),
					    cmocka_unit_test(test_year),
					    cmocka_unit_test(test_ends) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
