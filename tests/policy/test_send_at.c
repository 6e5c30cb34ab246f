/*
 * NAME
 *	test_send_at - the first line of a draft as a time, and when it goes out
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/due.h"
#include "policy/send_at.h"
#include "policy/urgency.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-12-01 00:00 in Japan, a Tuesday. */
#define MIDNIGHT INT64_C(1796050800)
#define HOUR     INT64_C(3600)
#define DAY      (24 * HOUR)

static GTimeZone *open_zone(const char *name)
{
	GTimeZone *zone = g_time_zone_new_identifier(name);

	assert_non_null(zone);
	return zone;
}

static void test_lines(void **state)
{
	static const struct {
		const char *text;
		enum send_at_status status;
		int64_t at;
		const char *rest;
	} rows[] = {
		{ "配信日時: 2026-12-01 09:00\nあ", SEND_AT_READ, MIDNIGHT + 9 * HOUR,
		  "あ" },
		{ "配信日時：２０２６年１２月１日　９時\n\nあ", SEND_AT_READ,
		  MIDNIGHT + 9 * HOUR, "あ" },
		{ "配信日時：2026年12月1日(火) 9時30分\nあ", SEND_AT_READ,
		  MIDNIGHT + 9 * HOUR + 1800, "あ" },
		{ "配信日時：2026年12月1日（火曜日）9:05", SEND_AT_READ,
		  MIDNIGHT + 9 * HOUR + 300, "" },
		{ "Send-At: 2026/12/1 9:00\nhello", SEND_AT_READ, MIDNIGHT + 9 * HOUR,
		  "hello" },
		{ "SEND-AT:2026-12-01 23:59\nx", SEND_AT_READ, MIDNIGHT + 24 * HOUR - 60,
		  "x" },
		{ "配信日時: 2028-02-29 00:00\nx", SEND_AT_READ, INT64_C(1835362800),
		  "x" },
		{ "配信日時: 2026-12-01 24:00\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-02-29 09:00\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-13-01 09:00\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-12-01\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 12月1日 9時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026年12月1日(水) 9時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-12-01 09:00 頃\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-12-01 09:60\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 明日の朝\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時は未定です\nx", SEND_AT_NONE, 0, "配信日時は未定です\nx" },
		{ "x\n配信日時: 2026-12-01 09:00", SEND_AT_UNREADABLE, 0,
		  "x\n配信日時: 2026-12-01 09:00" },
		{ "x\n配信日時は未定です", SEND_AT_NONE, 0, "x\n配信日時は未定です" },
		{ "配信日時 2026-12-01 09:00\nx", SEND_AT_READ, MIDNIGHT + 9 * HOUR,
		  "x" },
		{ "【配信日時】2026年12月1日 9時半\nx", SEND_AT_READ,
		  MIDNIGHT + 9 * HOUR + 1800, "x" },
		{ "[配信希望日時]：12月1日 9時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "送信日時：2026.12.1 9:00\nx", SEND_AT_READ, MIDNIGHT + 9 * HOUR, "x" },
		{ "配信日時：令和８年１２月１日（火）午前９時\nx", SEND_AT_READ,
		  MIDNIGHT + 9 * HOUR, "x" },
		{ "配信日時 令和8年12月1日 午後3時15分\nx", SEND_AT_READ,
		  MIDNIGHT + 15 * HOUR + 900, "x" },
		{ "配信日時: R8.12.1 午後0:30\nx", SEND_AT_READ,
		  MIDNIGHT + 12 * HOUR + 1800, "x" },
		{ "配信日時: 2026-12-01 午後12時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-12-01 午前12時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 2026-12-01 午後15時\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "配信日時: 令和元年12月1日 9時\nx", SEND_AT_READ, INT64_C(1575158400),
		  "x" },
		{ "Send-At: 2026-12-01T09:00:00\nx", SEND_AT_READ, MIDNIGHT + 9 * HOUR,
		  "x" },
		{ "Send-At: 2026-12-01 09:00:30\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "Send-At: 2026-12-01 09:00 +09:00\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "Send-at 9 stations\nx", SEND_AT_UNREADABLE, 0, "x" },
		{ "", SEND_AT_NONE, 0, "" },
	};
	GTimeZone *zone = open_zone("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *rest = NULL;
		int64_t at = 0;
		enum send_at_status status = send_at_read(rows[i].text, zone, &at, &rest);

		if (status != rows[i].status ||
		    (status == SEND_AT_READ && at != rows[i].at) ||
		    strcmp(rest, rows[i].rest) != 0)
			fail_msg("%s: status %d, at %lld, rest \"%s\"", rows[i].text,
				 status, (long long)at, rest);
	}
	g_time_zone_unref(zone);
}

/* 2026-03-29 02:30 is skipped in Berlin, 2026-10-25 02:30 comes twice. */
static void test_clocks_that_change(void **state)
{
	static const struct {
		const char *text;
		enum send_at_status status;
		int64_t at;
	} rows[] = {
		{ "Send-At: 2026-03-29 01:59", SEND_AT_READ, INT64_C(1774745940) },
		{ "Send-At: 2026-03-29 02:30", SEND_AT_UNREADABLE, 0 },
		{ "Send-At: 2026-03-29 03:00", SEND_AT_READ, INT64_C(1774746000) },
		{ "Send-At: 2026-10-25 01:59", SEND_AT_READ, INT64_C(1792886340) },
		{ "Send-At: 2026-10-25 02:30", SEND_AT_UNREADABLE, 0 },
		{ "Send-At: 2026-10-25 03:00", SEND_AT_READ, INT64_C(1792893600) },
	};
	GTimeZone *zone = open_zone("Europe/Berlin");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *rest;
		int64_t at = 0;
		enum send_at_status status = send_at_read(rows[i].text, zone, &at, &rest);

		if (status != rows[i].status ||
		    (status == SEND_AT_READ && at != rows[i].at))
			fail_msg("%s: status %d, at %lld", rows[i].text, status,
				 (long long)at);
	}
	g_time_zone_unref(zone);
}

static void test_due(void **state)
{
	static const struct quiet_hours night = { 21 * 60, 7 * 60 };
	static const struct {
		enum decision decision;
		bool has_reason, urgent;
		int64_t send_at, now; /* beside midnight; send_at 0: none */
		enum due_status status;
		int64_t at;
	} rows[] = {
		{ DECISION_APPROVE, false, false, 0, 12 * HOUR, DUE_AT, 12 * HOUR },
		{ DECISION_APPROVE, false, false, 0, 21 * HOUR - 1, DUE_AT,
		  21 * HOUR - 1 },
		{ DECISION_APPROVE, false, false, 0, 21 * HOUR, DUE_WAITS, 31 * HOUR },
		{ DECISION_APPROVE, false, false, 0, 7 * HOUR - 1, DUE_WAITS, 7 * HOUR },
		{ DECISION_APPROVE, false, false, 0, 7 * HOUR, DUE_AT, 7 * HOUR },
		{ DECISION_APPROVE, false, true, 0, 22 * HOUR, DUE_WAITS_URGENT,
		  31 * HOUR },
		{ DECISION_APPROVE_URGENT, true, true, 0, 22 * HOUR, DUE_AT, 22 * HOUR },
		{ DECISION_APPROVE_URGENT, false, true, 0, 22 * HOUR, DUE_WANTS_REASON,
		  0 },
		{ DECISION_APPROVE_URGENT, false, true, 0, 12 * HOUR, DUE_AT, 12 * HOUR },
		{ DECISION_APPROVE, false, false, 15 * HOUR, 12 * HOUR, DUE_AT,
		  15 * HOUR },
		{ DECISION_APPROVE, false, false, 10 * HOUR, 12 * HOUR, DUE_AT,
		  12 * HOUR },
		{ DECISION_APPROVE, false, false, 10 * HOUR, 22 * HOUR, DUE_WAITS,
		  31 * HOUR },
		{ DECISION_APPROVE_URGENT, true, true, 26 * HOUR, 12 * HOUR, DUE_AT,
		  26 * HOUR },
	};
	GTimeZone *zone = open_zone("Asia/Tokyo");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct due_facts facts = {
			.decision = rows[i].decision,
			.has_reason = rows[i].has_reason,
			.urgent = rows[i].urgent,
			.send_at = rows[i].send_at != 0 ? MIDNIGHT + rows[i].send_at : 0,
			.quiet = &night,
			.zone = zone,
			.now = MIDNIGHT + rows[i].now,
		};
		int64_t at = 0;
		enum due_status status = due_find(&facts, &at);

		if (status != rows[i].status ||
		    (status != DUE_WANTS_REASON && at != MIDNIGHT + rows[i].at))
			fail_msg("row %zu: status %d, at %lld", i, status,
				 (long long)(at - MIDNIGHT));
	}
	g_time_zone_unref(zone);
}

static void test_urgency(void **state)
{
	static const struct {
		const char *subject, *importance, *x_priority, *priority;
		bool urgent;
	} rows[] = {
		{ "【緊急】避難指示", NULL, NULL, NULL, true },
		{ "[URGENT] Evacuate", NULL, NULL, NULL, true },
		{ "避難指示【緊急】", NULL, NULL, NULL, false },
		{ "緊急のお知らせ", NULL, NULL, NULL, false },
		{ "x", "High", NULL, NULL, true },
		{ "x", " high", NULL, NULL, true },
		{ "x", "highest", NULL, NULL, false },
		{ "x", "normal", NULL, NULL, false },
		{ "x", NULL, "1 (Highest)", NULL, true },
		{ "x", NULL, "2", NULL, true },
		{ "x", NULL, "3 (Normal)", NULL, false },
		{ "x", NULL, "10", NULL, false },
		{ "x", NULL, NULL, "urgent", true },
		{ "x", NULL, NULL, "non-urgent", false },
		{ "x", NULL, NULL, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (urgency_is_marked(rows[i].subject, rows[i].importance,
				      rows[i].x_priority,
				      rows[i].priority) != rows[i].urgent)
			fail_msg("row %zu: %s", i, rows[i].subject);
}

static void test_mark_is_skipped(void **state)
{
	static const struct {
		const char *text, *rest;
	} rows[] = {
		{ "【緊急】避難してください。", "避難してください。" },
		{ "\n　【緊急】\n\n避難", "避難" },
		{ "[URGENT] [緊急]  now", "now" },
		{ "【緊急】", "" },
		{ "避難【緊急】", NULL },
		{ "緊急", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *rest = urgency_skip_mark(rows[i].text);

		if (rows[i].rest == NULL)
			assert_null(rest);
		else
			assert_string_equal(rest, rows[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_clocks_that_change),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_urgency),
		cmocka_unit_test(test_mark_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
