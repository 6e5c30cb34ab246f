/*
 * NAME
 *	test_reply_beside - what may stand above and below a decision, and what may not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <glib.h>

#include "policy/greeting.h"
#include "policy/own_words.h"
#include "policy/reply_words.h"
#include "policy/signature.h"
#include "policy/tail.h"

static const char *const names[] = { "佐藤 健一", "Sato Kenichi", "bosai-chief",
				     "bosai-chief@town.example", NULL };
static const char *const sections[] = { "防災課", "防災情報", NULL };
static const char *const addresses[] = { "info.town.example", NULL };
static const struct reply_facts facts = {
	.names = names,
	.sections = sections,
	.addresses = addresses,
};

/* ---- above ---- */

static void test_greetings(void **state)
{
	static const struct {
		const char *line, *behind; /* NULL: the line itself */
	} cases[] = {
		{ "お疲れ様です。", "" },
		{ "お疲れさまです！", "" },
		{ "お疲れ様です🙇", "" },
		{ "いつもお世話になっております。佐藤です。", "" },
		{ "佐藤です。", "" },
		{ "佐藤健一です。", "" },
		{ "佐藤　健一です。", "" },
		{ "防災課の佐藤です。", "" },
		{ "防災課長の佐藤です", "" },
		{ "防災課 佐藤", "" },
		{ "佐藤（防災課）です。", "" },
		{ "佐藤@防災課", "" },
		{ "佐藤より", "" },
		{ "This is Sato", NULL },
		{ "高橋様", "" },
		{ "高橋 誠 様", "" },
		{ "高橋さん、", "" },
		{ "たかはしさん", "" },
		{ "総務課の高橋係長", "" },
		{ "総務課 ご担当者様", "" },
		{ "修正申告係 高橋様", "" },
		{ "各位", "" },
		{ "関係者各位", "" },
		{ "皆様", "" },
		{ "Dear Mr Takahashi,", "" },
		{ "Hi all,", "" },
		{ "Hello", "" },
		{ "Good morning!", "" },
		{ "はい、承認します", "承認します" },
		{ "はい承認します", "承認します" },
		{ "お疲れ様です。承認します。", "承認します。" },
		{ "高橋さん、承認します。", "承認します。" },
		{ "高橋様　承認します。", "承認します。" },
		{ "[EXTERNAL] 承認", " 承認" },
		{ "Yes, OK", "OK" },
		{ "お疲れ様ですが", NULL },
		{ "お疲れ様です？", NULL },
		{ "お疲れ様です。ただし明日", "ただし明日" },
		{ "お疲れ様です❌", NULL },
		{ "佐藤ですが、承認します", NULL },
		{ "承認 様", NULL },
		{ "緊急 高橋様", NULL },
		{ "高橋です。", NULL },
		{ "鈴木", NULL },
		{ "高橋さんが承認しました", NULL },
		{ "高橋さん承認します", NULL },
		{ "課長 承認", NULL },
		{ "未承認様", NULL },
		{ "明日高橋様", NULL },
		{ "ただし高橋様", NULL },
		{ "時刻は高橋さん", NULL },
		{ "時刻は高橋さんに聞いて", NULL },
		{ "差戻し様", NULL },
		{ "Hi please wait", "please wait" },
		{ "Dear Stop,", NULL },
		{ "Dear Mr Takahashi please", NULL },
		{ "いいえ、承認します", NULL },
		{ "承認", NULL },
		{ "", NULL },
	};
	struct own_words *own = own_words_new(&facts);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *behind = greeting_skip(cases[i].line, own);
		const char *wanted =
		    cases[i].behind != NULL ? cases[i].behind : cases[i].line;

		if (strcmp(behind, wanted) != 0)
			fail_msg("\"%s\": \"%s\", wanted \"%s\"", cases[i].line, behind,
				 wanted);
	}
	own_words_free(own);
}

/* Without names that are known, nobody's name may stand above. */
static void test_names_are_facts(void **state)
{
	static const char *const baby[] = { "仮 かな", NULL };
	static const struct reply_facts doubtful = { .names = baby };
	struct own_words *nobody = own_words_new(NULL);
	struct own_words *own = own_words_new(&doubtful);
	bool name;

	(void)state;
	assert_string_equal(greeting_skip("佐藤です。承認", nobody), "佐藤です。承認");
	assert_string_equal(greeting_skip("お疲れ様です。承認", nobody), "承認");
	/* What could be read as a doubt is no name. */
	assert_int_equal(own_words_match(own, "仮です", &name), 0);
	assert_int_equal(own_words_match(own, "かな", &name), 0);
	own_words_free(nobody);
	own_words_free(own);
	own_words_free(NULL);
}

static void test_own_words(void **state)
{
	static const char *const people[] = { "佐藤健一", "林 太郎", "John Smith",
					      "oka@town.example", NULL };
	static const char *const offices[] = { "修正申告係", "変更", "税", NULL };
	static const struct reply_facts many = { .names = people, .sections = offices };
	static const struct {
		const char *text;
		size_t length;
		bool name;
	} cases[] = {
		{ "佐藤です", 6, true },
		{ "佐藤 健一", 13, true },
		{ "佐藤健一", 12, true },
		{ "林です", 3, true },
		{ "太郎", 6, true },
		{ "smith", 5, true },
		{ "smithsonian", 0, false },
		{ "oka@town.example", 16, true },
		{ "修正申告係", 15, false },
		{ "変更", 0, false },
		{ "税", 0, false },
		{ "健一", 0, false },
		{ "", 0, false },
	};
	struct own_words *own = own_words_new(&many);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		bool name = false;

		if (own_words_match(own, cases[i].text, &name) != cases[i].length ||
		    name != cases[i].name)
			fail_msg("\"%s\": %zu", cases[i].text,
				 own_words_match(own, cases[i].text, &name));
	}
	own_words_free(own);
}

/* ---- signatures ---- */

static void test_signature_lines(void **state)
{
	static const struct {
		const char *line;
		enum signature_kind kind;
		const char *rest; /* without blanks; NULL: not looked at */
	} cases[] = {
		{ "佐藤 健一", SIGNATURE_NAME, "" },
		{ "防災課長 佐藤 健一", SIGNATURE_NAME, "" },
		{ "防災課長佐藤健一", SIGNATURE_NAME, "" },
		{ "例町役場 防災課", SIGNATURE_SECTION, "" },
		{ "総務課", SIGNATURE_PLACE, "" },
		{ "税務課 修正申告係 大野", SIGNATURE_PLACE, "大野" },
		{ "修正申告係長 大野", SIGNATURE_PLACE, "大野" },
		{ "変更登録課長補佐", SIGNATURE_PLACE, "" },
		{ "TEL 0123-45-6789", SIGNATURE_CONTACT, NULL },
		{ "電話：0123（45）6789　内線：12", SIGNATURE_CONTACT, NULL },
		{ "0123-45-6789", SIGNATURE_CONTACT, NULL },
		{ "E-mail: stop@town.example", SIGNATURE_CONTACT, "e-mail:" },
		{ "https://www.town.example/?change=1", SIGNATURE_CONTACT, "" },
		{ "〒999-0000 例県例町中央1-2-3", SIGNATURE_CONTACT, NULL },
		{ "例県例町中央1-2-3", SIGNATURE_PLACE, NULL },
		{ "大野 さくら", SIGNATURE_PERHAPS, NULL },
		{ "ただし時刻を直してください", SIGNATURE_NONE,
		  "ただし時刻を直してください" },
		{ "佐藤 ただし待って", SIGNATURE_NONE, "ただし待って" },
		{ "修正申告係 ただし待って", SIGNATURE_NONE, "ただし待って" },
		{ "修正関係 佐藤", SIGNATURE_NONE, "修正関係" },
		{ "要修正係 佐藤", SIGNATURE_NONE, "要修正係" },
		{ "修正は総務課", SIGNATURE_NONE, "修正は総務課" },
		{ "一部修正部", SIGNATURE_NONE, "一部修正部" },
		{ "時刻の修正係", SIGNATURE_NONE, "時刻の修正係" },
		{ "差戻係", SIGNATURE_NONE, "差戻係" },
		{ "時刻変更修正申告係", SIGNATURE_NONE, "時刻変更修正申告係" },
		{ "ng修正申告係", SIGNATURE_NONE, "ng修正申告係" },
		{ "停止防災課長 佐藤", SIGNATURE_NONE, "停止防災課長" },
		{ "防災課 10時", SIGNATURE_NONE, "10時" },
		{ "電話 10:00", SIGNATURE_NONE, "電話10:00" },
		{ "内線?", SIGNATURE_NONE, "内線?" },
		{ "123", SIGNATURE_NONE, NULL },
		{ "?", SIGNATURE_NONE, "?" },
		{ "", SIGNATURE_NONE, "" },
	};
	struct own_words *own = own_words_new(&facts);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *rest = NULL;
		const enum signature_kind kind =
		    signature_read_line(cases[i].line, own, false, &rest);
		char **words = g_strsplit(rest, " ", -1);
		g_autofree char *joined = g_strjoinv("", words);

		g_strfreev(words);
		if (kind != cases[i].kind)
			fail_msg("\"%s\": %d, wanted %d", cases[i].line, kind,
				 cases[i].kind);
		if (cases[i].rest != NULL && strcmp(joined, cases[i].rest) != 0)
			fail_msg("\"%s\": rest \"%s\"", cases[i].line, joined);
	}
	own_words_free(own);
}

/* ---- whole replies ---- */

struct reply_case {
	const char *text;
	enum decision decision;
	enum reply_obstacle obstacle;
	const char *in_the_way; /* NULL: not looked at */
};

static void check_replies(const struct reply_case *cases, size_t count,
			  const struct reply_facts *known)
{
	for (size_t i = 0; i < count; i++) {
		struct reply_words words;

		reply_words_read(cases[i].text, known, &words);
		if (words.decision != cases[i].decision ||
		    words.obstacle != cases[i].obstacle)
			fail_msg("case %zu: \"%s\": %s, %s (\"%s\")", i, cases[i].text,
				 decision_name(words.decision),
				 reply_obstacle_name(words.obstacle), words.in_the_way);
		if (cases[i].in_the_way != NULL &&
		    strcmp(words.in_the_way, cases[i].in_the_way) != 0)
			fail_msg("case %zu: \"%s\": \"%s\" is in the way", i,
				 cases[i].text, words.in_the_way);
		if (words.obstacle == REPLY_OBSTACLE_BELOW)
			assert_string_not_equal(words.tail, "");
		reply_words_free(&words);
	}
}

#define CHECK(cases, known) check_replies(cases, G_N_ELEMENTS(cases), known)

#define APPROVE DECISION_APPROVE, REPLY_CLEAR, ""

static void test_obstacles(void **state)
{
	static const struct reply_case cases[] = {
		{ "承認", APPROVE },
		{ "", DECISION_NONE, REPLY_OBSTACLE_EMPTY, "" },
		{ "\n　\n", DECISION_NONE, REPLY_OBSTACLE_EMPTY, "" },
		{ "> 承認", DECISION_NONE, REPLY_OBSTACLE_EMPTY, "" },
		{ "iPhoneから送信", DECISION_NONE, REPLY_OBSTACLE_EMPTY, "" },
		{ "[EXTERNAL]\n\n> 承認", DECISION_NONE, REPLY_OBSTACLE_EMPTY, "" },
		{ "防災課 佐藤 健一\n電話 0123-45-6789", DECISION_NONE,
		  REPLY_OBSTACLE_EMPTY, "" },
		{ "お疲れ様です。", DECISION_NONE, REPLY_OBSTACLE_NO_WORD,
		  "お疲れ様です。" },
		{ "これは何ですか\n承認", DECISION_NONE, REPLY_OBSTACLE_NO_WORD,
		  "これは何ですか" },
		{ "お疲れ様です。\n 時刻を直してください。 \n承認", DECISION_NONE,
		  REPLY_OBSTACLE_NO_WORD, "時刻を直してください。" },
		{ "承認？", DECISION_NONE, REPLY_OBSTACLE_QUESTION, "承認？" },
		{ "承認でいいですか？", DECISION_NONE, REPLY_OBSTACLE_QUESTION,
		  "承認でいいですか？" },
		{ "承認してよろしいでしょうか", DECISION_NONE, REPLY_OBSTACLE_QUESTION,
		  NULL },
		{ "OK?", DECISION_NONE, REPLY_OBSTACLE_QUESTION, "OK?" },
		{ "承認 これでいいですか", DECISION_NONE, REPLY_OBSTACLE_QUESTION, NULL },
		{ "承認しません", DECISION_NONE, REPLY_OBSTACLE_DOUBT, "承認しません" },
		{ "承認。ただし10時に送ってください", DECISION_NONE, REPLY_OBSTACLE_DOUBT,
		  "承認。ただし10時に送ってください" },
		{ "OK 見ました", DECISION_NONE, REPLY_OBSTACLE_DOUBT, "OK 見ました" },
		{ "承認 差し\n戻し", DECISION_NONE, REPLY_OBSTACLE_DOUBT, "承認 差し" },
		{ "承認\n\n間違い電話にご注意ください", DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, "間違い電話にご注意ください" },
		{ "承認\n佐藤\n町は変わる\nただし\n町民", DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, "ただし" },
		{ "承認\n差し\n戻し", DECISION_NONE, REPLY_OBSTACLE_BELOW, NULL },
		{ "承認\nただいま出張のため不在にしております。", DECISION_NONE,
		  REPLY_OBSTACLE_ABSENCE, "ただいま出張のため不在にしております。" },
		{ "ただいま不在にしております。\n承認", DECISION_NONE,
		  REPLY_OBSTACLE_ABSENCE, "ただいま不在にしております。" },
		{ "okay-ish", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, "okay-ish" },
	};

	(void)state;
	CHECK(cases, &facts);
	for (int i = REPLY_CLEAR; i <= REPLY_OBSTACLE_ABSENCE; i++)
		assert_true(strlen(reply_obstacle_name(i)) > 0);
}

/* Whatever may stand beside a decision, with a doubt in it. */
static void test_doubt_beside(void **state)
{
	static const char *const above[] = {
		"お疲れ様ですが、時刻を直してください。",
		"お疲れ様です。時刻を直してください。",
		"佐藤です。時刻を直してください。",
		"高橋さん、時刻を直してください。",
		"高橋さん 時刻を直してください",
		"防災課の佐藤です、明日にしてください",
		"Dear Mr Takahashi, fix the date",
		"[EXTERNAL] ただし直してから",
		"【注意】時刻を直してください。",
		"【外部メール】ではないか確認してから",
		"CAUTION: fix the date.",
		"CAUTION: This email originated from outside. Fix the date.",
		"【注意】このメールは外部から送信されています。時刻を直してください。",
		"外部への配信は止めてください。",
		"====\n時刻を直してください\n====",
		"-- 時刻を直してください",
		"※本メールに心当たりがない場合は削除してください。",
		"はい、ただし時刻を直してください",
	};
	static const char *const below[] = {
		"防災課 佐藤 健一 ただし時刻を直してください",
		"佐藤です。時刻を直してください。",
		"防災課で修正してから",
		"修正申告係に確認してから",
		"修正関係",
		"要修正",
		"時刻変更",
		"電話 0123-45-6789 に変更",
		"電話番号は0123-45-6789に直す",
		"内線?",
		"☆★☆★\nただし時刻を直してください\n☆★☆★",
		"====\n要修正\n====",
		"----------\nただし時刻を直してください",
		"_____\n時刻変更",
		"＊＊ただし時刻を直して＊＊",
		"-----ただし待って-----",
		"----- 元のメッセージは直して -----",
		"★ただし、明日に★",
		"×××××",
		"????",
		"※本メールに心当たりがない場合は削除してください。時刻を直してください。",
		"※本メールに心当たりがない場合は削除してください\nただし時刻を直してください",
		"このメールは宛先が違います",
		"このメールは宛先以外の方にも送ってから",
		"誤って入力した行を削除してください。",
		"This email is confidential, do not send it to all.",
		"If you can, fix the date.",
		"If you are not sure, wait.",
		"This message is for the intended recipient, but fix the date.",
		"ただしOutlookから送信",
		"iPhoneから送信しないでください",
		"Sent from my iPhone, not yet final",
		"差出人: 防災課に変更\n日時: 2026年11月25日 10:00に変更",
		"時刻: 10時に変更\n場所: 公民館\n連絡: a@b.example",
		"件名: 訓練に変更\n宛先: 全員\n時刻: 10:00",
		"10:00に変更 田中 <a@b.example>:",
		"以下のとおり直してください、佐藤課長が書きました:",
		"町のホームページから引用を直す:",
		"＞高橋さん 時刻を直して",
		"10時に送ってください",
		"18:00配信でお願いします",
		"send it at 10 am",
		"please add the map",
		"delete line two",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		"🛑",
		"[hold]",
		"This email is confidential\nand may be privileged\nbut not today",
		"> 承認\n＞高橋さん 直して",
		"--- 時刻を直す ---\nVon: k <k@x.example>\nAn: Sato\n\n> a",
		"件名: 訓練に変更\n差出人: k <k@x.example>\n日時: 2026年\n\n> a",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(above); i++) {
		g_autofree char *text = g_strconcat(above[i], "\n承認\n", NULL);
		struct reply_words words;

		reply_words_read(text, &facts, &words);
		if (words.decision != DECISION_NONE)
			fail_msg("above, \"%s\"", above[i]);
		reply_words_free(&words);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(below); i++) {
		g_autofree char *text =
		    g_strconcat("承認\n\n", below[i], "\n\n防災課 佐藤 健一\n", NULL);
		struct reply_words words;

		reply_words_read(text, &facts, &words);
		if (words.decision != DECISION_NONE ||
		    words.obstacle != REPLY_OBSTACLE_BELOW)
			fail_msg("below, \"%s\": %s", below[i],
				 reply_obstacle_name(words.obstacle));
		reply_words_free(&words);
	}
}

static void test_absence(void **state)
{
	static const char *const absent[] = {
		"ただいま出張のため不在にしております。",
		"11月24日まで休暇をいただいております。",
		"休暇中です",
		"本メールは自動送信されています。",
		"このメールは送信専用です。",
		"※自動返信メールです",
		"This is an automatic reply.",
		"I am out of the office until Monday.",
		"Auto-Reply",
		"This mailbox is unattended.",
		"Ich bin zurzeit nicht im Büro.",
		"Automatische Antwort: Abwesenheit",
		"Réponse automatique",
		"Respuesta automática",
		"自动回复",
		"부재중입니다",
	};
	static const struct reply_case present[] = {
		{ "承認\n\n出張所 佐藤", APPROVE },
		{ "承認\n不在者投票の件、了解です。", APPROVE },
		{ "緊急承認 課長が不在のため", DECISION_APPROVE_URGENT, REPLY_CLEAR, "" },
		{ "緊急承認\n自動返信です", DECISION_NONE, REPLY_OBSTACLE_ABSENCE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++) {
		g_autofree char *below = g_strconcat("承認\n", absent[i], NULL);
		g_autofree char *above = g_strconcat(absent[i], "\n承認", NULL);
		g_autofree char *behind = g_strconcat("承認 ", absent[i], NULL);
		const struct reply_case cases[] = {
			{ below, DECISION_NONE, REPLY_OBSTACLE_ABSENCE, absent[i] },
			{ above, DECISION_NONE, REPLY_OBSTACLE_ABSENCE, absent[i] },
			{ behind, DECISION_NONE, REPLY_OBSTACLE_ABSENCE, behind },
		};

		CHECK(cases, &facts);
	}
	CHECK(present, &facts);
}

/* Two words, of which one may arrive garbled. */
static void test_ready_reply(void **state)
{
	static const struct reply_case cases[] = {
		{ "OK 承認", APPROVE },
		{ "OK、承認します。", APPROVE },
		{ "ＯＫ　承認", APPROVE },
		{ "OK approve", APPROVE },
		{ "OK 緊急承認 避難のため", DECISION_APPROVE_URGENT, REPLY_CLEAR, "" },
		{ "NG 差戻し 時刻", DECISION_SEND_BACK, REPLY_CLEAR, "" },
		{ "NG、却下", DECISION_SEND_BACK, REPLY_CLEAR, "" },
		{ "OK \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		  "F",
		  APPROVE },
		{ "OK 謇ｿ隱\xef\xbf\xbd", APPROVE },
		{ "OK 謇ｿ隱・", APPROVE },
		{ "OK ｾｵﾇｧ", APPROVE },
		{ "OK æ‰¿èª\xc2\x8d", APPROVE },
		{ "OK $B>5G'(B", APPROVE },
		{ "OK 鎵胯獚\n\niPhoneから送信", APPROVE },
		{ "NG", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, "NG" },
		{ "NG 承認", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, NULL },
		{ "OK 差戻し", DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK 承認 ただし時刻を直してください", DECISION_NONE,
		  REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK 承認？", DECISION_NONE, REPLY_OBSTACLE_QUESTION, NULL },
		{ "OK 承認しません", DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK 承認\nただし時刻を直してください", DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, NULL },
		{ "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		  "F",
		  DECISION_NONE, REPLY_OBSTACLE_NO_WORD, NULL },
		{ "謇ｿ隱\xef\xbf\xbd", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, NULL },
		/* 保留, 確認 and a condition, garbled in the same ways */
		{ "OK \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", DECISION_NONE,
		  REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK \xef\xbf\xbdm\xef\xbf\xbd"
		  "F",
		  DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK \xef\xbf\xbd\xef\xbf\xbdǧ", DECISION_NONE, REPLY_OBSTACLE_DOUBT,
		  NULL },
		{ "OK \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		  "F\xef\xbf\xbd\xef\xbf\xbd",
		  DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK 謇ｿ隱阪＠縺ｾ縺帙ｓ", DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "OK ???F", DECISION_NONE, REPLY_OBSTACLE_QUESTION, NULL },
	};

	(void)state;
	CHECK(cases, &facts);
}

/* ---- the town's own lines ---- */

static void test_town_lines(void **state)
{
	static const char *const lines[] = { "^\\[町外\\].*$",
					     "^例町は、ただしく元気な町です。$" };
	GPtrArray *banners =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
	GPtrArray *footers =
	    g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
	struct reply_facts known = facts;
	static const struct reply_case cases[] = {
		{ "[町外] ご注意\n承認", APPROVE },
		{ "[町外] ご注意\n[町外] ご注意\n\n承認", APPROVE },
		{ "承認\n例町は、ただしく元気な町です。", APPROVE },
		{ "承認\n例町は、ただしく元気な町です。\nただし", DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, "ただし" },
		{ "例町は、ただしく元気な町です。\n承認", DECISION_NONE,
		  REPLY_OBSTACLE_NO_WORD, NULL },
		{ "承認\n[町外] ただし", DECISION_NONE, REPLY_OBSTACLE_BELOW, NULL },
	};

	(void)state;
	g_ptr_array_add(banners, g_regex_new(lines[0], 0, 0, NULL));
	g_ptr_array_add(footers, g_regex_new(lines[1], 0, 0, NULL));
	known.banners = banners;
	known.footers = footers;
	CHECK(cases, &known);
	g_ptr_array_free(banners, TRUE);
	g_ptr_array_free(footers, TRUE);
}

/* ---- what is taught ---- */

#define SIGNATURE "□◆□◆□◆\n例町　ただしい町づくり課\n間違い電話にご注意ください。\n□◆□◆□◆"

static void test_teaching(void **state)
{
	static const struct {
		const char *line;
		enum decision decision;
		bool teaches;
		const char *reason;
	} cases[] = {
		{ "承認 以下署名", DECISION_APPROVE, true, "" },
		{ "承認（以下署名）", DECISION_APPROVE, true, "" },
		{ "承認　以下は署名です", DECISION_APPROVE, true, "" },
		{ "承認します。以下署名です。", DECISION_APPROVE, true, "" },
		{ "OK 承認 以下署名", DECISION_APPROVE, true, "" },
		{ "OK 以下署名", DECISION_APPROVE, true, "" },
		{ "approve, signature below", DECISION_APPROVE, true, "" },
		{ "Approve (signature below).", DECISION_APPROVE, true, "" },
		{ "承認\n以下署名", DECISION_APPROVE, true, "" },
		{ "緊急承認 避難のため 以下署名", DECISION_APPROVE_URGENT, true,
		  "避難のため" },
		{ "承認 ただし直してから 以下署名", DECISION_NONE, false, NULL },
		{ "承認 以下署名を直してください", DECISION_NONE, false, NULL },
		{ "承認\nただし 以下署名", DECISION_NONE, false, NULL },
		{ "承認しません 以下署名", DECISION_NONE, false, NULL },
		{ "承認？ 以下署名", DECISION_NONE, false, NULL },
		{ "承認", DECISION_NONE, false, NULL },
		{ "差戻し 以下署名", DECISION_SEND_BACK, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
		    g_strconcat(cases[i].line, "\n\n" SIGNATURE "\n\n> 承認\n", NULL);
		struct reply_words words;

		reply_words_read(text, &facts, &words);
		if (words.decision != cases[i].decision ||
		    words.teaches != cases[i].teaches)
			fail_msg("\"%s\": %s, %s", cases[i].line,
				 decision_name(words.decision),
				 words.teaches ? "teaches" : "does not teach");
		if (cases[i].reason != NULL)
			assert_string_equal(words.reason, cases[i].reason);
		if (words.teaches || words.obstacle == REPLY_OBSTACLE_BELOW)
			assert_true(g_str_has_suffix(words.tail, SIGNATURE));
		if (words.teaches)
			assert_string_equal(words.tail, SIGNATURE);
		reply_words_free(&words);
	}
}

static void test_teaching_nothing(void **state)
{
	struct reply_words words;

	(void)state;
	/* Nothing follows. */
	reply_words_read("承認 以下署名\n\n> 承認", &facts, &words);
	assert_int_equal(words.decision, DECISION_APPROVE);
	assert_false(words.teaches);
	reply_words_free(&words);
	/* Another decision follows. */
	reply_words_read("承認 以下署名\n佐藤\n差戻し 時刻", &facts, &words);
	assert_int_equal(words.decision, DECISION_NONE);
	assert_int_equal(words.obstacle, REPLY_OBSTACLE_DOUBT);
	assert_string_equal(words.in_the_way, "差戻し 時刻");
	assert_false(words.teaches);
	reply_words_free(&words);
}

static void test_learned(void **state)
{
	g_autofree char *hash = reply_tail_hash(SIGNATURE);
	g_autofree char *wrapped = reply_tail_hash(
	    "□◆□◆□◆\n例町 ただしい町づ\nくり課\n\n間違い電話に\nご注意ください。\n□◆□◆□◆\n");
	const char *const learned[] = { "0", hash, NULL };
	struct reply_facts known = facts;
	static const struct reply_case cases[] = {
		{ "承認\n\n" SIGNATURE, APPROVE },
		{ "承認します。\nよろしくお願いします。\n" SIGNATURE "\n\n\n> 承認",
		  APPROVE },
		{ "承認\n" SIGNATURE
		  "\n\n※本メールに心当たりがない場合は削除してください。",
		  APPROVE },
		{ "承認\nただし時刻を直してください\n" SIGNATURE, DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, "ただし時刻を直してください" },
		{ "承認 ただし\n" SIGNATURE, DECISION_NONE, REPLY_OBSTACLE_DOUBT, NULL },
		{ "承認\n" SIGNATURE "\nただし", DECISION_NONE, REPLY_OBSTACLE_BELOW,
		  "ただし" },
		{ "承認\n間違い電話にご注意ください。\n□◆□◆□◆", DECISION_NONE,
		  REPLY_OBSTACLE_BELOW, NULL },
		{ SIGNATURE "\n承認", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, NULL },
	};

	(void)state;
	assert_string_equal(hash, wrapped);
	assert_int_equal(strlen(hash), 64);
	known.signatures = learned;
	CHECK(cases, &known);
	/* A condition typed twice is still one. */
	{
		static const struct reply_case unknown[] = {
			{ "承認\n" SIGNATURE, DECISION_NONE, REPLY_OBSTACLE_BELOW,
			  "例町　ただしい町づくり課" },
		};

		CHECK(unknown, &facts);
		CHECK(unknown, &facts);
	}
}

/* What is too long is no signature: neither kept, nor looked for. */
static void test_learned_bounds(void **state)
{
	static const struct {
		size_t lines;
		const char *line;
		bool kept;
	} cases[] = {
		{ TAIL_LINES_MOST, "ただし", true },
		{ TAIL_LINES_MOST + 1, "ただし", false },
		{ 1, "", false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) tail = g_string_new(cases[i].line);
		g_autoptr(GString) reply = g_string_new("承認\n");
		g_autofree char *hash = NULL;
		const char *learned[] = { NULL, NULL };
		struct reply_facts known = facts;
		struct reply_words words;

		for (size_t l = 1; l < cases[i].lines; l++)
			g_string_append_printf(tail, "\n%s", cases[i].line);
		hash = reply_tail_hash(tail->str);
		assert_int_equal(hash != NULL, cases[i].kept);
		if (hash == NULL)
			continue;
		learned[0] = hash;
		known.signatures = learned;
		g_string_append(reply, tail->str);
		reply_words_read(reply->str, &known, &words);
		assert_int_equal(words.decision, DECISION_APPROVE);
		reply_words_free(&words);
	}
}

/* ---- reasons ---- */

static void test_reasons(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "承認\n\n防災課長 佐藤 健一\n電話 0123-45-6789", "" },
		{ "承認\n\n総務課長 大野 さくら\n電話 0123-45-6789", "" },
		{ "承認　防災課長　佐藤", "" },
		{ "承認 町長も了承済みです\n佐藤", "町長も了承済みです" },
		{ "承認\nよろしくお願いします。\n佐藤", "" },
		{ "承認\n町長も了承済みです。\nありがとうございます。",
		  "町長も了承済みです。\nありがとうございます。" },
		{ "承認\n町長も了承済みです。\n\n※本メールに心当たりがない場合は削除してくだ"
		  "さい。",
		  "町長も了承済みです。" },
		{ "差戻し\n時刻が違います\n\n防災課長 佐藤 健一\n電話 0123-45-6789",
		  "時刻が違います" },
		{ "差戻し 時刻\n\n防災課 佐藤", "時刻" },
		{ "差戻し\n時刻が違います\n☆★☆★\n総務課 大野\n電話 0123-45-6789\n☆★☆★",
		  "時刻が違います" },
		{ "差戻し\n\n佐藤 健一\n", "" },
		/* What looks like a signature, and is what is wrong. */
		{ "差戻し\n町民会館", "町民会館" },
		{ "差戻し\n電話 0123-45-6780", "電話 0123-45-6780" },
		{ "差戻し\n町民会館\n電話 0123-45-6780", "町民会館\n電話 0123-45-6780" },
		{ "差戻し\n町民会館\n佐藤", "町民会館" },
		{ "差戻し\n防災課", "防災課" },
		{ "差戻し\n=====\n町民会館\n=====", "町民会館" },
		{ "差戻し\n=====\n時刻を直してください\n=====\n佐藤",
		  "時刻を直してください" },
		{ "差戻し\n時刻\n\niPhoneから送信", "時刻" },
		{ "差戻し\n時刻\n\nProton Mail セキュアメールで送信。", "時刻" },
		{ "差戻し\n時刻\n\n2026/11/24 9:00、回覧 <k@info.town.example>のメール:\n> a",
		  "時刻" },
		{ "差戻し\n時刻\n\nVon: k <k@info.town.example>\nGesendet: 2026\nAn: a\n\nb",
		  "時刻" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct reply_words words;

		reply_words_read(cases[i].text, &facts, &words);
		assert_int_not_equal(words.decision, DECISION_NONE);
		if (strcmp(words.reason, cases[i].reason) != 0)
			fail_msg("\"%s\": \"%s\"", cases[i].text, words.reason);
		reply_words_free(&words);
	}
}

/* A reply of 64 KB that means harm takes time in proportion; this would take minutes
 * otherwise, and the harness would end it. */
static void test_large(void **state)
{
	static const char *const units[] = {
		"a\n",        "From: a\n",    "このメールは\n", "if you\n",
		":\n",        "漢字 ",        "On 2026 a\n",    "====\n",
		"1-",         "a.b@",         "修正申告係 ",    "ただし\n",
		"高橋さん\n", "[EXTERNAL]\n", "お疲れ様です。", "\n",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autoptr(GString) text = g_string_new("承認\n");
		struct reply_words words;

		while (text->len < 65536)
			g_string_append(text, units[i]);
		g_string_append(text, "\nただし時刻を直してください");
		reply_words_read(text->str, &facts, &words);
		assert_int_equal(words.decision, DECISION_NONE);
		reply_words_free(&words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_names_are_facts),
		cmocka_unit_test(test_own_words),
		cmocka_unit_test(test_signature_lines),
		cmocka_unit_test(test_obstacles),
		cmocka_unit_test(test_doubt_beside),
		cmocka_unit_test(test_absence),
		cmocka_unit_test(test_ready_reply),
		cmocka_unit_test(test_town_lines),
		cmocka_unit_test(test_teaching),
		cmocka_unit_test(test_teaching_nothing),
		cmocka_unit_test(test_learned),
		cmocka_unit_test(test_learned_bounds),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("reply_beside", tests, NULL, NULL);
}
