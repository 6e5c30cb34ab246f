/*
 * NAME
 *	test_delegation - periods of delegates as directories have them, and what they mean
 *
 * DESCRIPTION
 *	Times in every form, dates at their ends, what is no time; and the second before and
 *	after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "policy/delegation.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t read_time(const char *text)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	GDateTime *time = g_date_time_new_from_iso8601(text, zone);
	const int64_t at = g_date_time_to_unix(time);

	g_date_time_unref(time);
	g_time_zone_unref(zone);
	return at;
}

static void test_read(void **state)
{
	static const struct {
		const char *from, *until;   /* as written; NULL: nothing */
		const char *begins, *ended; /* in Tokyo; NULL: never */
	} rows[] = {
		{ NULL, NULL, NULL, NULL },
		{ "2026-12-01", NULL, "2026-12-01T00:00:00", NULL },
		{ NULL, "2026-12-10", NULL, "2026-12-11T00:00:00" },
		{ "20261201", "20261201", "2026-12-01T00:00:00", "2026-12-02T00:00:00" },
		{ "20261130150000Z", "20261210030000Z", "2026-12-01T00:00:00",
		  "2026-12-10T12:00:00" },
		{ "20261201000000+0900", "20261210120000+09", "2026-12-01T00:00:00",
		  "2026-12-10T12:00:00" },
		{ "2026113010-05", "202612100300.5Z", "2026-12-01T00:00:00",
		  "2026-12-10T12:00:00" },
		{ "2024-02-29", "2026-12-31", "2024-02-29T00:00:00",
		  "2027-01-01T00:00:00" },
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct delegation read =
		    delegation_read(rows[i].from, rows[i].until, zone);

		assert_false(read.is_garbled);
		assert_int_equal(read.from,
				 rows[i].begins != NULL ? read_time(rows[i].begins) : 0);
		assert_int_equal(read.until,
				 rows[i].ended != NULL ? read_time(rows[i].ended) : 0);
	}
	g_time_zone_unref(zone);
}

static void test_garbled(void **state)
{
	static const char *const wrong[] = {
		"",
		" ",
		"never",
		"2026",
		"2026-12",
		"2026-13-01",
		"2026-02-30",
		"20260230",
		"2026/12/01",
		"2026-12-01 09:00",
		"2026-12-01T00:00:00Z",
		"20261201000000",
		"20261201250000Z",
		"20261201006000Z",
		"20261201000000+",
		"20261201000000+9",
		"20261201000000+2500",
		"20261201000000.Z",
		"20261201000000Z ",
		"20261201Z",
		"-0261201000000Z",
		"令和8年12月1日",
	};
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");
	struct delegation read;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		read = delegation_read(wrong[i], NULL, zone);
		if (!read.is_garbled)
			fail_msg("\"%s\" was read", wrong[i]);
		read = delegation_read("2026-12-01", wrong[i], zone);
		assert_true(read.is_garbled);
		assert_int_equal(delegation_find_state(&read, 0), DELEGATION_GARBLED);
	}
	read = delegation_read("2026-12-02", "2026-12-01", zone);
	assert_true(read.is_garbled);
	g_time_zone_unref(zone);
}

static void test_state(void **state)
{
	const struct delegation both = { 100, 200, false }, none = { 0, 0, false };
	const struct delegation from = { 100, 0, false }, until = { 0, 200, false };
	const struct {
		const struct delegation *delegation;
		int64_t now;
		enum delegation_state state;
	} rows[] = {
		{ &both, 99, DELEGATION_EARLY },     { &both, 100, DELEGATION_CURRENT },
		{ &both, 199, DELEGATION_CURRENT },  { &both, 200, DELEGATION_OVER },
		{ &none, 0, DELEGATION_CURRENT },    { &from, 99, DELEGATION_EARLY },
		{ &from, 9999, DELEGATION_CURRENT }, { &until, 0, DELEGATION_CURRENT },
		{ &until, 200, DELEGATION_OVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(delegation_find_state(rows[i].delegation, rows[i].now),
				 rows[i].state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_garbled),
		cmocka_unit_test(test_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
