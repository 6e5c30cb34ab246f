/*
 * NAME
 *	test_month - months and weeks of the town's calendar, and what is measured in them
 *
 * DESCRIPTION
 *	Months at their ends, in zones whose clocks change; weeks that begin on Monday; medians.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "policy/columns.h"
#include "policy/day.h"
#include "policy/fiscal_year.h"
#include "policy/month.h"
#include "policy/spans.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t read_time(const char *text, GTimeZone *zone)
{
	GDateTime *time = g_date_time_new_from_iso8601(text, zone);
	int64_t at = g_date_time_to_unix(time);

	g_date_time_unref(time);
	return at;
}

static void test_month_of_a_time(void **state)
{
	static const struct {
		const char *zone, *now;
		const char *name, *since, *until;
		const char *before, *after;
	} rows[] = {
		{ "Asia/Tokyo", "2026-11-25T09:00:00", "2026-11", "2026-11-01T00:00:00",
		  "2026-12-01T00:00:00", "2026-10", "2026-12" },
		{ "Asia/Tokyo", "2026-11-01T00:00:00", "2026-11", "2026-11-01T00:00:00",
		  "2026-12-01T00:00:00", "2026-10", "2026-12" },
		{ "Asia/Tokyo", "2026-10-31T23:59:59", "2026-10", "2026-10-01T00:00:00",
		  "2026-11-01T00:00:00", "2026-09", "2026-11" },
		{ "Asia/Tokyo", "2026-12-31T23:59:59", "2026-12", "2026-12-01T00:00:00",
		  "2027-01-01T00:00:00", "2026-11", "2027-01" },
		{ "Asia/Tokyo", "2027-01-01T00:00:00", "2027-01", "2027-01-01T00:00:00",
		  "2027-02-01T00:00:00", "2026-12", "2027-02" },
		{ "Asia/Tokyo", "2028-02-29T12:00:00", "2028-02", "2028-02-01T00:00:00",
		  "2028-03-01T00:00:00", "2028-01", "2028-03" },
		{ "Europe/Berlin", "2026-10-31T12:00:00", "2026-10",
		  "2026-10-01T00:00:00", "2026-11-01T00:00:00", "2026-09", "2026-11" },
		{ "America/New_York", "2026-03-31T23:59:59", "2026-03",
		  "2026-03-01T00:00:00", "2026-04-01T00:00:00", "2026-02", "2026-04" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GTimeZone *zone = g_time_zone_new_identifier(rows[i].zone);
		struct month month, beside;

		month_of_time(read_time(rows[i].now, zone), zone, &month);
		assert_string_equal(month.name, rows[i].name);
		assert_int_equal(month.since, read_time(rows[i].since, zone));
		assert_int_equal(month.until, read_time(rows[i].until, zone));
		month_before(&month, zone, &beside);
		assert_string_equal(beside.name, rows[i].before);
		month_after(&month, zone, &beside);
		assert_string_equal(beside.name, rows[i].after);
		assert_true(month_read(rows[i].name, zone, &beside));
		assert_memory_equal(&beside, &month, sizeof(month));
		g_time_zone_unref(zone);
	}
}

static void test_what_is_no_month(void **state)
{
	static const char *const texts[] = {
		"",        "2026",     "2026-13", "2026-00", "2026-1",   "2026-011",
		"26-11",   "2026-11-", "2026/11", "-026-11", "+026-11",  " 2026-1",
		"2026- 1", "1899-12",  "abcd-ef", "2026-1x", "2026-11 ", "0000-01"
	};
	GTimeZone *zone = g_time_zone_new_utc();
	struct month month;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (month_read(texts[i], zone, &month))
			fail_msg("\"%s\" is read as a month", texts[i]);
	g_time_zone_unref(zone);
}

static void test_weeks(void **state)
{
	static const struct {
		const char *name;
		int weeks;
		int firsts[MONTH_WEEKS_MOST]; /* days of the month */
	} rows[] = {
		{ "2026-11", 6, { 1, 2, 9, 16, 23, 30 } }, /* begins on a Sunday */
		{ "2026-10", 5, { 1, 5, 12, 19, 26 } },
		{ "2026-06", 5, { 1, 8, 15, 22, 29 } }, /* begins on a Monday */
		{ "2027-02", 4, { 1, 8, 15, 22 } },
		{ "2028-02", 5, { 1, 7, 14, 21, 28 } }, /* ends on a Tuesday, the 29th */
		{ "2026-08", 6, { 1, 3, 10, 17, 24, 31 } },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct month month;

		assert_true(month_read(rows[i].name, zone, &month));
		assert_int_equal(month.weeks, rows[i].weeks);
		for (int week = 0; week < rows[i].weeks; week++)
			assert_int_equal(month.week_days[week] - month.week_days[0] + 1,
					 rows[i].firsts[week]);
		assert_int_equal(month_find_week(&month, month.since, zone), 0);
		assert_int_equal(month_find_week(&month, month.until - 1, zone),
				 rows[i].weeks - 1);
		assert_int_equal(month_find_week(&month, month.since - 1, zone), -1);
		assert_int_equal(month_find_week(&month, month.until, zone), -1);
	}
	g_time_zone_unref(zone);
}

static void test_week_of_a_time(void **state)
{
	static const struct {
		const char *at;
		int week;
	} rows[] = {
		{ "2026-10-04T23:59:59", 0 }, { "2026-10-05T00:00:00", 1 },
		{ "2026-10-11T23:59:59", 1 }, { "2026-10-12T00:00:00", 2 },
		{ "2026-10-26T00:00:00", 4 }, { "2026-10-31T23:59:59", 4 },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	struct month month;

	(void)state;
	assert_true(month_read("2026-10", zone, &month));
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    month_find_week(&month, read_time(rows[i].at, zone), zone),
		    rows[i].week);
	g_time_zone_unref(zone);
}

static void test_spans(void **state)
{
	static const struct {
		int64_t seconds[6];
		size_t count;
		int64_t median, longest;
	} rows[] = {
		{ { 0 }, 0, 0, 0 },
		{ { 7 }, 1, 7, 7 },
		{ { 9, 1 }, 2, 5, 9 },
		{ { 1, 4 }, 2, 3, 4 },
		{ { 30, 10, 20 }, 3, 20, 30 },
		{ { 100000, 2, 1, 3 }, 4, 3, 100000 },
		{ { 5, 5, 5, 5, 5, 5 }, 6, 5, 5 },
		{ { INT64_MAX, INT64_MAX }, 2, INT64_MAX, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t seconds[6];
		struct spans spans;

		memcpy(seconds, rows[i].seconds, sizeof(seconds));
		spans = spans_measure(seconds, rows[i].count);
		assert_int_equal(spans.count, rows[i].count);
		assert_int_equal(spans.median, rows[i].median);
		assert_int_equal(spans.longest, rows[i].longest);
	}
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		int columns;
		int most;
		const char *cut;
	} rows[] = {
		{ "", 0, 10, "" },
		{ "bosai", 5, 5, "bosai" },
		{ "bosai", 5, 4, "bo…" },
		{ "防災課", 6, 6, "防災課" },
		{ "防災課", 6, 5, "防…" },
		{ "防災課a", 7, 6, "防災…" },
		{ "ｱｲｳ", 3, 10, "ｱｲｳ" },
		{ "か\xE3\x82\x99", 2, 2, "か\xE3\x82\x99" }, /* a combining mark */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *cut = columns_cut(rows[i].text, rows[i].most);

		assert_int_equal(columns_count(rows[i].text), rows[i].columns);
		assert_string_equal(cut, rows[i].cut);
	}
}

static void test_fiscal_years(void **state)
{
	static const struct {
		const char *now;
		int first_month, year, reiwa;
		const char *since, *until;
	} rows[] = {
		{ "2026-11-25T09:00:00", 4, 2026, 8, "2026-04-01T00:00:00",
		  "2027-04-01T00:00:00" },
		{ "2027-03-31T23:59:59", 4, 2026, 8, "2026-04-01T00:00:00",
		  "2027-04-01T00:00:00" },
		{ "2027-04-01T00:00:00", 4, 2027, 9, "2027-04-01T00:00:00",
		  "2028-04-01T00:00:00" },
		{ "2019-04-01T00:00:00", 4, 2019, 1, "2019-04-01T00:00:00",
		  "2020-04-01T00:00:00" },
		{ "2019-03-31T00:00:00", 4, 2018, 0, "2018-04-01T00:00:00",
		  "2019-04-01T00:00:00" },
		{ "2026-12-31T23:59:59", 1, 2026, 8, "2026-01-01T00:00:00",
		  "2027-01-01T00:00:00" },
	};
	static const char *const wrong[] = { "",     "26",   "20266", "2026-04",
					     "1999", "3000", "abcd",  " 2026" };
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	struct fiscal_year year, other;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fiscal_year_of_time(read_time(rows[i].now, zone), rows[i].first_month,
				    zone, &year);
		assert_int_equal(year.year, rows[i].year);
		assert_int_equal(year.since, read_time(rows[i].since, zone));
		assert_int_equal(year.until, read_time(rows[i].until, zone));
		assert_int_equal(fiscal_year_find_reiwa(&year), rows[i].reiwa);
		fiscal_year_before(&year, rows[i].first_month, zone, &other);
		assert_int_equal(other.until, year.since);
	}
	assert_true(fiscal_year_read("2026", 4, zone, &year));
	assert_int_equal(year.since, read_time("2026-04-01T00:00:00", zone));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(fiscal_year_read(wrong[i], 4, zone, &year));
	g_time_zone_unref(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fiscal_years),
		cmocka_unit_test(test_month_of_a_time),
		cmocka_unit_test(test_what_is_no_month),
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(test_week_of_a_time),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
