/*
 * NAME
 *	test_drill - what is a drill, what is none, and what is neither
 *
 * DESCRIPTION
 *	A row gives the beginning of a subject and what it is; of a drill the subject that it gets.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include "policy/drill.h"
#include "policy/language.h"

#define NONE DRILL_NONE, NULL
#define HALF DRILL_HALF, NULL

static const struct {
	const char *subject;
	enum drill_mark mark;
	const char *marked;
} cases[] = {
	/* In any brackets, of any width, with blanks. */
	{ "【訓練】避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "【訓練】", DRILL_MARKED, "【訓練】" },
	{ "【 訓練 】避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "【訓　練】　避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "  【訓練】避難指示", DRILL_MARKED, "【訓練】  避難指示" },
	{ "（訓練）避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "(訓練)避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "［訓練］避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "[訓練]避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "〔訓練〕避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "＜訓練＞避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "「訓練」避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "【【訓練】】避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "★訓練★避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "[DRILL] Evacuate", DRILL_MARKED, "【訓練】Evacuate" },
	{ "［Ｄｒｉｌｌ］Evacuate", DRILL_MARKED, "【訓練】Evacuate" },
	{ "【\xe8\xa8\x93\xef\xa9\x97】避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "【訓\xe2\x80\x8b練】避難指示", DRILL_MARKED, "【訓練】避難指示" },
	{ "【訓練】【訓練】避難指示", DRILL_MARKED, "【訓練】【訓練】避難指示" },
	/* Behind marks of urgency and of replies, which stay. */
	{ "【緊急】【訓練】避難指示", DRILL_MARKED, "【訓練】【緊急】避難指示" },
	{ "【訓練】【緊急】避難指示", DRILL_MARKED, "【訓練】【緊急】避難指示" },
	{ "[URGENT] [Drill] Go", DRILL_MARKED, "【訓練】[URGENT] Go" },
	{ "Re: 【訓練】避難指示", DRILL_MARKED, "【訓練】Re: 避難指示" },
	{ "Fwd: Re: (訓練)避難指示", DRILL_MARKED, "【訓練】Fwd: Re: 避難指示" },

	/* What may have been meant. */
	{ "【訓練", HALF },
	{ "【訓練 避難指示", HALF },
	{ "(訓練 避難指示", HALF },
	{ "訓練】避難指示", HALF },
	{ "訓練)避難指示", HALF },
	{ "訓練：避難指示", HALF },
	{ "訓練:避難指示", HALF },
	{ "訓練 : 避難指示", HALF },
	{ "訓練　避難指示", HALF },
	{ "訓練 避難指示", HALF },
	{ "訓練", HALF },
	{ "drill: evacuate", HALF },
	{ "drill", HALF },
	{ "【緊急・訓練】避難指示", HALF },
	{ "【訓練・緊急】避難指示", HALF },
	{ "【緊急訓練】避難指示", HALF },
	{ "【訓練／緊急】避難指示", HALF },
	{ "【これは訓練です】避難指示", HALF },
	{ "【訓練です】避難指示", HALF },
	{ "【訓練中】避難指示", HALF },
	{ "【訓練用】避難指示", HALF },
	{ "【訓練！】避難指示", HALF },
	{ "[This is a drill] Evacuate", HALF },
	{ "【防災】【訓練】避難指示", HALF },
	{ "【訂正】【訓練】避難指示", HALF },
	{ "【緊急】訓練：避難指示", HALF },
	{ "（緊急）【訓練】避難指示", HALF },
	{ "【防災】（緊急）【訓練】避難指示", HALF },

	/* What is meant. */
	{ "", NONE },
	{ "避難指示", NONE },
	{ "【緊急】避難指示", NONE },
	{ "【防災】避難指示", NONE },
	{ "【防災訓練】1月17日に行います", NONE },
	{ "【訓練放送】のお知らせ", NONE },
	{ "【訓練のお知らせ】1月17日", NONE },
	{ "訓練のお知らせ", NONE },
	{ "訓練を行います", NONE },
	{ "職業訓練：受講生の募集", NONE },
	{ "Drill tomorrow at ten", NONE },
	{ "Drilling works", NONE },
	{ "明日は【訓練】です", NONE },
	{ "避難指示【訓練】", NONE },
	{ "【", NONE },
	{ "】", NONE },
	{ "【】", NONE },
	{ "(", NONE },
	{ "【緊急", NONE },
};

static void test_marks(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *marked = NULL;

		if (drill_read_mark(cases[i].subject, &marked) != cases[i].mark)
			fail_msg("\"%s\" is something else", cases[i].subject);
		if (g_strcmp0(marked, cases[i].marked) != 0)
			fail_msg("\"%s\" becomes \"%s\"", cases[i].subject, marked);
		assert_int_equal(drill_read_mark(cases[i].subject, NULL), cases[i].mark);
	}
}

/* What has the mark of one is one whenever it is read. */
static void test_marked_is_marked(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *again = NULL;

		if (cases[i].marked == NULL)
			continue;
		assert_int_equal(drill_read_mark(cases[i].marked, &again), DRILL_MARKED);
		assert_true(g_str_has_prefix(again, DRILL_MARK));
	}
}

static void test_adding(void **state)
{
	static const struct {
		const char *mark, *text, *separator, *marked;
	} rows[] = {
		{ DRILL_MARK, "避難", "\n", "【訓練】\n避難" },
		{ DRILL_MARK, "【訓練】避難", "\n", "【訓練】避難" },
		{ DRILL_MARK, "", "", "【訓練】" },
		{ "[Drill] ", "Go", "", "[Drill] Go" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *marked =
		    drill_add_mark(rows[i].mark, rows[i].text, rows[i].separator);

		assert_string_equal(marked, rows[i].marked);
	}
}

static void test_languages(void **state)
{
	(void)state;
	assert_string_equal(language_drill("ja"), DRILL_MARK);
	assert_string_equal(language_drill("ja-easy"), DRILL_MARK);
	assert_string_equal(language_drill("en"), "[Drill] ");
	assert_string_equal(language_drill("zh-hant"), "【演習】");
	assert_string_equal(language_drill("xx"), "[Drill] ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_marked_is_marked),
		cmocka_unit_test(test_adding),
		cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
