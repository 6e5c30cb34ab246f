/*
 * NAME
 *	test_clock - the clock, moved, and shown in a zone
 *
 * DESCRIPTION
 *	The test setting's file in every state it can be in; times in Japan, in a zone with
 *	summer time on both sides of its changes, and in no zone at all.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "conf/clock.h"
#include "tests/scratch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct scratch scratch;

static int make_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	clock_open_test("");
	scratch_remove(&scratch);
	return 0;
}

/* The clock's distance from the real one must be offset, give or take the second in which
 * the test runs. */
static void expect_offset(const char *name, int64_t offset)
{
	const int64_t before = (int64_t)time(NULL);
	const int64_t now = clock_now();
	const int64_t after = (int64_t)time(NULL);

	if (now < before + offset || now > after + offset)
		fail_msg("%s: off by %lld, not %lld", name, (long long)(now - before),
			 (long long)offset);
}

static void test_real_time(void **state)
{
	(void)state;
	clock_open_test("");
	expect_offset("real", 0);
}

static void test_offsets(void **state)
{
	static const struct {
		const char *text;
		int64_t offset;
	} rows[] = {
		{ "0", 0 },
		{ "3600", 3600 },
		{ "3600\n", 3600 },
		{ "-86400\n", -86400 },
		{ "+60", 60 },
		{ "  7200  \n", 7200 },
		{ "", 0 },
		{ "\n", 0 },
		{ "later\n", 0 },
		{ "4294967296\n", INT64_C(4294967296) },
		/* Nobody moves a clock by ages; such a number must not overflow. */
		{ "99999999999999999999999\n", 0 },
		{ "-99999999999999999999999\n", 0 },
		{ "9223372036854775807\n", 0 },
		{ "-9223372036854775808\n", 0 },
	};

	(void)state;
	clock_open_test(scratch_path(&scratch, "clock"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)scratch_write(&scratch, "clock", rows[i].text, strlen(rows[i].text),
				    0600);
		expect_offset(rows[i].text, rows[i].offset);
	}
	assert_int_equal(unlink(scratch.path), 0);
	expect_offset("no file", 0);
	clock_open_test(scratch.folder);
	expect_offset("a folder", 0);
	(void)scratch_write(&scratch, "clock", "3600", 4, 0600);
	clock_open_test(scratch.path);
	expect_offset("on again", 3600);
	clock_open_test("");
	expect_offset("off again", 0);
}

static void test_format(void **state)
{
	static const struct {
		int64_t when;
		const char *zone, *format, *shown;
	} rows[] = {
		{ 0, "Asia/Tokyo", "%Y-%m-%d %H:%M:%S %z", "1970-01-01 09:00:00 +0900" },
		{ 0, "UTC", "%Y-%m-%d %H:%M:%S %z", "1970-01-01 00:00:00 +0000" },
		{ 1700000000, "Asia/Tokyo", "%Y-%m-%d %H:%M", "2023-11-15 07:13" },
		/* The fiscal year turns at midnight in Japan, 15:00 UTC (Art. 8). */
		{ 1711897199, "Asia/Tokyo", "%m/%d %H:%M:%S", "03/31 23:59:59" },
		{ 1711897200, "Asia/Tokyo", "%m/%d %H:%M:%S", "04/01 00:00:00" },
		{ 1709132400, "Asia/Tokyo", "%m/%d", "02/29" },
		/* Berlin, 2024: 31 March 01:00 UTC and 27 October 01:00 UTC. */
		{ 1711846799, "Europe/Berlin", "%d %H:%M:%S %z", "31 01:59:59 +0100" },
		{ 1711846800, "Europe/Berlin", "%d %H:%M:%S %z", "31 03:00:00 +0200" },
		{ 1729990799, "Europe/Berlin", "%d %H:%M:%S %z", "27 02:59:59 +0200" },
		{ 1729990800, "Europe/Berlin", "%d %H:%M:%S %z", "27 02:00:00 +0100" },
		{ -1, "UTC", "%Y", "1969" },
		{ INT64_C(4102444800), "UTC", "%Y", "2100" },
		/* Zones that are none are shown as UTC. */
		{ 0, "Asia/Tokio", "%H:%M", "00:00" },
		{ 0, "", "%H:%M", "00:00" },
		{ 0, "../../etc/passwd", "%H:%M", "00:00" },
		{ 0, "Asia", "%H:%M", "00:00" },
		/* No such time, no such format. */
		{ INT64_MAX, "UTC", "%Y", "" },
		{ INT64_MIN, "Asia/Tokyo", "%Y", "" },
		{ 0, "UTC", "", "" },
	};

	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char shown[64] = "untouched";

		clock_format(rows[i].when, rows[i].zone, rows[i].format, shown,
			     sizeof(shown));
		if (strcmp(shown, rows[i].shown) != 0)
			fail_msg("row %zu: %s", i, shown);
	}
}

static void test_format_is_cut(void **state)
{
	char shown[8];

	(void)state;
	memset(shown, 0x55, sizeof(shown));
	clock_format(0, "UTC", "%Y-%m-%d", shown, 5);
	assert_string_equal(shown, "1970");
	assert_int_equal(shown[5], 0x55);
	clock_format(0, "UTC", "%Y-%m-%d", shown, 1);
	assert_string_equal(shown, "");
}

static void move(int64_t seconds, const char *jump)
{
	char text[64];
	const int length =
	    snprintf(text, sizeof(text), "%lld %s\n", (long long)seconds, jump);

	(void)scratch_write(&scratch, "clock", text, (size_t)length, 0600);
	clock_open_test(scratch_path(&scratch, "clock"));
}

static int64_t at_least_is_behind(void)
{
	const int64_t before = clock_now(), least = clock_at_least();

	return before - least;
}

/* What is known to be ahead is taken away, and a jump since; a clock that is behind adds nothing. */
static void test_at_least(void **state)
{
	(void)state;
	move(0, "");
	assert_in_range(at_least_is_behind() + 1, 0, 2);
	clock_note_ahead(clock_unmoved() - clock_running(), 0);
	assert_in_range(at_least_is_behind() + 1, 0, 2);
	/* Time goes by, and a jump that nobody has looked at. */
	move(50000, "");
	assert_in_range(at_least_is_behind() + 1, 0, 2);
	move(50000, "jump");
	assert_in_range(at_least_is_behind(), 49999, 50001);
	assert_in_range(clock_now() - clock_as_looked(), 49999, 50001);
	clock_note_ahead(clock_unmoved() - clock_running(), 50000);
	assert_in_range(clock_now() - clock_as_looked() + 1, 0, 2);
	assert_in_range(at_least_is_behind(), 49999, 50001);
	move(0, "jump");
	assert_in_range(at_least_is_behind() + 1, 0, 2);
	clock_note_ahead(clock_unmoved() - clock_running(), -50000);
	assert_in_range(at_least_is_behind() + 1, 0, 2);
	move(0, "");
	clock_note_ahead(clock_unmoved() - clock_running(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_time), cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_format),    cmocka_unit_test(test_format_is_cut),
		cmocka_unit_test(test_at_least),
	};

	return cmocka_run_group_tests_name("clock", tests, make_scratch, remove_scratch);
}
