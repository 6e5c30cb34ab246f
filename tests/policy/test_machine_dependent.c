/*
 * NAME
 *	test_machine_dependent - what to write instead, twins, and check digits
 *
 * DESCRIPTION
 *	Tables of characters that town offices write, with what a resident's phone can show.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/machine_dependent.h"
#include "policy/my_number.h"
#include "policy/twins.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_suggestions(void **state)
{
	static const struct {
		const char *written, *instead; /* NULL: nothing is known */
	} rows[] = {
		{ "①", "(1)" },
		{ "⑳", "(20)" },
		{ "㊿", "(50)" },
		{ "⓪", "(0)" },
		{ "❶", "(1)" },
		{ "➓", "(10)" },
		{ "⓫", "(11)" },
		{ "Ⅲ", "III" },
		{ "ⅳ", "iv" },
		{ "㈱", "(株)" },
		{ "㈲", "(有)" },
		{ "㊤", "(上)" },
		{ "㊗", "(祝)" },
		{ "㍻", "平成" },
		{ "㋿", "令和" },
		{ "㌔", "キロ" },
		{ "㎡", "m2" },
		{ "㎞", "km" },
		{ "℃", "°C" },
		{ "№", "No." },
		{ "℡", "TEL" },
		{ "㏍", "K.K." },
		{ "ｶﾅ", "カナ" },
		{ "ｶﾞｷﾞ", "ガギ" },
		{ "ﾊﾟ", "パ" },
		{ "｡", "。" },
		{ "髙", "高" },
		{ "﨑", "崎" },
		{ "德", "徳" },
		{ "𠮷", "吉" },
		{ "町\u200d", "町" },
		{ "濵", "浜" },
		{ "½", "1/2" },
		{ "©", "(C)" },
		{ "•", "・" },
		{ "‼", "!!" },
		{ "➡\ufe0f", "→" },
		{ "葛\U000e0100", "葛" },
		{ "♂\ufe0f", "♂" },
		{ "😀", NULL },
		{ "👨‍👩‍👧", NULL },
		{ "鷹", NULL },
		{ "한", NULL },
		{ "纊", NULL },
		/* Second codes, as Windows and iPhones send them in names. */
		{ "\ufa10", "塚" },
		{ "\ufa12", "晴" },
		{ "\ufa19", "神" },
		{ "\ufa1b", "福" },
		{ "\ufa26", "都" },
		{ "\uf929", "朗" },
		{ "\uf9dc", "隆" },
		{ "\ufa2d", "鶴" },
		{ "\uf93f", "録" },
		{ "\u2126", "Ω" },
		{ "\u212a", "K" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *instead =
		    machine_dependent_suggest(rows[i].written, strlen(rows[i].written));

		if (rows[i].instead == NULL
			? instead != NULL
			: instead == NULL || strcmp(instead, rows[i].instead) != 0)
			fail_msg("%s: %s, not %s", rows[i].written, instead,
				 rows[i].instead);
		free(instead);
	}
}

static void test_half_kana(void **state)
{
	(void)state;
	assert_true(machine_dependent_is_half_kana("ｱ", strlen("ｱ")));
	assert_true(machine_dependent_is_half_kana("｡", strlen("｡")));
	assert_true(machine_dependent_is_half_kana("ﾟ", strlen("ﾟ")));
	assert_false(machine_dependent_is_half_kana("ア", strlen("ア")));
	assert_false(machine_dependent_is_half_kana("～", strlen("～")));
	assert_false(machine_dependent_is_half_kana("ﾠ", strlen("ﾠ")));
}

static void test_twins(void **state)
{
	static const struct {
		const char *written, *standard;
	} rows[] = {
		{ "10時～12時", "10時〜12時" },
		{ "－∥—", "−‖―" },
		{ "￠￡￢", "¢£¬" },
		{ "¥‾", "￥￣" },
		{ "⋯", "…" },
		{ "a\u00a0b\u202fc", "a b c" },
		{ "a\u200bb\ufeffc\u2060\u00ad", "abc" },
		{ "a\u200cb\u202d012\u202c\u2068c\u2069\u200e\u200f\u202e", "ab012c" },
		{ "〜−‖―¢£¬￥", "〜−‖―¢£¬￥" },
		{ "👨‍👩‍👧", "👨‍👩‍👧" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *once = twins_standardize(rows[i].written);
		char *twice = twins_standardize(once);

		assert_string_equal(once, rows[i].standard);
		assert_string_equal(twice, once);
		free(once);
		free(twice);
	}
}

static void test_my_number(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{ "123456789018", true },
		{ "123456789012", false },
		{ "1234-5678-9018", true },
		{ "１２３４５６７８９０１８", true },
		{ "1234　5678　9018", true },
		{ "12345678901", false },
		{ "1234567890180", false },
		{ "", false },
		/* A remainder of 0 and of 1 both make 0. */
		{ "000000000000", true },
		{ "000000000001", false },
		{ "000000000060", true },
		{ "000000000061", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (my_number_is_valid(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].valid)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_half_kana),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_my_number),
	};

	return cmocka_run_group_tests_name("machine_dependent", tests, NULL, NULL);
}
