/*
 * NAME
 *	test_patterns - the administrators' patterns
 *
 * DESCRIPTION
 *	The sample file has to load, with its examples; then files with one slip each, and the
 *	words that the complaint must have.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/patterns.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* setting NULL: patterns of protected data; else lines. */
static bool load_as(const char *setting, const char *text, GPtrArray **patterns_r,
		    struct kairan_error *error)
{
	char path[] = "/tmp/kairan-patterns-XXXXXX";
	int descriptor = mkstemp(path);
	bool ok;

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
	close(descriptor);
	ok = setting != NULL ? patterns_load_lines(setting, path, patterns_r, error)
			     : patterns_load(path, patterns_r, error);
	unlink(path);
	return ok;
}

static bool load(const char *text, GPtrArray **patterns_r, struct kairan_error *error)
{
	return load_as(NULL, text, patterns_r, error);
}

static void test_sample(void **state)
{
	static const struct {
		const char *text;
		const char *rule; /* NULL: none */
		bool refuses;
	} rows[] = {
		{ "申請書に1234-5678-9018と書いてください", "個人番号（マイナンバー）",
		  true },
		{ "電話 0120-444-113 まで", "電話番号", false },
		{ "メールは bosai@town.example まで", "メールアドレス", false },
		{ "昭和30年4月1日生まれの方", "生年月日", true },
		{ "4月1日から生活相談を始めます", NULL, false },
		{ "2026年12月1日 9時から12時まで", NULL, false },
		{ "〒100-0001 町役場", NULL, false },
		{ "震度5強、雨量120ミリ、8:30現在", NULL, false },
	};
	struct kairan_error error = { "" };
	GPtrArray *patterns = NULL;

	(void)state;
	if (!patterns_load(SRCDIR "/conf/patterns.conf.sample", &patterns, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		GPtrArray *findings = finding_new_list();
		const struct finding *first;

		protected_data_find(patterns, FINDING_TEXT, rows[i].text, findings);
		first = findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
		if ((first == NULL) != (rows[i].rule == NULL))
			fail_msg("%s: %s", rows[i].text,
				 first != NULL ? first->rule : "no match");
		if (first != NULL) {
			assert_string_equal(first->rule, rows[i].rule);
			assert_int_equal(first->refuses, rows[i].refuses);
		}
		g_ptr_array_unref(findings);
	}
	g_ptr_array_unref(patterns);
}

static void test_words(void **state)
{
	struct kairan_error error = { "" };
	GPtrArray *patterns = NULL;

	(void)state;
	if (!load("pattern \"a\" { words = { \"a.c\", \"絶対\" } action = \"warn\" }",
		  &patterns, &error))
		fail_msg("%s", error.text);
	assert_int_equal(patterns->len, 1);
	assert_true(protected_data_matches(g_ptr_array_index(patterns, 0), "xA.Cx"));
	assert_true(protected_data_matches(g_ptr_array_index(patterns, 0), "絶対に"));
	assert_false(protected_data_matches(g_ptr_array_index(patterns, 0), "abc"));
	g_ptr_array_unref(patterns);
}

static void test_none(void **state)
{
	struct kairan_error error = { "" };
	GPtrArray *patterns = NULL;

	(void)state;
	assert_true(patterns_load("", &patterns, &error));
	assert_int_equal(patterns->len, 0);
	g_ptr_array_unref(patterns);
}

static void test_slips(void **state)
{
	static const struct {
		const char *text, *complaint;
	} rows[] = {
		{ "pattern \"a\" { expression = '[' }", "pattern \"a\": " },
		{ "pattern \"a\" { }", "either expression or words" },
		{ "pattern \"a\" { expression = '\xe5\x80' }", "is not UTF-8" },
		{ "pattern \"a\" { words = { \"x\", \"\x94\x46\" } }", "is not UTF-8" },
		{ "pattern \"a\" { expression = 'x' words = { \"y\" } }",
		  "either expression or words" },
		{ "pattern \"a\" { expression = 'x' action = \"drop\" }",
		  "action = \"drop\": wants refuse or warn" },
		{ "pattern \"a\" { expression = 'x' check = \"luhn\" }",
		  "check = \"luhn\": wants none or my-number" },
		{ "pattern \"a\" { expression = 'x' matches = { \"y\" } }",
		  "\"y\" is in matches, but does not match" },
		{ "pattern \"a\" { expression = 'x' passes = { \"x\" } }",
		  "\"x\" is in passes, but matches" },
		{ "pattern \"a\" { expresion = 'x' }", "expresion" },
		{ "patern \"a\" { expression = 'x' }", "patern" },
		{ "pattern \"a\" { expression = 'x' }\npattern \"a\" { expression = 'y' }",
		  "duplicate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kairan_error error = { "" };
		GPtrArray *patterns = NULL;

		if (load(rows[i].text, &patterns, &error))
			fail_msg("row %zu loads", i);
		if (strstr(error.text, rows[i].complaint) == NULL ||
		    strstr(error.text, "/tmp/kairan-patterns-") == NULL)
			fail_msg("row %zu: %s", i, error.text);
	}
}

static void test_unreadable(void **state)
{
	struct kairan_error error = { "" };
	GPtrArray *patterns = NULL;

	(void)state;
	assert_false(patterns_load("/nowhere/patterns", &patterns, &error));
	assert_non_null(strstr(error.text, "protected_patterns = \"/nowhere/patterns\""));
	assert_false(patterns_load("/tmp", &patterns, &error));
}

static void test_line_samples(void **state)
{
	static const struct {
		const char *file, *line;
		bool is_known;
	} rows[] = {
		{ "banners", "[庁外からのメールです]", true },
		{ "banners", "  [庁外からのメールです] \r", true },
		{ "banners", "[庁外からのメールです] 承認", false },
		{ "banners", "承認 [庁外からのメールです]", false },
		{ "banners", "", false },
		{ "footers", "誤って届いた場合は、お手数ですが破棄してください。", true },
		{ "footers", "scanned by town gateway", true },
		{ "footers", "承認しない場合は、お手数ですが破棄してください。", false },
		{ "footers",
		  "誤って届いた場合は、お手数ですが破棄してください。\nただし…", false },
	};
	struct kairan_error error = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GPtrArray *lines = NULL;
		char path[sizeof(SRCDIR) + 64];

		(void)snprintf(path, sizeof(path), "%s/conf/reply_%s.conf.sample", SRCDIR,
			       rows[i].file);
		if (!patterns_load_lines("reply", path, &lines, &error))
			fail_msg("%s", error.text);
		if (patterns_match_line(lines, rows[i].line) != rows[i].is_known)
			fail_msg("row %zu: %s", i, rows[i].line);
		g_ptr_array_unref(lines);
	}
}

/* The whole line, however the expression is written. */
static void test_line_is_whole(void **state)
{
	static const struct {
		const char *text, *line;
		bool is_known;
	} rows[] = {
		{ "pattern \"a\" { expression = 'ab|cd' }", "ab", true },
		{ "pattern \"a\" { expression = 'ab|cd' }", "xcd", false },
		{ "pattern \"a\" { expression = '^ab$' }", "AB", true },
		{ "pattern \"a\" { expression = 'ab' }", "abc", false },
		{ "pattern \"a\" { words = { \"a.c\", \"d\" } }", "a.c", true },
		{ "pattern \"a\" { words = { \"a.c\", \"d\" } }", "abc", false },
		{ "", "ab", false },
	};
	struct kairan_error error = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GPtrArray *lines = NULL;

		if (!load_as("reply_footers", rows[i].text, &lines, &error))
			fail_msg("%s", error.text);
		if (patterns_match_line(lines, rows[i].line) != rows[i].is_known)
			fail_msg("row %zu: %s", i, rows[i].line);
		g_ptr_array_unref(lines);
	}
}

static void test_line_slips(void **state)
{
	static const struct {
		const char *text, *complaint;
	} rows[] = {
		{ "pattern \"a\" { expression = '[' }", "pattern \"a\": " },
		{ "pattern \"a\" { expression = 'a)|(?:b' }", "pattern \"a\": " },
		{ "pattern \"a\" { }", "either expression or words" },
		{ "pattern \"a\" { expression = '\xe5\x80' }", "is not UTF-8" },
		{ "pattern \"a\" { words = { \"x\", \"\x94\x46\" } }", "is not UTF-8" },
		{ "pattern \"a\" { expression = '.*' }", "is too wide: it matches" },
		{ "pattern \"a\" { expression = '※.*' }", "\"※時刻は要確認\"" },
		{ "pattern \"a\" { expression = '【.*】.*' }", "is too wide" },
		{ "pattern \"a\" { expression = '\\[[^]]*\\]' }", "is too wide" },
		{ "pattern \"a\" { expression = '.*ください。' }", "is too wide" },
		{ "pattern \"a\" { words = { \"承認\" } }", "\"承認\"" },
		{ "pattern \"a\" { expression = 'x' matches = { \"xy\" } }",
		  "\"xy\" is in matches, but does not match" },
		{ "pattern \"a\" { expression = 'x' passes = { \"X\" } }",
		  "\"X\" is in passes, but matches" },
		{ "pattern \"a\" { expression = 'x' action = \"warn\" }", "action" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kairan_error error = { "" };
		GPtrArray *lines = NULL;

		if (load_as("reply_footers", rows[i].text, &lines, &error))
			fail_msg("row %zu loads", i);
		if (strstr(error.text, rows[i].complaint) == NULL ||
		    strstr(error.text, "/tmp/kairan-patterns-") == NULL)
			fail_msg("row %zu: %s", i, error.text);
	}
}

static void test_no_lines(void **state)
{
	struct kairan_error error = { "" };
	GPtrArray *lines = NULL;

	(void)state;
	assert_true(patterns_load_lines("reply_banners", "", &lines, &error));
	assert_false(patterns_match_line(lines, ""));
	g_ptr_array_unref(lines);
	assert_false(
	    patterns_load_lines("reply_banners", "/nowhere/lines", &lines, &error));
	assert_non_null(strstr(error.text, "reply_banners = \"/nowhere/lines\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),        cmocka_unit_test(test_words),
		cmocka_unit_test(test_none),          cmocka_unit_test(test_slips),
		cmocka_unit_test(test_unreadable),    cmocka_unit_test(test_line_samples),
		cmocka_unit_test(test_line_is_whole), cmocka_unit_test(test_line_slips),
		cmocka_unit_test(test_no_lines),
	};

	return cmocka_run_group_tests_name("patterns", tests, NULL, NULL);
}
