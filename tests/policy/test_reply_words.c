/*
 * NAME
 *	test_reply_words - what replies from real clients decide
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <glib.h>

#include "policy/reply_words.h"

struct reply_case {
	const char *text;
	enum decision decision;
	const char *reason; /* NULL: not looked at */
};

static void check_cases(const struct reply_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct reply_words words;

		reply_words_read(cases[i].text, NULL, &words);
		if (words.decision != cases[i].decision)
			fail_msg("case %zu: \"%s\": %s, wanted %s", i, cases[i].text,
				 decision_name(words.decision),
				 decision_name(cases[i].decision));
		if (cases[i].reason != NULL)
			assert_string_equal(words.reason, cases[i].reason);
		reply_words_free(&words);
	}
}

#define CHECK(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_words(void **state)
{
	static const struct reply_case cases[] = {
		{ "承認", DECISION_APPROVE, "" },
		{ "承認します", DECISION_APPROVE, "" },
		{ "承認します。", DECISION_APPROVE, "" },
		{ "承認する", DECISION_APPROVE, NULL },
		{ "承認いたします。", DECISION_APPROVE, NULL },
		{ "承認致します", DECISION_APPROVE, NULL },
		{ "承認しました", DECISION_APPROVE, NULL },
		{ "承認です", DECISION_APPROVE, NULL },
		{ "承認でお願いします。", DECISION_APPROVE, NULL },
		{ "承認しますので、よろしくお願いします。", DECISION_APPROVE, NULL },
		{ "承認いたしますので配信してください", DECISION_APPROVE, NULL },
		{ "承認いたしますので日付を直してください", DECISION_NONE, NULL },
		{ "承認いたしますのではない", DECISION_NONE, NULL },
		{ "承認とします。", DECISION_APPROVE, NULL },
		{ "承認で結構です", DECISION_APPROVE, NULL },
		{ "承認でいいです。", DECISION_APPROVE, NULL },
		{ "承認\nすみませんが、よろしくお願いします。", DECISION_APPROVE, NULL },
		{ "承認！", DECISION_APPROVE, NULL },
		{ "「承認」", DECISION_APPROVE, NULL },
		{ "【承認】", DECISION_APPROVE, NULL },
		{ "・承認", DECISION_APPROVE, NULL },
		{ "　承認　", DECISION_APPROVE, NULL },
		{ "\xef\xbb\xbf承認", DECISION_APPROVE, NULL },
		{ "\xe2\x80\x8b承認", DECISION_APPROVE, NULL },
		{ "\n\n\xc2\xa0\n承認", DECISION_APPROVE, NULL },
		{ "OK", DECISION_APPROVE, NULL },
		{ "ok", DECISION_APPROVE, NULL },
		{ "Ok.", DECISION_APPROVE, NULL },
		{ "OK!", DECISION_APPROVE, NULL },
		{ "ＯＫ", DECISION_APPROVE, NULL },
		{ "ＯＫです。", DECISION_APPROVE, NULL },
		{ "OKです", DECISION_APPROVE, NULL },
		{ "OK thanks", DECISION_APPROVE, NULL },
		{ "approve", DECISION_APPROVE, NULL },
		{ "Approve.", DECISION_APPROVE, NULL },
		{ "APPROVED", DECISION_APPROVE, NULL },
		{ "承認 よろしくお願いします", DECISION_APPROVE, NULL },
		{ "承認\nよろしくお願いします。\n防災課長 佐藤", DECISION_APPROVE, NULL },
		{ "緊急承認 避難指示のため", DECISION_APPROVE_URGENT, "避難指示のため" },
		{ "緊急承認：避難所の変更のため", DECISION_APPROVE_URGENT,
		  "避難所の変更のため" },
		{ "Approve urgent: flood", DECISION_APPROVE_URGENT, "flood" },
		{ "差戻し 日付が違います", DECISION_SEND_BACK, "日付が違います" },
		{ "差戻し\n日付が違います\n直してください", DECISION_SEND_BACK,
		  "日付が違います\n直してください" },
		{ "差し戻し：時刻", DECISION_SEND_BACK, "時刻" },
		{ "差戻 時刻", DECISION_SEND_BACK, "時刻" },
		{ "差戻しします。", DECISION_SEND_BACK, "" },
		{ "差し戻します", DECISION_SEND_BACK, "" },
		{ "却下", DECISION_SEND_BACK, "" },
		{ "却下します。内容が不適切", DECISION_SEND_BACK, "内容が不適切" },
		{ "reject: wrong date", DECISION_SEND_BACK, "wrong date" },
		{ "Rejected, typo in line 2?", DECISION_SEND_BACK, "typo in line 2?" },
		{ "停止", DECISION_STOP, "" },
		{ "stop", DECISION_STOP, "" },
		{ "停止してください", DECISION_STOP, "" },
		{ "停止しないでください", DECISION_NONE, NULL },
		{ "取下げ", DECISION_WITHDRAW, "" },
		{ "取り下げます。", DECISION_WITHDRAW, "" },
		{ "取り下げします", DECISION_WITHDRAW, "" },
		{ "withdraw", DECISION_WITHDRAW, "" },
	};

	(void)state;
	CHECK(cases);
}

static void test_words_that_decide_nothing(void **state)
{
	static const struct reply_case cases[] = {
		{ "", DECISION_NONE, "" },
		{ "\n \n", DECISION_NONE, "" },
		{ "承認しますので、日付を直してください", DECISION_NONE, NULL },
		{ "承認でいいですか", DECISION_NONE, NULL },
		{ "承認とは言えません", DECISION_NONE, NULL },
		{ "承認\nすみませんが、直してください", DECISION_NONE, NULL },
		{ "承認\n差し\n\n戻し", DECISION_NONE, NULL },
		{ "承認しません", DECISION_NONE, NULL },
		{ "承認できません。", DECISION_NONE, NULL },
		{ "承認できない", DECISION_NONE, NULL },
		{ "承認しない", DECISION_NONE, NULL },
		{ "承認していません", DECISION_NONE, NULL },
		{ "承認不可", DECISION_NONE, NULL },
		{ "承認待ち", DECISION_NONE, NULL },
		{ "承認保留", DECISION_NONE, NULL },
		{ "承認は待ってください", DECISION_NONE, NULL },
		{ "承認?", DECISION_NONE, NULL },
		{ "承認？", DECISION_NONE, NULL },
		{ "承認ですか", DECISION_NONE, NULL },
		{ "承認してください", DECISION_NONE, NULL },
		{ "承認ます", DECISION_NONE, NULL },
		{ "承認でいいですか？", DECISION_NONE, NULL },
		{ "承認依頼を見ました", DECISION_NONE, NULL },
		{ "承認者は誰ですか", DECISION_NONE, NULL },
		{ "承認しますが、日付を直してください", DECISION_NONE, NULL },
		{ "承認します。ただし日付を直してから", DECISION_NONE, NULL },
		{ "承認\n但し、修正後に", DECISION_NONE, NULL },
		{ "承認\nやはり取り消します", DECISION_NONE, NULL },
		{ "承認/差戻し", DECISION_NONE, NULL },
		{ "承認 または 差戻し", DECISION_NONE, NULL },
		{ "未承認", DECISION_NONE, NULL },
		{ "OK?", DECISION_NONE, NULL },
		{ "ok ですか?", DECISION_NONE, NULL },
		{ "OKですか", DECISION_NONE, NULL },
		{ "OK/NG", DECISION_NONE, NULL },
		{ "okay-ish", DECISION_NONE, NULL },
		{ "not OK", DECISION_NONE, NULL },
		{ "OK but fix the date first", DECISION_NONE, NULL },
		{ "OK, but not today", DECISION_NONE, NULL },
		{ "OK if the mayor agrees", DECISION_NONE, NULL },
		{ "承認 ×", DECISION_NONE, NULL },
		{ "承認\n24時間体制で配信します", DECISION_APPROVE, NULL },
		{ "承認\n24時に配信します", DECISION_NONE, NULL },
		{ "承認❌", DECISION_NONE, NULL },
		{ "承認👎", DECISION_NONE, NULL },
		{ "承認👍", DECISION_APPROVE, NULL },
		{ "OK👍🏽", DECISION_APPROVE, NULL },
		{ "OK thanks👍", DECISION_APPROVE, NULL },
		{ "承認\n👎", DECISION_NONE, NULL },
		{ "Approve? I don't think so", DECISION_NONE, NULL },
		{ "Approve\nnot!", DECISION_NONE, NULL },
		{ "approval", DECISION_NONE, NULL },
		{ "ok@example.com", DECISION_NONE, NULL },
		{ "ok.example.com", DECISION_NONE, NULL },
		{ "緊急承認できません", DECISION_NONE, NULL },
		{ "reject?", DECISION_NONE, NULL },
		{ "お疲れ様ですが。\n承認します。", DECISION_NONE, NULL },
		{ "ただいま休暇中です。承認は後日。", DECISION_NONE, NULL },
		{ "> 承認", DECISION_NONE, "" },
		{ "＞ 承認", DECISION_NONE, "" },
		{ "| 承認", DECISION_NONE, "" },
		{ "｜承認", DECISION_NONE, "" },
		{ "  > > 承認", DECISION_NONE, "" },
		{ "-- \n承認", DECISION_NONE, "" },
		{ "---\n承認", DECISION_NONE, NULL },
		{ "-----Original Message-----\n承認", DECISION_NONE, "" },
		{ "Sent from my iPhone", DECISION_NONE, "" },
	};

	(void)state;
	CHECK(cases);
}

/* What has once been read as an approval, or was not read as what it says. */
static void test_doubts(void **state)
{
	static const struct reply_case cases[] = {
		{ "承認\nただし本庁から送信してください:", DECISION_NONE, NULL },
		{ "承認します\n配信はまだ待ってと係長（a@town.example）より:",
		  DECISION_NONE, NULL },
		{ "Approve\nDon\xe2\x80\x99t send it yet", DECISION_NONE, NULL },
		{ "承認してよろしいでしょうか", DECISION_NONE, NULL },
		{ "OK I will look at it tonight", DECISION_NONE, NULL },
		{ "承認 出来ません", DECISION_NONE, NULL },
		{ "承認 できない", DECISION_NONE, NULL },
		{ "承認\n\n出来かねます", DECISION_NONE, NULL },
		{ "承認します。日付を直したら", DECISION_NONE, NULL },
		{ "approve?", DECISION_NONE, NULL },
		{ "approve if the date is right", DECISION_NONE, NULL },
		{ "承認\n却下", DECISION_NONE, NULL },
		{ "承認\n差し\n戻し", DECISION_NONE, NULL },
		{ "承認。Sent from my desk, not yet final", DECISION_NONE, NULL },
		{ "承認します。問題ありません。よろしくお願いします。", DECISION_APPROVE,
		  NULL },
		{ "承認\n\n防災課長　山田太郎\n内線 123", DECISION_APPROVE, NULL },
		{ "OK, thank you!", DECISION_APPROVE, NULL },
		{ "OKです。お願いします。", DECISION_APPROVE, NULL },
		{ "ＯＫです！お願いいたします！", DECISION_APPROVE, NULL },
		{ "OKです。至急、配信してください。", DECISION_APPROVE, NULL },
		{ "OKです。修正をお願いします。", DECISION_NONE, NULL },
		{ "OKです。確認お願いします。", DECISION_NONE, NULL },
		{ "承認\n確認をお願いします。", DECISION_NONE, NULL },
		/* Whatever is asked for beside the approval is no approval of this text. */
		{ "承認\n夕方に配信してください", DECISION_NONE, NULL },
		{ "承認\n夕方に配信をお願いします", DECISION_NONE, NULL },
		{ "承認\n住民課にも送ってください", DECISION_NONE, NULL },
		{ "承認\n住民課にもお願いします", DECISION_NONE, NULL },
		{ "承認\n写真も付けてほしい", DECISION_NONE, NULL },
		{ "承認\n〒123-4567 町役場の住所を本文に入れてください", DECISION_NONE,
		  NULL },
		{ "承認します。送ってください。", DECISION_APPROVE, NULL },
		{ "承認します。この内容で配信してください。お疲れ様でした。",
		  DECISION_APPROVE, NULL },
		{ "承認します。この原稿で配信をお願いします", DECISION_APPROVE, NULL },
		{ "承認でお願いします", DECISION_APPROVE, NULL },
		{ "緊急で承認します", DECISION_NONE, NULL },
		{ "緊急承認 川の水位が上がり、朝まで待てないため",
		  DECISION_APPROVE_URGENT, "川の水位が上がり、朝まで待てないため" },
		{ "approve urgent: the river is over its banks and cannot wait",
		  DECISION_APPROVE_URGENT,
		  "the river is over its banks and cannot wait" },
		{ "緊急承認 承認できません", DECISION_NONE, NULL },
		{ "reject: wrong date", DECISION_SEND_BACK, "wrong date" },
		{ "reject:wrong date", DECISION_SEND_BACK, "wrong date" },
		{ "差戻し：日付が違います", DECISION_SEND_BACK, "日付が違います" },
		{ "差戻し日付が違います", DECISION_NONE, NULL },
	};

	(void)state;
	CHECK(cases);
}

/* What replies of real programs look like, with the request quoted in each way. */
static void test_clients(void **state)
{
	static const struct reply_case cases[] = {
		/* Gmail, web and phone */
		{ "承認\n\n2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:\n\n> 次の配信\n> 差戻し\n",
		  DECISION_APPROVE, "" },
		{ "OK\n\nOn Tue, Nov 24, 2026 at 9:00 AM kairan <kairan@info.town.example>\nwrote:\n\n> 承認\n> reject\n",
		  DECISION_APPROVE, "" },
		/* iPhone */
		{ "承認します\n\niPhoneから送信\n\n2026/11/24 9:00、回覧 <kairan@info.town.example>のメール:\n\n> 差戻し\n",
		  DECISION_APPROVE, "" },
		{ "Approve\n\nSent from my iPhone\n\n> On 24 Nov 2026, at 9:00, kairan <kairan@info.town.example> wrote:\n> \n> reject\n",
		  DECISION_APPROVE, "" },
		/* Thunderbird, bottom-posted */
		{ "2026/11/24 9:00、回覧 さんは書きました:\n> 承認と書いて返信\n> 差戻し\n\n差戻し\n時刻が違います\n",
		  DECISION_SEND_BACK, "時刻が違います" },
		{ "On 2026/11/24 9:00, kairan wrote:\n> approve or reject\n\nOK\n",
		  DECISION_APPROVE, "" },
		/* Outlook, desktop and phone */
		{ "承認\n\n-----Original Message-----\nFrom: 回覧\nSent: Tuesday\n差戻し\n",
		  DECISION_APPROVE, "" },
		{ "承認します。\n\n-----元のメッセージ-----\n差出人: 回覧\n差戻し\n",
		  DECISION_APPROVE, "" },
		{ "承認します。\n\n________________________________\n差出人: 回覧 <kairan@info.town.example>\n送信日時: 2026年11月24日\n宛先: 佐藤\n件名: 承認依頼\n\n差戻し\n",
		  DECISION_APPROVE, "" },
		{ "OK\nGet Outlook for iOS\nFrom: kairan <k@x.example>\nDate: Tuesday\nTo: Sato\nSubject: x\nreject\n",
		  DECISION_APPROVE, "" },
		{ "承認\n\nOutlook for Android を入手\n", DECISION_APPROVE, "" },
		/* Becky!, with a ruler for a signature */
		{ "承認\n\n====================\n防災課 佐藤 内線?\n", DECISION_APPROVE,
		  "" },
		{ "承認\n--- ただし待って ---\n", DECISION_NONE, NULL },
		/* au, with three dashes */
		{ "承認\n\n---元のメール---\nFrom: 回覧\n差戻し\n", DECISION_APPROVE,
		  "" },
		/* Yahoo! JAPAN */
		{ "差戻し 誤字があります\n\n----- Original Message -----\n承認\n",
		  DECISION_SEND_BACK, "誤字があります" },
		/* an empty reply, the original quoted or not */
		{ "\n\n2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:\n> 承認\n",
		  DECISION_NONE, "" },
		{ "2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:\n\n承認\n",
		  DECISION_NONE, "" },
		{ "On Tue kairan wrote:\napprove\n", DECISION_NONE, "" },
		{ "From: kairan <k@x.example>\nSent: Tuesday\nTo: Sato\n\n承認\n",
		  DECISION_NONE, "" },
		{ "差出人: 回覧\n件名: 承認依頼\n\n承認\n", DECISION_NONE, "" },
		{ "Begin forwarded message:\n\n承認\n", DECISION_NONE, "" },
		/* an address with a question mark in a signature is no question */
		{ "承認\nhttps://town.example/?p=1\n", DECISION_APPROVE, NULL },
	};

	(void)state;
	CHECK(cases);
}

static void test_first_line(void **state)
{
	struct reply_words words;

	(void)state;
	reply_words_read("\n  これは何ですか\n承認\n", NULL, &words);
	assert_string_equal(words.first, "これは何ですか");
	reply_words_free(&words);
	reply_words_free(&words);
	reply_words_free(NULL);
}

/* A reply may be as large as a mail; what is kept and mailed on of it may not. All of it is
 * judged before. */
static void test_long_words(void **state)
{
	g_autoptr(GString) text = g_string_new("差戻し ");
	struct reply_words words;

	(void)state;
	for (int i = 0; i < 5000; i++)
		g_string_append(text, "あ");
	reply_words_read(text->str, NULL, &words);
	assert_int_equal(words.decision, DECISION_SEND_BACK);
	assert_int_equal(strlen(words.reason), REPLY_REASON_MOST + 3);
	assert_true(g_utf8_validate(words.reason, -1, NULL));
	assert_true(g_utf8_validate(words.first, -1, NULL));
	assert_true(strlen(words.first) <= REPLY_FIRST_MOST + 3);
	reply_words_free(&words);

	g_string_assign(text, "承認\n");
	for (int i = 0; i < 5000; i++)
		g_string_append(text, "はい\n");
	g_string_append(text, "ただし明日にしてください");
	reply_words_read(text->str, NULL, &words);
	assert_int_equal(words.decision, DECISION_NONE);
	reply_words_free(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_that_decide_nothing),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests_name("reply_words", tests, NULL, NULL);
}
