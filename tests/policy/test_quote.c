/*
 * NAME
 *	test_quote - what programs and gateways write around a person's words
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <glib.h>

#include "policy/disclaimer.h"
#include "policy/folded.h"
#include "policy/line.h"
#include "policy/original.h"
#include "policy/quote.h"

struct line_case {
	const char *line;
	bool is;
};

static void check_lines(const struct line_case *cases, size_t count,
			bool (*is)(const char *line))
{
	for (size_t i = 0; i < count; i++)
		if (is(cases[i].line) != cases[i].is)
			fail_msg("case %zu: \"%s\": %s", i, cases[i].line,
				 cases[i].is ? "is not" : "is");
}

#define CHECK(cases, is) check_lines(cases, sizeof(cases) / sizeof((cases)[0]), is)

static void test_footers(void **state)
{
	static const struct line_case cases[] = {
		{ "iPhoneから送信", true },
		{ "iPadから送信しました", true },
		{ "私のiPhoneから送信", true },
		{ "　Xperiaから送信　", true },
		{ "Galaxyから送信", true },
		{ "AQUOSスマートフォンから送信されました", true },
		{ "ドコモの携帯から送信", true },
		{ "スマートフォンから送信", true },
		{ "らくらくスマートフォンより送信", true },
		{ "Yahoo!メールアプリから送信", true },
		{ "Yahoo!メール", true },
		{ "Windows 版のメールから送信", true },
		{ "Windows 10 版の メール から送信", true },
		{ "Outlook for iOS を入手", true },
		{ "Outlook for iOS を入手<https://aka.ms/o0ukef>", true },
		{ "Android 版 Outlook を入手する", true },
		{ "Proton Mail セキュアメールで送信。", true },
		{ "Proton Mail モバイルアプリから送信しました。", true },
		{ "Gmail から送信", true },
		{ "Sparkを使って送信", true },
		{ "K-9 Mailから送信しました", true },
		{ "Android デバイスから K-9 Mail で送信されました。簡潔な文面をお許しください。",
		  true },
		{ "このメールはiPhoneから送信されました", true },
		{ "Sent from my iPhone", true },
		{ "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
		  true },
		{ "Sent from Mail for Windows 10", true },
		{ "Sent with Proton Mail secure email.", true },
		{ "Get Outlook for Android", true },
		{ "Von meinem iPhone gesendet", true },
		{ "Envoyé de mon iPhone", true },
		{ "Enviado desde mi iPhone", true },
		{ "发自我的 iPhone", true },
		{ "ただしiPhoneから送信", false },
		{ "fix the date first iPhoneから送信", false },
		{ "hold it. iPhoneから送信", false },
		{ "ただしOutlookで送信", false },
		{ "10時にiPhoneから送信", false },
		{ "10:00 Outlookから送信", false },
		{ "10 Outlookから送信", false },
		{ "Sent from my iPhone, at noon", false },
		{ "本庁から送信", false },
		{ "メールで送信", false },
		{ "スマートフォンで送信", false },
		{ "iPhoneから送信しないでください", false },
		{ "iPhoneから送信。ただし時刻を直してください。", false },
		{ "Sent from my iPhone but not final", false },
		{ "Sent from my desk, not yet final", false },
		{ "Sent from my iPhone. Fix the date.", false },
		{ "Sent from the office tomorrow", false },
		{ "Outlook を確認", false },
		{ "承認", false },
		{ "", false },
	};

	(void)state;
	CHECK(cases, quote_is_footer);
}

static void test_rulers(void **state)
{
	static const struct line_case cases[] = {
		{ "──────", true },   { "☆★☆★☆★", true }, { "■□■□■□", true },
		{ "=-=-=-=-", true }, { "＊＊", true },   { "-*-+-*-+-*-", true },
		{ "★", false },       { "☆★", false },    { "-*+=", false },
		{ "????", false },    { "××××", false },  { "❌❌❌", false },
		{ "-- a --", false }, { "1111", false },  { "", false },
	};

	(void)state;
	CHECK(cases, line_is_ruler);
}

static void test_quoted(void **state)
{
	static const struct line_case cases[] = {
		{ "> a", true },  { ">a", true },     { "＞a", true }, { "| a", true },
		{ "» a", true },  { "&gt; a", true }, { "│ a", true }, { "a > b", false },
		{ "・a", false }, { "", false },
	};

	(void)state;
	CHECK(cases, line_is_quoted);
}

struct count_case {
	const char *lines;
	size_t count;
};

static void check_counts(const struct count_case *cases, size_t count,
			 size_t (*count_lines)(char *const *lines))
{
	for (size_t i = 0; i < count; i++) {
		char **lines = g_strsplit(cases[i].lines, "\n", -1);
		const size_t found = count_lines(lines);

		g_strfreev(lines);
		if (found != cases[i].count)
			fail_msg("case %zu: \"%s\": %zu, wanted %zu", i, cases[i].lines,
				 found, cases[i].count);
	}
}

#define CHECK_COUNTS(cases, count) \
	check_counts(cases, sizeof(cases) / sizeof((cases)[0]), count)

static void test_banners(void **state)
{
	static const struct count_case cases[] = {
		{ "[EXTERNAL]", 1 },
		{ "[EXTERNAL] This email originated from outside of the organization.",
		  1 },
		{ "CAUTION: This email originated from outside of the organization. Do not "
		  "click links unless you recognize the sender.",
		  1 },
		{ "CAUTION: This email originated from outside of the\norganization. Do not "
		  "click links or open attachments unless you\nrecognize the sender and "
		  "know the content is safe.\n\n承認",
		  3 },
		{ "EXTERNAL EMAIL: Be careful with links and attachments.", 1 },
		{ "*** EXTERNAL ***", 1 },
		{ "You don't often get email from k@x.example. Learn why this is important",
		  1 },
		{ "【外部メール】", 1 },
		{ "【社外】", 1 },
		{ "[社外メール]", 1 },
		{ "外部メール", 1 },
		{ "【外部メール】\n承認", 1 },
		{ "【注意】このメールは外部から送信されています。リンクや添付ファイルにご注意く"
		  "ださい。",
		  1 },
		{ "注意：このメールは組織外から送信されたものです。\n添付ファイルやURLに注意して"
		  "ください。\n\n承認",
		  2 },
		{ "※このメールは外部から受信したメールです\n承認", 1 },
		{ "【注意】時刻を直してください\n承認", 0 },
		{ "注意：このメールは配信を待ってください。", 0 },
		{ "【注意】このメールは外部から送信されています。時刻を直してください。",
		  0 },
		{ "外部への配信は止めてください。", 0 },
		{ "外部", 1 },
		{ "外部に送る前に直すこと", 0 },
		{ "CAUTION: the date is wrong.", 0 },
		{ "This email must not go outside until Monday.", 0 },
		{ "External links must be fixed", 0 },
		{ "添付ファイルにご注意ください。", 0 },
		{ "承認", 0 },
		{ "", 0 },
	};

	(void)state;
	CHECK_COUNTS(cases, disclaimer_count_banner);
}

static void test_disclaimers(void **state)
{
	static const struct count_case cases[] = {
		{ "This e-mail is confidential. If you are not the intended recipient, "
		  "please notify the sender and delete it.",
		  1 },
		{ "If you are not the intended recipient, you must not copy,\ndisclose or "
		  "use it. Please notify the sender immediately\nand delete this message.",
		  3 },
		{ "CONFIDENTIALITY NOTICE: This email and any attachments are confidential "
		  "and intended solely for the addressee.",
		  1 },
		{ "DISCLAIMER\nThe information contained in this message is intended only "
		  "for the recipient.",
		  2 },
		{ "Please consider the environment before printing this email.", 1 },
		{ "Virus-free. www.avast.com", 0 },
		{ "※このメールは、宛先に記載された方のみを対象としています。誤って受信された場合"
		  "は、お手数ですが削除してください。",
		  1 },
		{ "※本メールに心当たりがない場合は、お手数ですが削除してください。", 1 },
		{ "※本メールに心当たりがない場合は、お手数ですが\n　削除をお願いいたします。\n",
		  2 },
		{ "このメールは、宛先以外の方が受信された場合、内容の開示や転送は\n禁じられてい"
		  "ます。速やかに発信者にご連絡のうえ、\n破棄してください。",
		  3 },
		{ "【機密】\n本メールには機密情報が含まれる場合があります。", 2 },
		{ "このメールはウイルスチェック済みです。", 1 },
		{ "※本メールに心当たりがない場合は削除してください\nただし時刻を直してください",
		  1 },
		{ "※本メールに心当たりがない場合は削除してください。時刻を修正してください。",
		  0 },
		{ "このメールは宛先が違います", 0 },
		{ "このメールは宛先以外の方にも送ってください。", 0 },
		{ "このメールは受信者を確認してからお願いします。", 0 },
		{ "誤って入力した行を削除してください。", 0 },
		{ "お手数ですが削除してください。", 0 },
		{ "If you are not sure, wait.", 0 },
		{ "If you can, fix the date.", 0 },
		{ "This email is confidential, do not send it to all.", 0 },
		{ "ただし10時に送ってください", 0 },
		{ "", 0 },
	};

	(void)state;
	CHECK_COUNTS(cases, disclaimer_count_lines);
}

static size_t count_intro(char *const *lines)
{
	static const char *const ours[] = { "info.town.example", NULL };

	return original_count_intro(lines, ours);
}

static void test_intros(void **state)
{
	static const struct count_case cases[] = {
		{ "From: k <k@x.example>\nSent: Tuesday\nTo: Sato\nSubject: x\n\na", 4 },
		{ "*From:* k <k@x.example>\n*Sent:* Tuesday\n*To:* Sato", 3 },
		{ "Von: k <k@x.example>\nGesendet: Dienstag, 24. November 2026 09:00\n"
		  "An: Sato\nBetreff: x",
		  4 },
		{ "De : k <k@x.example>\nEnvoyé : mardi 24 novembre 2026\nÀ : Sato", 3 },
		{ "发件人: k <k@x.example>\n发送时间: 2026年11月24日\n收件人: Sato", 3 },
		{ "보낸 사람: k <k@x.example>\n받는 사람: Sato", 2 },
		{ "差出人: 回覧\n送信日時: 2026年11月24日 9:00\n宛先: 佐藤\n件名: x", 4 },
		{ "件名: x\n日付: 火\n差出人: 回覧 <k@x.example>\n宛先: 佐藤", 4 },
		{ "件名: 訓練に変更\n差出人: 回覧 <k@x.example>\n宛先: 佐藤", 0 },
		{ "--- ursprünglich ---\nVon: k <k@x.example>\nAn: Sato", 3 },
		{ "--- 時刻を直す ---\nVon: k <k@x.example>\nAn: Sato", 0 },
		{ "-----Original Message-----\nFrom: k <k@x.example>\nTo: Sato\n", 3 },
		{ "Original Message\nFrom: k <k@x.example>\nTo: Sato\n", 3 },
		{ "Kutoka: kairan <kairan@info.town.example>\nTarehe: 24 Novemba 2026\n"
		  "Kwa: Sato\nMada: x",
		  4 },
		{ "Kutoka: kairan <kairan@x.example>\nTarehe: 2026\nKwa: Sato", 0 },
		{ "Kutoka: kairan <kairan@info.town.example>\nTarehe: leo\nKwa: Sato",
		  0 },
		{ "On Tue, Nov 24, 2026 at 9:00 AM k <k@x.example> wrote:\n> a", 1 },
		{ "On Tue, Nov 24, 2026 at 9:00 AM k <k@x.example>\nwrote:\n> a", 2 },
		{ "Am 24.11.2026 um 09:00 schrieb k <k@x.example>:\n> a", 1 },
		{ "Le mar. 24 nov. 2026 à 09:00, k <k@x.example>\na écrit :\n> a", 2 },
		{ "2026年11月24日(火) 9:00 回覧 <k@x.example>:\n> a", 1 },
		{ "2026年11月24日(火) 9:00 回覧 <k@x.example>\n> a", 1 },
		{ "2026年11月24日(火) 9:00 回覧 <k@x.example>\na", 0 },
		{ "引用 回覧 <k@x.example>:\n\na", 1 },
		{ "回覧 <k@x.example> から引用:\n\na", 1 },
		{ "2026/11/24 9:00、回覧 さんは書きました:\n> a", 1 },
		{ "                    \"kairan\"\n                    <k@x.example>       "
		  "              宛先\n                                                    "
		  "佐藤\n            2026/11/24 09:00                           cc\n\n      "
		  "                                         件名\n                           "
		  "                 x\n",
		  6 },
		{ "件名: x\n日付: 火\n宛先: a\ncc: b\n重要度: c\n差出人: k <k@x.example>",
		  0 },
		{ "差出人: 防災課に変更\n日時: 2026年11月25日 10:00に変更", 0 },
		{ "From: k\nSent: Tuesday\nTo: Sato\nSubject: x", 4 },
		{ "From: k\nSent: Tuesday\nTo: Sato", 0 },
		{ "差出人: 防災課\n件名: 訓練に変更", 0 },
		{ "時刻: 10時に変更\n場所: 公民館\n連絡: a@b.example", 0 },
		{ "時刻: 2026年に変更\n場所: 公民館\n連絡: <a@info.town.example>", 0 },
		{ "電話: 0123-45-6789\nFAX: 0123-45-6780\nE-mail: a@info.town.example",
		  0 },
		{ "ただし本庁から送信してください:", 0 },
		{ "10:00に変更 田中 <a@b.example>:", 0 },
		{ "引用を直してください:", 0 },
		{ "課長の言うとおりに書きました:", 0 },
		{ "10:00に送って <a@b.example>\n> a", 0 },
		{ "2026年の日付を直して <a@b.example>\n> a", 0 },
		{ "2026年に送ってください <a@b.example>\n> a", 0 },
		{ "FAX: 1\nE-mail: <a@info.town.example>\n差出人: k <k@info.town.example>\n"
		  "日時: 2026年",
		  0 },
		{ "件名: 訓練に変更\nFAX\n差出人: k <k@x.example>\n日時: 2026年", 0 },
		{ "承認", 0 },
		{ "", 0 },
	};

	(void)state;
	CHECK_COUNTS(cases, count_intro);
}

/* Which lines are the person's, joined with '/'. */
static void test_walk(void **state)
{
	static const struct {
		const char *text, *written, *said;
	} cases[] = {
		{ "a\n> b\nc", "a/c", "a/c" },
		{ "a\n-- \nb", "a", "a" },
		{ "a\n====\nb", "a", "a/====/b" },
		{ "a\n___\nb", "a/___/b", "a/___/b" },
		{ "a\n-----Original Message-----\nb", "a", "a" },
		{ "From: k <k@x.example>\nTo: b\n\n> c\n\nd", "//d", "//d" },
		{ "From: k <k@x.example>\nTo: b\n\nc", "", "" },
		{ "a\niPhoneから送信\nb", "a/iPhoneから送信/b", "a/b" },
		{ "承認\n＞高橋さん 直して", "承認/＞高橋さん 直して",
		  "承認/＞高橋さん 直して" },
		{ "承認\n＞ 高橋さん 直して", "承認", "承認" },
		{ "承認\n＞高橋さん\n＞直して", "承認", "承認" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char **written = quote_find_written_lines(cases[i].text);
		char **said = quote_find_said_lines(cases[i].text, NULL);
		g_autofree char *written_joined = g_strjoinv("/", written);
		g_autofree char *said_joined = g_strjoinv("/", said);

		g_strfreev(written);
		g_strfreev(said);
		assert_string_equal(written_joined, cases[i].written);
		assert_string_equal(said_joined, cases[i].said);
	}
}

/* Residents get these; what is cut of them is told. */
static void test_written(void **state)
{
	char **written = quote_find_written_lines("a\niPhoneから送信\n> b\nc\n====\nd");
	g_autofree char *joined = g_strjoinv("/", written);

	(void)state;
	g_strfreev(written);
	assert_string_equal(joined, "a/iPhoneから送信/c");
}

static void test_skip_mark(void **state)
{
	static const struct {
		const char *line, *behind;
	} cases[] = {
		{ "[EXTERNAL] 承認", " 承認" },
		{ "【外部メール】承認", "承認" },
		{ "［社外］ OK", " OK" },
		{ "external 承認", "external 承認" },
		{ "[待って] 承認", "[待って] 承認" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(disclaimer_skip_mark(cases[i].line), cases[i].behind);
}

static void test_folded(void **state)
{
	struct folded folded;

	(void)state;
	folded_make("ＯＫ、ﾊﾞｽ", &folded);
	assert_string_equal(folded.text, "ok、バス");
	assert_int_equal(folded.origin[0], 0);
	assert_int_equal(folded.origin[1], 3);
	assert_int_equal(folded.origin[2], 6);
	assert_int_equal(folded.origin[5], 9);
	assert_int_equal(folded.origin[8], 15);
	assert_int_equal(folded.origin[11], 18);
	folded_clear(&folded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_footers),     cmocka_unit_test(test_rulers),
		cmocka_unit_test(test_quoted),      cmocka_unit_test(test_banners),
		cmocka_unit_test(test_disclaimers), cmocka_unit_test(test_intros),
		cmocka_unit_test(test_walk),        cmocka_unit_test(test_written),
		cmocka_unit_test(test_skip_mark),   cmocka_unit_test(test_folded),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
