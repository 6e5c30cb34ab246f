/*
 * NAME
 *	test_blanks - what was to be filled in
 *
 * DESCRIPTION
 *	A row gives a text and the blanks in it, in order, with "|" between them.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "policy/blanks.h"

static const struct {
	const char *text, *blanks;
} cases[] = {
	/* As the templates of towns have them. */
	{ "○○地区に避難指示を出しました。", "○○" },
	{ "◯◯地区", "◯◯" },
	{ "〇〇地区", "〇〇" },
	{ "○〇◯地区", "○〇◯" },
	{ "●●公民館", "●●" },
	{ "○○○小学校", "○○○" },
	{ "場所：＿＿＿＿", "＿＿＿＿" },
	{ "場所 ____ まで", "____" },
	{ "Place: ____.", "____" },
	{ "●月●日（●）", "●月●日" },
	{ "○月○日○時から○時まで", "○月○日○時|○時" },
	{ "〇月〇日", "〇月〇日" },
	{ "○○月○○日", "○○月○○日" },
	{ "＿月＿日", "＿月＿日" },
	{ "X月X日", "X月X日" },
	{ "Ｘ月Ｘ日", "Ｘ月Ｘ日" },
	{ "xx月xx日に", "xx月xx日" },
	{ "×月×日", "×月×日" },
	{ "令和○年○月", "○年○月" },
	{ "12月○日", "○日" },
	{ "令和8年●月1日", "●月" },
	{ "9時○分", "○分" },
	{ "午後○時", "○時" },
	{ "△△町の□□と××", "△△|□□|××" },
	{ "場所（　　）", "（　　）" },
	{ "場所（）", "（）" },
	{ "場所( )", "( )" },
	{ "「　」で、【 】", "「　」|【 】" },
	{ "○○で\n●●が\n＿＿", "○○|●●|＿＿" },
	{ "第一○○小学校", "○○" },
	{ "12○○小学校", "○○" },

	/* Numbers. */
	{ "二〇〇〇年", "" },
	{ "二○○○年", "" },
	{ "三〇〇人", "" },
	{ "一〇月一〇日", "" },
	{ "午前〇時三〇分", "" },
	{ "二〇二六年一〇月〇日", "〇日" },

	/* Rows that rule off or adorn. */
	{ "○○○○○○○○○○", "" },
	{ "＿＿＿＿＿＿＿＿", "" },
	{ "_____", "" },
	{ "○●○●○●", "" },
	{ "○　○　○", "" },
	{ "●●●お知らせ●●●", "" },
	{ "○○○ 重要 ○○○", "" },
	{ "□□□□\n○○が", "○○" },

	/* One mark is a bullet, a choice, a day's mark. */
	{ "○ 持ち物\n● 集合\n□ 雨具", "" },
	{ "○月 ×火 ○水", "" },
	{ "○月○火×水", "" },
	{ "正解は○です", "" },
	{ "3×4", "" },
	{ "○日", "" },

	/* Addresses and words. */
	{ "https://www.town.example/a__b/__c", "" },
	{ "a__b@town.example", "" },
	{ "main()を", "" },
	{ "（土）（雨天中止）", "" },
	{ "TAX月X日", "" },
	{ "", "" },
	{ "明日は防災訓練です。", "" },
};

static void test_by_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GString *found = g_string_new(NULL);
		size_t offset = 0, length;

		for (; blanks_find(cases[i].text, &offset, &length); offset += length) {
			assert_true(length > 0);
			g_string_append_printf(found, "%s%.*s", found->len > 0 ? "|" : "",
					       (int)length, cases[i].text + offset);
		}
		if (strcmp(found->str, cases[i].blanks) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].text, found->str,
				 cases[i].blanks);
		(void)g_string_free(found, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_by_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
