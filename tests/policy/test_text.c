/*
 * NAME
 *	test_text - text as a person counts and reads it
 *
 * DESCRIPTION
 *	Tables of input and result. What normal form gives must stay the same
 *	when it is given again, since it is compared and hashed later.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BOM "\xef\xbb\xbf"

static void test_normalize(void **state)
{
	static const struct {
		const char *text, *normal;
	} rows[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a\n", "a" },
		{ "\n", "" },
		{ "\n\n\n", "" },
		{ " \t\n\u3000\n", "" },
		{ "a\r\nb\rc\n", "a\nb\nc" },
		{ "a\r\r\nb", "a\n\nb" },
		{ "a  \nb\t\nc\u3000\nd\u00a0\n", "a\nb\nc\nd" },
		{ "\n\n  a\n\n\nb\n\n", "  a\n\n\nb" },
		{ "\u3000字下げ", "\u3000字下げ" },
		{ "\u3000\n\u3000字", "\u3000字" },
		{ BOM "a", "a" },
		{ BOM BOM "a", "a" },
		{ "\n" BOM "\n" BOM "a", "a" },
		{ "a" BOM, "a" BOM },
		{ "か\u3099", "が" },
		{ "は\u309aひ\u309a", "ぱぴ" },
		{ "e\u0301", "é" },
		{ "\u212b", "\u00c5" },
		{ "\ufa19", "\ufa19" }, /* a second code stays, to be named */
		{ "か\u3099\ufa19か\u3099", "が\ufa19が" },
		{ "が", "が" },
		{ "①㈱", "①㈱" },
		{ "-- ", "--" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *normal = text_normalize(rows[i].text);
		char *again = text_normalize(normal);

		assert_string_equal(normal, rows[i].normal);
		assert_string_equal(again, normal);
		free(again);
		free(normal);
	}
}

static void test_count_characters(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} rows[] = {
		{ "", 0 },
		{ "a", 1 },
		{ "abc", 3 },
		{ "a\nb", 2 },
		{ "a\r\nb\n", 2 },
		{ "\n\n\n", 0 },
		{ "a\u2028b\u2029c", 3 },
		{ "防災課", 3 },
		{ "が", 1 },
		{ "か\u3099", 1 },
		{ "e\u0301\u0323", 1 },
		{ "　", 1 },
		{ "a b\tc", 5 },
		{ "葛\U000E0100城", 2 },
		{ "👍🏽", 1 },
		{ "🇯🇵", 1 },
		{ "🇯🇵🇯🇵", 2 },
		{ "👨‍👩‍👧‍👦", 1 },
		{ "👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2 },
		{ "한글", 2 },
		{ "①②", 2 },
		{ "1️⃣", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(text_count_characters(rows[i].text), rows[i].count);
}

/* The limit of Art. 13-2(2) is 200: nothing may go wrong with more. */
static void test_count_long_text(void **state)
{
	static const size_t lengths[] = { 199, 200, 201, 100000 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		char *text = malloc(4 * lengths[i] + 1);

		for (size_t k = 0; k < lengths[i]; k++)
			memcpy(text + 4 * k, "字\n", 4);
		text[4 * lengths[i]] = '\0';
		assert_int_equal(text_count_characters(text), lengths[i]);
		free(text);
	}
}

static void test_unflow(void **state)
{
	static const struct {
		const char *text;
		bool delsp;
		const char *unflowed;
	} rows[] = {
		{ "", false, "" },
		{ "a", false, "a" },
		{ "a\n", false, "a\n" },
		{ "a\nb\n", false, "a\nb\n" },
		{ "a \nb\n", false, "a b\n" },
		{ "a \nb\n", true, "ab\n" },
		{ "防災 \n訓練\n", true, "防災訓練\n" },
		{ "a \nb \nc", false, "a b c" },
		{ "a \n\nb\n", false, "a \nb\n" },
		{ "a \n", false, "a " },
		{ " \n", true, "\n" },
		{ " From\n", false, "From\n" },
		{ " >a\n", false, ">a\n" },
		{ "  a\n", false, " a\n" },
		{ ">a \n>b\n", false, "> a b\n" },
		{ "> a \n> b\n", false, "> a b\n" },
		{ "> a \n>> b\n", false, "> a \n>> b\n" },
		{ "> a \nb\n", false, "> a \nb\n" },
		{ "a \n> b\n", true, "a\n> b\n" },
		{ ">>> a\n", false, ">>> a\n" },
		{ ">\n>\n", false, ">\n>\n" },
		{ "a\n-- \nme\n", false, "a\n-- \nme\n" },
		{ "a \n-- \nme\n", false, "a \n-- \nme\n" },
		{ "a \n-- \nme\n", true, "a\n-- \nme\n" },
		{ "> a \n> -- \n> me\n", true, "> a\n> -- \n> me\n" },
		{ "-- \n", true, "-- \n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *unflowed = text_unflow(rows[i].text, rows[i].delsp);

		assert_string_equal(unflowed, rows[i].unflowed);
		free(unflowed);
	}
}

static void test_cut_signature(void **state)
{
	static const struct {
		const char *text, *cut;
	} rows[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a\n-- \nme\n", "a\n" },
		{ "a\n-- ", "a\n" },
		{ "a\r\n-- \r\nme", "a\r\n" },
		{ "-- \nme\n", "" },
		{ "a\n--\nme\n", "a\n--\nme\n" },
		{ "a\n--  \nme\n", "a\n--  \nme\n" },
		{ "a\n---\n", "a\n---\n" },
		{ "a\n -- \n", "a\n -- \n" },
		{ "a -- \nb", "a -- \nb" },
		{ "a\n> -- \nb", "a\n> -- \nb" },
		{ "a\n-- x\nb", "a\n-- x\nb" },
		{ "a\n-- \nb\n-- \nc", "a\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = strdup(rows[i].text);

		text_cut_signature(text);
		assert_string_equal(text, rows[i].cut);
		free(text);
	}
}

static void test_fold_line(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "", "" },
		{ " ", "" },
		{ "a", "a" },
		{ " a ", "a" },
		{ "a  b\t c", "a b c" },
		{ "a\r\nBcc: b@example.org", "a Bcc: b@example.org" },
		{ "a\x01\x1b\x7f"
		  "b",
		  "a b" },
		{ "a\xc2\x85"
		  "b\u2028c\u2029d\xc2\x9b"
		  "e",
		  "a b c d e" },
		{ "\u3000件名\u3000", "件名" },
		{ "防災\u3000訓練", "防災\u3000訓練" },
		{ "\n\u3000\n", "" },
		{ "a\u200d", "a\u200d" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = strdup(rows[i].text);

		text_fold_line(text);
		assert_string_equal(text, rows[i].line);
		text_fold_line(text);
		assert_string_equal(text, rows[i].line);
		free(text);
	}
}

static void test_place(void **state)
{
	static const struct {
		const char *text;
		size_t offset, line, column;
	} rows[] = {
		{ "", 0, 1, 1 },
		{ "", 9, 1, 1 },
		{ "abc", 0, 1, 1 },
		{ "abc", 2, 1, 3 },
		{ "abc", 3, 1, 4 },
		{ "abc", 99, 1, 4 },
		{ "a\nbc", 1, 1, 2 },
		{ "a\nbc", 2, 2, 1 },
		{ "a\nbc", 3, 2, 2 },
		{ "防災\n訓練①", 7, 2, 1 },
		{ "防災\n訓練①", 13, 2, 3 },
		{ "か\u3099①", 6, 1, 2 },
		{ "\n\n\n", 3, 4, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t line = 0, column = 0;

		text_place(rows[i].text, rows[i].offset, &line, &column);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(column, rows[i].column);
	}
}

/* As a directory has it, and as it comes into mails. */
static void test_clean_line(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{ "山田 太郎", "山田 太郎" },
		{ "山田\x1b[31m太郎", "山田[31m太郎" },
		{ "山田\r\nBcc: a@b", "山田 Bcc: a@b" },
		{ "山田\xc2\x85太郎\xe2\x80\xa8課", "山田 太郎 課" },
		{ "課\xe2\x80\xae長\xe2\x80\x8f", "課長" },
		{ "  係\t長\x7f\xc2\x9b ", "係 長" },
		{ "\xff\xe5", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\r\n\t", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *clean = text_clean_line(cases[i].text, strlen(cases[i].text));

		assert_string_equal(clean, cases[i].clean);
		free(clean);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalize),
		cmocka_unit_test(test_count_characters),
		cmocka_unit_test(test_count_long_text),
		cmocka_unit_test(test_unflow),
		cmocka_unit_test(test_cut_signature),
		cmocka_unit_test(test_fold_line),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_clean_line),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
