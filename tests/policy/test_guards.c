/*
 * NAME
 *	test_guards - texts sent before, dates that cannot be meant, words of drills
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/day.h"
#include "policy/guards.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_days(void **state)
{
	static const struct {
		int year, month, day, weekday;
		int64_t count;
	} rows[] = {
		{ 1970, 1, 1, 4, 0 },      { 1969, 12, 31, 3, -1 },
		{ 2000, 2, 29, 2, 11016 }, { 2000, 3, 1, 3, 11017 },
		{ 2026, 12, 1, 2, 20788 }, { 2027, 1, 1, 5, 20819 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const int64_t count = day_count(rows[i].year, rows[i].month, rows[i].day);

		assert_int_equal(count, rows[i].count);
		assert_int_equal(day_find_weekday(count), rows[i].weekday);
		if (count >= 0)
			assert_int_equal(day_find_year(count), rows[i].year);
	}
	assert_false(day_is_valid(2026, 2, 29));
	assert_true(day_is_valid(2028, 2, 29));
	assert_false(day_is_valid(2026, 13, 1));
	assert_false(day_is_valid(2026, 4, 31));
	assert_false(day_is_valid(2026, 4, 0));
	/* Typing errors are no years. */
	assert_true(day_is_valid(1900, 1, 1));
	assert_false(day_is_valid(1899, 12, 31));
	assert_true(day_is_valid(2999, 12, 31));
	assert_false(day_is_valid(3000, 1, 1));
}

static void test_day_of_time(void **state)
{
	GTimeZone *zone = g_time_zone_new_identifier("Asia/Tokyo");

	(void)state;
	/* 2026-12-01 00:00 in Japan. */
	assert_int_equal(day_of_time(INT64_C(1796050800), zone), 20788);
	assert_int_equal(day_of_time(INT64_C(1796050799), zone), 20787);
	g_time_zone_unref(zone);
}

static void test_likeness(void **state)
{
	static const struct {
		const char *one, *other;
		int least, most;
	} rows[] = {
		{ "明日10時から防災訓練を行います。", "明日10時から防災訓練を行います。",
		  100, 100 },
		{ "明日10時から防災訓練を行います。",
		  "明日１０時から防災訓練を\n行います。", 100, 100 },
		{ "明日10時から防災訓練を行います。", "明日11時から防災訓練を行います。",
		  85, 99 },
		{ "明日10時から防災訓練を行います。", "予防接種の会場が変わりました。", 0,
		  40 },
		{ "", "", 100, 100 },
		{ "あ", "い", 0, 0 },
		{ "あ", "あ ", 0, 100 },
		/* A pair counts as often as it stands there. */
		{ "ああああああ", "ああ", 33, 33 },
		{ "", "明日", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guards_pairs *one = guards_pairs_count(rows[i].one);
		struct guards_pairs *other = guards_pairs_count(rows[i].other);
		const int likeness = guards_measure_likeness(one, other);

		if (likeness < rows[i].least || likeness > rows[i].most)
			fail_msg("row %zu: %d", i, likeness);
		assert_int_equal(likeness, guards_measure_likeness(other, one));
		guards_pairs_free(one);
		guards_pairs_free(other);
	}
}

/* Findings as "P:written W:written". */
static char *describe(const char *text, int64_t day)
{
	GPtrArray *findings = guards_find_dates(text, day);
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < findings->len; i++) {
		const struct guards_date_finding *finding =
		    g_ptr_array_index(findings, i);

		g_string_append_printf(all, "%s%c:%s", all->len > 0 ? " " : "",
				       finding->kind == GUARDS_DATE_PAST ? 'P' : 'W',
				       finding->written);
	}
	g_ptr_array_unref(findings);
	return g_string_free(all, FALSE);
}

/* It goes out on 2026-12-01, a Tuesday. */
static void test_dates(void **state)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ "12月1日に行います", "" },
		{ "11月30日に行います", "P:11月30日" },
		{ "１１月３０日に行います", "P:11月30日" },
		{ "12月2日(水)に行います", "" },
		{ "12月2日（水）に行います", "" },
		{ "12月2日(木)に行います", "W:12月2日(木)" },
		{ "12月2日（木曜日）に行います", "W:12月2日(木曜日)" },
		{ "1月10日に行います", "" },
		{ "6月5日に行いました", "P:6月5日" },
		{ "6月4日に行いました", "P:6月4日" },
		{ "6月3日に行います", "" },
		{ "2026年11月1日に行います", "P:2026年11月1日" },
		{ "2025年12月24日に行います", "P:2025年12月24日" },
		{ "2027年1月1日に行います", "" },
		{ "令和8年11月1日に行います", "P:令和8年11月1日" },
		{ "令和9年1月1日に行います", "" },
		{ "令和元年12月1日", "P:令和元年12月1日" },
		{ "11/30 10時", "P:11/30" },
		{ "2026/11/30 10時", "P:2026/11/30" },
		{ "2026-11-30 10時", "P:2026-11-30" },
		{ "12/24(木)と12/25(土)", "W:12/25(土)" },
		{ "13月1日、2月30日、1/32", "" },
		{ "電話 03-1234-5678", "" },
		{ "日付のない文", "" },
	};
	const int64_t day = day_count(2026, 12, 1);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *found = describe(rows[i].text, day);

		if (strcmp(found, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].text, found);
	}
}

static void test_words(void **state)
{
	static const struct {
		const char *text, *words, *found;
	} rows[] = {
		{ "明日は防災訓練です", "訓練,テスト", "訓練" },
		{ "ﾃｽﾄ配信", "訓練,テスト", "テスト" },
		{ "This is a DRILL", "訓練, drill", "drill" },
		{ "避難してください", "訓練,テスト", NULL },
		{ "避難してください", "", NULL },
		{ "避難してください", " , ,", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *found = guards_find_word(rows[i].text, rows[i].words);

		if (g_strcmp0(found, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].text, found != NULL ? found : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),     cmocka_unit_test(test_day_of_time),
		cmocka_unit_test(test_likeness), cmocka_unit_test(test_dates),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
