/*
 * NAME
 *	test_leftover - footers that are cut, what else is told of, and what is left alone
 *
 * DESCRIPTION
 *	A row is a draft as it comes, its text after the cut (NULL: as it was), what was cut,
 *	and what is found then: "kind@first-last" in the text, "kind@0" in the subject.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/leftover.h"
#include "policy/subject_mark.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *describe(const GPtrArray *leftovers)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < leftovers->len; i++) {
		const struct leftover *leftover = g_ptr_array_index(leftovers, i);

		g_string_append_printf(all, "%s%s@%zu", all->len > 0 ? " " : "",
				       leftover_name(leftover->kind), leftover->line);
		if (leftover->lines > 1)
			g_string_append_printf(all, "-%zu",
					       leftover->line + leftover->lines - 1);
	}
	return g_string_free(all, FALSE);
}

struct row {
	const char *subject, *text, *kept, *cut, *found;
};

static void check_row(const struct row *row)
{
	static const char *const addresses[] = { "info.town.example", NULL };
	g_autofree char *text = g_strdup(row->text);
	g_autofree char *cut = leftover_cut_footer(text);
	const struct leftover_facts facts = { .subject = row->subject,
					      .text = text,
					      .addresses = addresses };
	GPtrArray *leftovers = leftover_find(&facts);
	g_autofree char *found = describe(leftovers);

	if (g_strcmp0(cut, row->cut) != 0)
		fail_msg("%s/%s: cut \"%s\"", row->subject, row->text, cut);
	if (strcmp(text, row->kept != NULL ? row->kept : row->text) != 0)
		fail_msg("%s/%s: kept \"%s\"", row->subject, row->text, text);
	if (strcmp(found, row->found) != 0)
		fail_msg("%s/%s: found \"%s\", not \"%s\"", row->subject, row->text,
			 found, row->found);
	g_ptr_array_unref(leftovers);
}

#define WATER "断水のお知らせです。給水車が公民館に来ます。"

static void test_footers(void **state)
{
	static const struct row rows[] = {
		{ "断水", WATER "\n\niPhoneから送信", WATER, "iPhoneから送信", "" },
		{ "断水", WATER "\n\n\niPadから送信\n", WATER, "iPadから送信", "" },
		{ "断水", WATER "\niPhoneから送信", WATER, "iPhoneから送信", "" },
		{ "断水", WATER "\n\nGalaxyから送信", WATER, "Galaxyから送信", "" },
		{ "断水", WATER "\n\nXperiaから送信", WATER, "Xperiaから送信", "" },
		{ "断水", WATER "\n\nAQUOSスマートフォンから送信", WATER,
		  "AQUOSスマートフォンから送信", "" },
		{ "断水", WATER "\n\nらくらくスマートフォンから送信", WATER,
		  "らくらくスマートフォンから送信", "" },
		{ "断水", WATER "\n\nドコモのスマートフォンから送信", WATER,
		  "ドコモのスマートフォンから送信", "" },
		{ "断水", WATER "\n\nOutlook for iOS を入手<https://aka.ms/o0ukef>",
		  WATER, "Outlook for iOS を入手<https://aka.ms/o0ukef>", "" },
		{ "断水", WATER "\n\nOutlook for Android を入手\nhttps://aka.ms/AAb9ysg",
		  WATER, "Outlook for Android を入手", "" },
		{ "断水",
		  WATER "\n________________________________\n"
			"Outlook for iOS を取得<https://aka.ms/o0ukef>",
		  WATER, "Outlook for iOS を取得<https://aka.ms/o0ukef>", "" },
		{ "断水", WATER "\n\n--\nAndroid 用 Outlook を入手", WATER,
		  "Android 用 Outlook を入手", "" },
		{ "断水", WATER "\n\nYahoo!メール", WATER, "Yahoo!メール", "" },
		{ "断水", WATER "\n\nYahoo!メールアプリから送信", WATER,
		  "Yahoo!メールアプリから送信", "" },
		{ "断水", WATER "\n\nGmail アプリから送信", WATER, "Gmail アプリから送信",
		  "" },
		{ "断水", WATER "\n\nProton Mail から送信されました", WATER,
		  "Proton Mail から送信されました", "" },
		{ "断水", WATER "\n\nProton Mail で送信", WATER, "Proton Mail で送信",
		  "" },
		{ "断水", WATER "\n\nSent from my iPhone", WATER, "Sent from my iPhone",
		  "" },
		{ "断水", WATER "\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", WATER,
		  "Get Outlook for iOS<https://aka.ms/o0ukef>", "" },
		{ "断水", WATER "\n\niPhoneから送信\n\nYahoo!メール", WATER,
		  "iPhoneから送信 / Yahoo!メール", "" },
		{ "断水", "iPhoneから送信", "", "iPhoneから送信", "" },
		/* The writer's own frame stays. */
		{ "断水", "━━━━\n" WATER "\n━━━━\n\niPhoneから送信",
		  "━━━━\n" WATER "\n━━━━", "iPhoneから送信", "" },
		{ "断水", "━━━━\n" WATER "\n━━━━\niPhoneから送信", NULL, NULL,
		  "footer@4" },
		/* It is followed by something, which may be meant. */
		{ "断水", WATER "\n\niPhoneから送信\n\n問い合わせ 電話123", NULL, NULL,
		  "footer@3" },
		{ "断水", WATER "\n\niPhoneから送信\n\n> 前の文です。", NULL, NULL,
		  "footer@3 quote@5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* What residents must get as it is. */
static void test_left_alone(void **state)
{
	static const struct row rows[] = {
		{ "アプリのお知らせ", "写真はiPhoneから送信できます。お試しください。",
		  NULL, NULL, "" },
		{ "申請", "申請書はスマートフォンから送信してください。", NULL, NULL,
		  "" },
		{ "申請", "申請書は次のとおりです。\n\nスマホから送信できます", NULL,
		  NULL, "" },
		{ "申請", "マイナポイントの申請は\nスマートフォンから送信", NULL, NULL,
		  "footer@2" },
		{ "アプリ", "防災アプリを\n入手", NULL, NULL, "" },
		{ "アプリ", "町公式アプリを入手", NULL, NULL, "" },
		{ "【取り消し】避難指示を取り消します", "本町の避難指示を取り消します。",
		  NULL, NULL, "" },
		{ "避難指示の取り消し", "避難指示を取り消しました。", NULL, NULL, "" },
		{ "レクリエーションのお知らせ", "会場は体育館です。", NULL, NULL, "" },
		{ "Recycleの日", "明日は資源ごみの日です。", NULL, NULL, "" },
		{ "避難所開設", "開設した避難所\n・第一小学校\n・公民館", NULL, NULL,
		  "" },
		{ "停電", "12月1日 10:00〜12:00\n場所：本町\n問い合わせ：総務課", NULL,
		  NULL, "" },
		{ "講座", "日時：12月1日 10時\n場所：公民館\n対象：町民", NULL, NULL,
		  "" },
		{ "転送電話のお知らせ", "役場の電話は転送されます。", NULL, NULL, "" },
		{ "返信はできません", "このメールには返信できません。", NULL, NULL, "" },
		{ "お知らせ", "＞詳しくは町のホームページへ", NULL, NULL, "" },
		{ "お知らせ", "｜会場｜公民館｜\n｜時刻｜10時｜", NULL, NULL, "" },
		{ "外部評価委員会", "委員を募集します。", NULL, NULL, "" },
		{ "不審なメールにご注意", "心当たりのないメールは開かないでください。",
		  NULL, NULL, "" },
		{ "個人情報", "個人情報を聞き出す電話にご注意ください。", NULL, NULL,
		  "" },
		{ "寄付", "書き損じはがきを集めています。\n━━━━━━\n福祉課 電話123", NULL,
		  NULL, "" },
		{ "お知らせ", "", NULL, NULL, "" },
		{ "", WATER, NULL, NULL, "" },
		{ "Drill: tomorrow", "An evacuation drill is held tomorrow.", NULL, NULL,
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void test_found(void **state)
{
	static const struct row rows[] = {
		{ "断水", WATER "\n\n> 前の原稿です。\n> 内線 123", NULL, NULL,
		  "quote@3-4" },
		{ "断水", "＞ 前の原稿です。\n＞ 内線 123", NULL, NULL, "quote@1-2" },
		{ "断水",
		  WATER
		  "\n\n2026年11月27日(金) 9:00 高橋 誠 <bosai-staff1@town.example>:\n"
		  "> 前の原稿です。\n> 内線 123",
		  NULL, NULL, "original@3-5" },
		{ "断水",
		  WATER "\n\nOn Fri, Nov 27, 2026 at 9:00 AM Makoto Takahashi "
			"<bosai-staff1@town.example> wrote:\n\n> 前の原稿です。",
		  NULL, NULL, "original@3-5" },
		{ "断水",
		  WATER "\n\n-----Original Message-----\nFrom: 佐藤 <a@town.example>\n"
			"Sent: Friday, November 27, 2026 9:00 AM\nSubject: x\n\n前の文",
		  NULL, NULL, "original@3-6" },
		{ "断水",
		  WATER
		  "\n\n差出人: 佐藤 <a@town.example>\n送信日時: 2026年11月27日 9:00\n"
		  "宛先: 防災課\n件名: 断水\n\n前の文",
		  NULL, NULL, "original@3-6" },
		{ "断水",
		  "---------- Forwarded message ---------\n"
		  "From: 佐藤 <bosai-chief@town.example>\nSubject: x\n\n" WATER,
		  NULL, NULL, "original@1-3" },
		{ "Fwd: 断水", WATER, NULL, NULL, "reference@0" },
		{ "FW: 断水", WATER, NULL, NULL, "reference@0" },
		{ "Re: 断水", WATER, NULL, NULL, "reference@0" },
		{ "ＲＥ：断水", WATER, NULL, NULL, "reference@0" },
		{ "Re[2]: 断水", WATER, NULL, NULL, "reference@0" },
		{ "転送: 断水", WATER, NULL, NULL, "reference@0" },
		{ "転送：断水", WATER, NULL, NULL, "reference@0" },
		{ "返信: 断水", WATER, NULL, NULL, "reference@0" },
		{ "回复: 断水", WATER, NULL, NULL, "reference@0" },
		{ "[EXTERNAL] 断水", WATER, NULL, NULL, "outside@0" },
		{ "【外部メール】断水", WATER, NULL, NULL, "outside@0" },
		{ "外部メール: 断水", WATER, NULL, NULL, "outside@0" },
		{ "***SPAM*** 断水", WATER, NULL, NULL, "outside@0" },
		{ "【迷惑メール】断水", WATER, NULL, NULL, "outside@0" },
		{ "Fwd: [EXTERNAL] Re: 断水", WATER, NULL, NULL,
		  "reference@0 outside@0" },
		{ "[EXTERNAL] 取り消し: 断水", WATER, NULL, NULL, "outside@0 recall@0" },
		{ "取り消し: 断水", WATER, NULL, NULL, "recall@0" },
		{ "断水", "[EXTERNAL]\n" WATER, NULL, NULL, "outside@1" },
		{ "断水", "[EXTERNAL] " WATER, NULL, NULL, "outside@1" },
		{ "断水", "【外部メール】\n" WATER, NULL, NULL, "outside@1" },
		{ "断水", "このメールは外部から送信されています。\n" WATER, NULL, NULL,
		  "outside@1" },
		{ "断水",
		  "CAUTION: This email originated from outside of the organization.\n\n" WATER,
		  NULL, NULL, "outside@1" },
		{ "断水", WATER "\n\n※本メールに心当たりがない場合は削除してください。",
		  NULL, NULL, "disclaimer@3" },
		{ "断水",
		  WATER "\n\nIf you are not the intended recipient, please delete this "
			"message.\n",
		  NULL, NULL, "disclaimer@3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static void test_the_town_s_own(void **state)
{
	GPtrArray *banners = g_ptr_array_new(), *footers = g_ptr_array_new();
	const struct leftover_facts facts = {
		.subject = "断水",
		.text = "GW-7: checked\n" WATER "\n\n町情報システム係 検査済",
		.banners = banners,
		.footers = footers,
	};
	GPtrArray *leftovers = leftover_find(&facts);
	GRegex *banner = g_regex_new("^GW-[0-9]+: checked$", 0, 0, NULL);
	GRegex *footer = g_regex_new("^町情報システム係", 0, 0, NULL);
	g_autofree char *found = NULL;

	(void)state;
	assert_int_equal(leftovers->len, 0);
	g_ptr_array_unref(leftovers);
	g_ptr_array_add(banners, banner);
	g_ptr_array_add(footers, footer);
	leftovers = leftover_find(&facts);
	found = describe(leftovers);
	assert_string_equal(found, "outside@1 disclaimer@4");
	g_ptr_array_unref(leftovers);
	g_regex_unref(banner);
	g_regex_unref(footer);
	g_ptr_array_unref(banners);
	g_ptr_array_unref(footers);
}

static void test_bounds(void **state)
{
	GString *text = g_string_new(NULL);
	struct leftover_facts facts = { .subject = "Re: 断水" };
	const struct leftover *first;
	GPtrArray *leftovers;

	(void)state;
	for (int i = 0; i < 100; i++)
		g_string_append(text, "\n> 引用\n\nあ");
	facts.text = text->str;
	leftovers = leftover_find(&facts);
	assert_int_equal(leftovers->len, LEFTOVERS_MOST);
	first = g_ptr_array_index(leftovers, 1);
	assert_string_equal(first->written, "> 引用");
	g_ptr_array_unref(leftovers);
	(void)g_string_free(text, TRUE);
}

static void test_skip_marks(void **state)
{
	static const struct {
		const char *subject, *rest;
	} rows[] = {
		{ "Fwd: [EXTERNAL] Re: 断水", "断水" },
		{ " 断水", "断水" },
		{ "Re:", "" },
		{ "Re", "Re" },
		{ "[SPAM]", "" },
		{ "[spam", "[spam" },
		{ "ＦＷ：【外部メール】断水", "断水" },
		{ "", "" },
		{ ":", ":" },
		{ "***", "***" },
		{ "Reading: 本の会", "Reading: 本の会" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(subject_mark_skip_all(rows[i].subject), rows[i].rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_footers), cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_found),   cmocka_unit_test(test_the_town_s_own),
		cmocka_unit_test(test_bounds),  cmocka_unit_test(test_skip_marks),
	};

	return cmocka_run_group_tests_name("leftover", tests, NULL, NULL);
}
