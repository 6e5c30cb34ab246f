/*
 * NAME
 *	test_recall - Outlook's recalls, and broadcasts that take an order back
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/recall.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = { "高橋 誠", "Makoto Takahashi", "bosai-staff1",
				     "bosai-staff1@town.example", NULL };

static void test_is_one(void **state)
{
	static const struct {
		const char *subject, *text;
		bool expected;
	} rows[] = {
		/* Recalls, as the program writes them. */
		{ "取り消し: 避難所",
		  "高橋 誠 さんがメッセージ \"避難所\" の取り消しを要求しています。",
		  true },
		{ "取り消し: 避難所のお知らせ",
		  "佐藤 健一 さんがメッセージ \"避難所の\nお知らせ\" の取り消しを要求しています。",
		  true },
		{ "取り消し：避難所", "高橋　誠 は \"避難所\" を取り消します。", true },
		{ "取消し: 避難所", "高橋誠 はメール「避難所」を取り消します。", true },
		{ "取り消し: 避難所",
		  "bosai-staff1@town.example は「避難所」を取り消します。", true },
		{ "メッセージの取り消し: 避難所",
		  "高橋 誠 さんが電子メール \"避難所\" の取り消しを要求しています。",
		  true },
		{ "メッセージの取り消し", "", true },
		{ "取り消し: 避難所", "", true },
		{ "取り消し: 避難所", " \n　\n", true },
		{ "取り消し: 避難所",
		  "【外部メール】\n\n高橋 誠 さんがメッセージ \"避難所\" の取り消しを要求しています。"
		  "\n\nこのメールに心当たりのない方は削除してください。",
		  true },
		{ "Recall: 避難所",
		  "Makoto Takahashi would like to recall the message, "
		  "\"避難所\".",
		  true },
		{ "RECALL: 避難所",
		  "高橋 誠 would like to recall the message, \"避難所\".", true },
		{ "Ｒｅｃａｌｌ：避難所",
		  "would like to recall\nthe message, \"避難所\".", true },
		{ "Rückruf: Warnung",
		  "Makoto Takahashi möchte die Nachricht \"Warnung\" zurückrufen.",
		  true },
		{ "撤回: 避難所", "高橋 誠 将撤回邮件“避難所”。", true },
		{ "Rappel : 避難所", "Makoto Takahashi souhaite rappeler « 避難所 ».",
		  true },
		{ "회수: 避難所", "bosai-staff1@town.example \"避難所\" ...", true },
		/* What towns write. */
		{ "【取り消し】避難指示を取り消します", "本町の避難指示を取り消します。",
		  false },
		{ "【取り消し】避難指示を取り消します", "", false },
		{ "取り消し: 避難指示", "本町の避難指示を取り消します。", false },
		{ "取り消し: 避難指示", "「避難指示」を取り消します。", false },
		{ "取り消し: 避難指示", "先ほどのメール「避難指示」を取り消します。",
		  false },
		{ "取り消し：避難指示",
		  "先ほどのメッセージは取り消します。避難指示は続いています。", false },
		{ "取消: 明日の教室", "明日の教室は取り消しとなりました。", false },
		{ "避難指示の取り消し", "避難指示を取り消しました。", false },
		{ "避難指示を取り消します", "高橋 誠 が「避難指示」を取り消します。",
		  false },
		{ "取り消し線について", "", false },
		{ "取り消しのお知らせ: 教室", "取り消します。", false },
		{ "Recall", "Product recall: please stop using it.", false },
		{ "Recall: 石油ストーブ",
		  "石油ストーブに不具合が見つかりました。使用をやめてください。", false },
		{ "リコール: 石油ストーブ", "", false },
		{ "不審なメール", "メッセージの取り消しを要求するメールが届いています。",
		  false },
		{ "撤回: 休館", "休館を撤回し、開館します。", false },
		{ "収回: 避難所", "", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct recall_facts facts = { rows[i].subject, rows[i].text, names,
						    false };

		if (recall_is_one(&facts) != rows[i].expected)
			fail_msg("row %zu: %s / %s", i, rows[i].subject, rows[i].text);
	}
}

static void test_header(void **state)
{
	const struct recall_facts marked = { "避難所", "本文です。", NULL, true };
	const struct recall_facts unnamed = { "取り消し: 避難所",
					      "高橋 誠 は \"避難所\" を取り消します。",
					      NULL, false };

	(void)state;
	assert_true(recall_is_one(&marked));
	assert_false(recall_is_one(&unnamed));
}

static void test_long_text(void **state)
{
	g_autofree char *more = g_strnfill(2000, 'x');
	g_autofree char *text =
	    g_strconcat("would like to recall the message, ", more, NULL);
	const struct recall_facts facts = { "Recall: x", text, names, false };

	(void)state;
	assert_false(recall_is_one(&facts));
}

static void test_skip_words(void **state)
{
	static const struct {
		const char *subject, *recalled;
	} rows[] = {
		{ "取り消し: 避難所", "避難所" },
		{ "取り消し：避難所", "避難所" },
		{ "取り消し : 避難所", "避難所" },
		{ "Recall:避難所", "避難所" },
		{ "Recall:", "" },
		{ "メッセージの取り消し", "" },
		{ "取り消し", NULL },
		{ "【取り消し】避難所", NULL },
		{ "Recalled: 避難所", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *recalled = recall_skip_words(rows[i].subject);

		if (g_strcmp0(recalled, rows[i].recalled) != 0)
			fail_msg("%s: %s", rows[i].subject, recalled);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_one),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_skip_words),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
