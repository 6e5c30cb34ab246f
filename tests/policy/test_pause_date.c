/*
 * NAME
 *	test_pause_date - until when a resident wants no mail
 *
 * DESCRIPTION
 *	Dates and lengths as people write them on a phone, and what is none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "policy/pause_date.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-11-27 15:00 in Japan. */
#define NOW 1795759200

static const struct {
	const char *line;
	enum pause_date_status status;
	const char *over; /* the first day after it */
} rows[] = {
	{ "2026-12-31", PAUSE_DATE_READ, "2027-01-01" },
	{ "2026/12/31", PAUSE_DATE_READ, "2027-01-01" },
	{ "2026.12.31", PAUSE_DATE_READ, "2027-01-01" },
	{ "２０２６年１２月３１日まで", PAUSE_DATE_READ, "2027-01-01" },
	{ "2026 年 12 月 31 日", PAUSE_DATE_READ, "2027-01-01" },
	{ "令和8年12月31日まで休止をお願いします", PAUSE_DATE_READ, "2027-01-01" },
	{ "R8.12.31", PAUSE_DATE_READ, "2027-01-01" },
	{ "12/31", PAUSE_DATE_READ, "2027-01-01" },
	{ "12月31日まで", PAUSE_DATE_READ, "2027-01-01" },
	{ "11/28", PAUSE_DATE_READ, "2026-11-29" },
	/* The next one is next year's. */
	{ "1月10日", PAUSE_DATE_READ, "2027-01-11" },
	{ "11/26", PAUSE_DATE_READ, "2027-11-27" },
	{ "until 31 December 2026", PAUSE_DATE_READ, "2027-01-01" },
	{ "Dec. 31, 2026", PAUSE_DATE_READ, "2027-01-01" },
	{ "until Dec 31st please", PAUSE_DATE_READ, "2027-01-01" },
	{ "the 3rd of January", PAUSE_DATE_READ, "2027-01-04" },
	{ "Pause until 2026-12-31 (Re: bosai)", PAUSE_DATE_READ, "2027-01-01" },
	{ "10日間", PAUSE_DATE_READ, "2026-12-08" },
	{ "2週間休みます", PAUSE_DATE_READ, "2026-12-12" },
	{ "１か月", PAUSE_DATE_READ, "2026-12-28" },
	{ "3ヶ月間", PAUSE_DATE_READ, "2027-02-28" },
	{ "for 10 days", PAUSE_DATE_READ, "2026-12-08" },
	{ "two weeks", PAUSE_DATE_READ, "2026-12-12" },
	{ "an hour", PAUSE_DATE_NONE, NULL },
	{ "一週間", PAUSE_DATE_READ, "2026-12-05" },
	{ "三日間お休みします", PAUSE_DATE_READ, "2026-12-01" },
	{ "一ヶ月", PAUSE_DATE_READ, "2026-12-28" },
	{ "十日間", PAUSE_DATE_READ, "2026-12-08" },
	{ "十二日間", PAUSE_DATE_NONE, NULL },
	{ "20261231", PAUSE_DATE_READ, "2027-01-01" },
	{ "20261331", PAUSE_DATE_UNREADABLE, NULL },
	{ "電話 0120261231", PAUSE_DATE_NONE, NULL },
	{ "2 weeks", PAUSE_DATE_READ, "2026-12-12" },
	{ "a month", PAUSE_DATE_READ, "2026-12-28" },

	{ "", PAUSE_DATE_NONE, NULL },
	{ "しばらく休みます", PAUSE_DATE_NONE, NULL },
	{ "31日まで", PAUSE_DATE_NONE, NULL },
	{ "iPhoneから送信", PAUSE_DATE_NONE, NULL },
	{ "maybe 3", PAUSE_DATE_NONE, NULL },
	{ "1234567890", PAUSE_DATE_NONE, NULL },
	{ "2026-02-30", PAUSE_DATE_UNREADABLE, NULL },
	{ "13/31", PAUSE_DATE_UNREADABLE, NULL },
	{ "12月10日から12月20日まで", PAUSE_DATE_UNREADABLE, NULL },
	{ "12/10-12/20", PAUSE_DATE_UNREADABLE, NULL },
	{ "2026-11-27", PAUSE_DATE_PAST, NULL },
	{ "11/27", PAUSE_DATE_PAST, NULL },
	{ "2020-01-01", PAUSE_DATE_PAST, NULL },
	{ "0日間", PAUSE_DATE_PAST, NULL },
	{ "2027-11-28", PAUSE_DATE_FAR, NULL },
	{ "999日間", PAUSE_DATE_FAR, NULL },
	{ "2099-12-31", PAUSE_DATE_FAR, NULL },
};

static void test_table(void **state)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t until = 0;
		const enum pause_date_status status =
		    pause_date_read(rows[i].line, NOW, zone, 365, &until);
		g_autoptr(GDateTime) over = g_date_time_new_from_unix_utc(until);
		g_autoptr(GDateTime) there = g_date_time_to_timezone(over, zone);
		g_autofree char *text = g_date_time_format(there, "%Y-%m-%d %H:%M");
		g_autofree char *wanted =
		    g_strdup_printf("%s 00:00", rows[i].over != NULL ? rows[i].over : "");

		if (status != rows[i].status)
			fail_msg("%s: %d", rows[i].line, (int)status);
		if (rows[i].over != NULL && strcmp(text, wanted) != 0)
			fail_msg("%s: over at %s", rows[i].line, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("pause_date", tests, NULL, NULL);
}
