/*
 * NAME
 *	test_reply_clients - replies as mail programs and gateways write them
 *
 * DESCRIPTION
 *	Each reply is one that a person means as it is listed. {a} stands right behind the
 *	decision, {b} and {c} where a line of the person's own can stand. With nothing there
 *	the reply decides; with a condition in any one of these places an approval must not.
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

/* ---- who answers ---- */

static const char *const sato_names[] = { "佐藤 健一", "Sato Kenichi", "bosai-chief",
					  "bosai-chief@town.example", NULL };
static const char *const sato_sections[] = { "防災課", "防災情報", "0123-45-6789", NULL };
static const char *const tax_names[] = { "大野 さくら", "Sakura Ono", "zeimu-chief",
					 NULL };
static const char *const tax_sections[] = { "税務課", "修正申告係", NULL };
static const char *const addresses[] = { "info.town.example", "kairan@info.town.example",
					 NULL };

static const struct reply_facts sato = {
	.names = sato_names,
	.sections = sato_sections,
	.addresses = addresses,
};
static const struct reply_facts tax = {
	.names = tax_names,
	.sections = tax_sections,
	.addresses = addresses,
};

/* ---- the request, as programs quote it ---- */

#define QUOTED                                                              \
	"> 佐藤 健一 様（配信責任者）\n"                        \
	"> \n"                                                              \
	"> 次のメール配信の確認をお願いします。\n"        \
	"> 明日の防災訓練は中止します。\n"                    \
	">   配信してよいとき     「承認」と書いて返信\n" \
	">   直してほしいとき     「差戻し」と書き、続けて理由を書いて返信\n"
#define UNMARKED                                                          \
	"佐藤 健一 様（配信責任者）\n"                        \
	"\n"                                                              \
	"次のメール配信の確認をお願いします。\n"        \
	"明日の防災訓練は中止します。\n"                    \
	"  配信してよいとき     「承認」と書いて返信\n" \
	"  直してほしいとき     「差戻し」と書き、続けて理由を書いて返信\n"
#define GMAIL_JA "2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:\n\n"
#define GMAIL_EN \
	"On Tue, Nov 24, 2026 at 9:00 AM kairan <kairan@info.town.example> wrote:\n\n"
#define IPHONE_JA "2026/11/24 9:00、回覧 <kairan@info.town.example>のメール:\n\n"
#define OUTLOOK_JA                                           \
	"差出人: 回覧 <kairan@info.town.example>\n"     \
	"送信日時: 2026年11月24日火曜日 9:00\n"    \
	"宛先: 佐藤 健一 <bosai-chief@town.example>\n" \
	"件名: 【承認依頼】訓練の中止（防災課）\n\n" UNMARKED
#define OUTLOOK_EN                                      \
	"From: kairan <kairan@info.town.example>\n"     \
	"Sent: Tuesday, November 24, 2026 9:00 AM\n"    \
	"To: Sato Kenichi <bosai-chief@town.example>\n" \
	"Subject: [Approval] The drill is off\n\n" UNMARKED

struct client_case {
	const char *client;
	const struct reply_facts *facts;
	enum decision decision;
	const char *reason;
	const char *text;
};

#define APPROVE DECISION_APPROVE
#define URGENT  DECISION_APPROVE_URGENT
#define BACK    DECISION_SEND_BACK

/* clang-format off */
static const struct client_case cases[] = {
	/* ---- telephones ---- */
	{ "iPhone", &sato, APPROVE, "",
	  "承認{a}\n{b}\niPhoneから送信\n\n" IPHONE_JA QUOTED },
	{ "iPhone, polite", &sato, APPROVE, "",
	  "お疲れ様です。佐藤です。\n承認します。{a}\n{b}よろしくお願いします。\n{c}\niPhoneから送信\n\n" IPHONE_JA QUOTED },
	{ "iPhone, with its own words", &sato, APPROVE, "",
	  "はい、承認します{a}\n{b}\n私のiPhoneから送信\n\n> " IPHONE_JA QUOTED },
	{ "iPad", &sato, APPROVE, "",
	  "承認いたします。{a}\n{b}\niPadから送信\n\n" IPHONE_JA QUOTED },
	{ "iPhone, sent back", &sato, BACK, "時刻が違います",
	  "差戻し\n時刻が違います\n\niPhoneから送信\n\n" IPHONE_JA QUOTED },
	{ "iPhone in English", &sato, APPROVE, "",
	  "Approve{a}\n{b}\nSent from my iPhone\n\n> On Nov 24, 2026, at 9:00, kairan <kairan@info.town.example> wrote:\n> \n" QUOTED },
	{ "Gmail, Android", &sato, APPROVE, "",
	  "承認します{a}\n{b}\n" GMAIL_JA QUOTED },
	{ "Gmail, Android, above the quotation", &sato, APPROVE, "",
	  "承認\n{b}\n2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>\n" QUOTED },
	{ "Xperia", &sato, APPROVE, "",
	  "承認{a}\n{b}\nXperiaから送信\n" },
	{ "Galaxy", &sato, APPROVE, "",
	  "承認です。{a}\n{b}\nGalaxyから送信\n\n-------- 元のメッセージ --------\n差出人: 回覧 <kairan@info.town.example>\n日付: 2026/11/24 9:00 (GMT+09:00)\n宛先: bosai-chief@town.example\n件名: 承認依頼\n\n" UNMARKED },
	{ "docomo", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\nドコモのスマートフォンから送信\n\n---------- 元のメール ----------\nFrom: 回覧<kairan@info.town.example>\n" UNMARKED },
	{ "au", &sato, APPROVE, "",
	  "承認{a}\n{b}\n---元のメール---\nFrom: 回覧\nSubject: 承認依頼\n" UNMARKED },
	{ "SoftBank", &sato, APPROVE, "",
	  "承認いたします{a}\n{b}\n-----元のメッセージ-----\n" UNMARKED },
	{ "らくらくスマートフォン", &sato, APPROVE, "",
	  "おつかれさまです\n承認します{a}\n{b}\nらくらくスマートフォンより送信\n" },
	{ "Yahoo!メール, the app", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\nYahoo!メールアプリから送信\n\n" GMAIL_JA QUOTED },
	{ "Outlook, iOS", &sato, APPROVE, "",
	  "承認{a}\n{b}\nOutlook for iOS を入手<https://aka.ms/o0ukef>\n________________________________\n" OUTLOOK_JA },
	{ "Outlook, Android", &sato, APPROVE, "",
	  "承認します。\n{b}\nAndroid 版 Outlook を入手する\n________________________________\n" OUTLOOK_JA },
	{ "Outlook, iOS, in English", &sato, APPROVE, "",
	  "OK\n{b}\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n" OUTLOOK_EN },
	{ "K-9 Mail", &sato, APPROVE, "",
	  "承認{a}\n{b}\n-------- 元のメッセージ --------\nFrom: 回覧 <kairan@info.town.example>\nSent: 2026年11月24日 9:00:00 JST\nTo: bosai-chief@town.example\n\n" UNMARKED "\n-- \nAndroid デバイスから K-9 Mail で送信されました。簡潔な文面をお許しください。\n" },
	{ "K-9 Mail, its footer alone", &sato, APPROVE, "",
	  "承認します{a}\n{b}\nAndroid デバイスから K-9 Mail で送信されました。簡潔な文面をお許しください。\n" },
	{ "Spark", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\nSpark から送信\n2026年11月24日 9:00 +0900、回覧 <kairan@info.town.example>のメール:\n" QUOTED },
	{ "Proton Mail", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\nProton Mail セキュアメールで送信。\n\n2026年11月24日 火曜日 9:00に、回覧 <kairan@info.town.example>さんは書きました:\n\n" QUOTED },
	{ "Proton Mail, sent back", &sato, BACK, "会場が違います。",
	  "差し戻し\n会場が違います。\n\nProton Mail モバイルアプリから送信しました。\n" },
	{ "Windows Mail", &sato, APPROVE, "",
	  "承認{a}\n{b}\nWindows 版のメールから送信\n\n差出人: 回覧\n送信日時: 2026年11月24日 9:00\n宛先: 佐藤 健一\n件名: 承認依頼\n\n" UNMARKED },

	/* ---- at the desk ---- */
	{ "Outlook", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n防災課長　佐藤 健一\n内線 123\n\n-----Original Message-----\n" OUTLOOK_JA },
	{ "Outlook, polite", &sato, APPROVE, "",
	  "高橋さん\n\nお疲れ様です。防災課の佐藤です。\n承認します。{a}\n{b}よろしくお願いいたします。\n{c}\n" OUTLOOK_JA },
	{ "Outlook, a ruler of marks", &sato, APPROVE, "",
	  "承認いたします。{a}\n{b}\n☆★☆★☆★☆★☆★☆★\n例町役場 防災課\n佐藤 健一\nTEL 0123-45-6789\nFAX 0123-45-6780\n☆★☆★☆★☆★☆★☆★\n" OUTLOOK_JA },
	{ "Outlook, squares", &sato, APPROVE, "",
	  "承認します{a}\n{b}\n■□■□■□■□■□■□■□\n　防災課長　佐藤健一\n　〒999-0000 例県例町中央1-2-3\n　電話 0123-45-6789（内線123）\n　E-mail bosai-chief@town.example\n■□■□■□■□■□■□■□\n\n" OUTLOOK_JA },
	{ "Outlook, a section of corrections", &tax, APPROVE, "",
	  "承認します。{a}\n{b}\n－－－－－－－－－－\n税務課 修正申告係\n大野 さくら\n電話 0123-45-6700\n－－－－－－－－－－\n" },
	{ "Outlook, the same, not known", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n=-=-=-=-=-=-=-=-\n税務課 修正申告係\n大野 さくら\n電話 0123-45-6700\n=-=-=-=-=-=-=-=-\n" },
	{ "Outlook, the same, without a ruler", &sato, APPROVE, "",
	  "承認\n{b}\n税務課 変更登録係長\n佐藤 健一\n" },
	{ "Outlook, in English", &sato, APPROVE, "",
	  "Dear Mr Takahashi,\n\nApprove.{a}\n{b}\nKind regards,\nSato Kenichi\n\n" OUTLOOK_EN },
	{ "Outlook, quoting with a ruler", &sato, APPROVE, "",
	  "OK\n{b}\n-----Original Message-----\n" OUTLOOK_EN },
	{ "Outlook on the web", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n佐藤\n________________________________\n" OUTLOOK_JA },
	{ "Outlook, German", &sato, APPROVE, "",
	  "Approved{a}\n{b}\nVon: kairan <kairan@info.town.example>\nGesendet: Dienstag, 24. November 2026 09:00\nAn: Sato Kenichi\nBetreff: x\n\n" UNMARKED },
	{ "Outlook, French", &sato, APPROVE, "",
	  "Approve{a}\n{b}\nDe : kairan <kairan@info.town.example>\nEnvoyé : mardi 24 novembre 2026 09:00\nÀ : Sato\nObjet : x\n\n" UNMARKED },
	{ "Outlook, Chinese", &sato, APPROVE, "",
	  "承認{a}\n{b}\n发件人: kairan <kairan@info.town.example>\n发送时间: 2026年11月24日 9:00\n收件人: Sato\n主题: x\n\n" UNMARKED },
	{ "Outlook, Korean", &sato, APPROVE, "",
	  "承認{a}\n{b}\n보낸 사람: kairan <kairan@info.town.example>\n보낸 날짜: 2026년 11월 24일\n받는 사람: Sato\n제목: x\n\n" UNMARKED },
	{ "a program in Swahili", &sato, APPROVE, "",
	  "Approve{a}\n{b}\nKutoka: kairan <kairan@info.town.example>\nTarehe: 24 Novemba 2026\nKwa: Sato\nMada: x\n\n" UNMARKED },
	{ "Thunderbird", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\nOn 2026/11/24 9:00, 回覧 wrote:\n" QUOTED },
	{ "Thunderbird, below the quotation", &sato, APPROVE, "",
	  "2026/11/24 9:00、回覧 さんは書きました:\n" QUOTED "\n承認します。{a}\n{b}\n-- \n防災課 佐藤 健一\n" },
	{ "Thunderbird, sent back", &sato, BACK, "二行目の日付が違います。",
	  "差戻し：二行目の日付が違います。\n\n-- \n防災課 佐藤\n\nOn 2026/11/24 9:00, 回覧 wrote:\n" QUOTED },
	{ "Thunderbird, forwarding", &sato, APPROVE, "",
	  "承認{a}\n{b}\n-------- 転送されたメッセージ --------\n件名: 承認依頼\n日付: Tue, 24 Nov 2026 09:00:00 +0900\n差出人: 回覧 <kairan@info.town.example>\n宛先: bosai-chief@town.example\n\n" UNMARKED },
	{ "Becky!", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n====================\n防災課 佐藤 健一\nbosai-chief@town.example\n====================\n" },
	{ "Becky!, quoting", &sato, APPROVE, "",
	  "承認します。\n{b}\nOn Tue, 24 Nov 2026 09:00:00 +0900\n回覧 <kairan@info.town.example> wrote:\n\n" QUOTED },
	{ "Shuriken", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n回覧 <kairan@info.town.example> から引用:\n" QUOTED },
	{ "Apple Mail", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n佐藤 健一\n\n> 2026/11/24 9:00、回覧 <kairan@info.town.example>のメール:\n> \n" QUOTED },
	{ "Apple Mail, forwarding", &sato, APPROVE, "",
	  "承認{a}\n{b}\n転送されたメッセージ：\n\n差出人: 回覧 <kairan@info.town.example>\n" UNMARKED },
	{ "Outlook Express, below the quotation", &sato, APPROVE, "",
	  "----- Original Message -----\nFrom: \"回覧\" <kairan@info.town.example>\nTo: <bosai-chief@town.example>\nSent: Tuesday, November 24, 2026 9:00 AM\nSubject: 承認依頼\n\n\n" QUOTED "\n承認します。{a}\n{b}" },
	{ "Notes", &sato, APPROVE, "",
	  "承認します{a}\n{b}\n                  回覧\n                  <kairan@info.town.ex\n                  ample>                                      宛先\n                                       bosai-chief@town.example\n                  2026/11/24 09:00                              cc\n\n                                                              件名\n                                       承認依頼\n\n\n\n" UNMARKED },
	{ "Notes, with headers", &sato, APPROVE, "",
	  "承認します{a}\n{b}\n差出人:	回覧 <kairan@info.town.example>\n宛先:	bosai-chief@town.example,\n日付:	2026/11/24 09:00\n件名:	承認依頼\n\n" UNMARKED },
	{ "Cybozu", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n引用 回覧 <kairan@info.town.example>:\n" QUOTED },
	{ "Roundcube", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n2026-11-24 09:00 に 回覧 <kairan@info.town.example> さんは書きました:\n" QUOTED },
	{ "Zimbra", &sato, APPROVE, "",
	  "承認{a}\n{b}\n----- 元のメッセージ -----\nFrom: \"回覧\" <kairan@info.town.example>\nTo: bosai-chief@town.example\n\n" UNMARKED },
	{ "marks of another kind", &sato, APPROVE, "",
	  "承認{a}\n{b}\n2026/11/24 9:00、回覧 <kairan@info.town.example>のメール:\n» 次の配信\n» 差戻し\n" },
	{ "Mutt, in English", &sato, APPROVE, "",
	  "On Tue, Nov 24, 2026 at 09:00:00AM +0900, kairan wrote:\n" QUOTED "\nApproved.{a}\n{b}\n-- \nSato Kenichi\n" },
	{ "Gmail in English", &sato, APPROVE, "",
	  "OK, thank you!\n{b}\n" GMAIL_EN QUOTED },
	{ "Gmail in German", &sato, APPROVE, "",
	  "Approve{a}\n{b}\nAm Di., 24. Nov. 2026 um 09:00 Uhr schrieb kairan <\nkairan@info.town.example>:\n\n" QUOTED },
	{ "Gmail in French", &sato, APPROVE, "",
	  "Approve{a}\n{b}\nLe mar. 24 nov. 2026 à 09:00, kairan <kairan@info.town.example> a\nécrit :\n\n" QUOTED },

	/* ---- what gateways add ---- */
	{ "a warning in English", &sato, APPROVE, "",
	  "CAUTION: This email originated from outside of the organization. Do not click links unless you recognize the sender.\n\n承認{a}\n{b}\n" GMAIL_JA QUOTED },
	{ "a warning in English, wrapped and ruled", &sato, APPROVE, "",
	  "________________________________\nCAUTION: This email originated from outside of the\norganization. Do not click links or open attachments unless\nyou recognize the sender and know the content is safe.\n________________________________\n\nApprove{a}\n{b}" },
	{ "a mark in the line", &sato, APPROVE, "",
	  "[EXTERNAL] 承認{a}\n{b}" },
	{ "a mark above", &sato, APPROVE, "",
	  "[EXTERNAL]\n\n承認します。{a}\n{b}" },
	{ "a mark in Japanese", &sato, APPROVE, "",
	  "【外部メール】\n承認します。{a}\n{b}" },
	{ "a warning in Japanese", &sato, APPROVE, "",
	  "【注意】このメールは外部から送信されています。リンクや添付ファイルにご注意ください。\n\n承認{a}\n{b}" },
	{ "a warning in Japanese, of two lines, and a greeting", &sato, APPROVE, "",
	  "注意：このメールは組織外から送信されたものです。\n添付ファイルやURLに注意してください。\n\nお疲れさまです。\n承認します。{a}\n{b}" },
	{ "Outlook's rare sender", &sato, APPROVE, "",
	  "普段は kairan@info.town.example からメールを受け取ることはありません。これが重要である理由の詳細\n承認{a}\n{b}" },
	{ "a disclaimer in English", &sato, APPROVE, "",
	  "Approve{a}\n{b}\n" QUOTED "\nThis e-mail is confidential. If you are not the intended recipient, please notify the sender and delete it.\n" },
	{ "a disclaimer in English, wrapped", &sato, APPROVE, "",
	  "承認{a}\n{b}\nIf you are not the intended recipient, you must not copy,\ndisclose or use this message. Please notify the sender\nimmediately and delete it.\n" },
	{ "a disclaimer in Japanese", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n" QUOTED "\n※このメールは、宛先に記載された方のみを対象としています。誤って受信された場合は、お手数ですが削除してください。\n" },
	{ "a disclaimer below a signature", &sato, APPROVE, "",
	  "承認します。{a}\n{b}\n防災課 佐藤 健一\n電話 0123-45-6789\n{c}\n※本メールに心当たりがない場合は、お手数ですが\n　削除をお願いいたします。\n" },
	{ "a disclaimer of two sentences", &sato, APPROVE, "",
	  "承認\n{b}\nこのメールは、宛先以外の方が受信された場合、内容の開示や転送は\n禁じられています。速やかに発信者にご連絡のうえ、\n破棄してください。\n" },
	{ "a scanner", &sato, APPROVE, "",
	  "承認します{a}\n{b}\nこのメールはウイルスチェック済みです。\n" },

	/* ---- how people write ---- */
	{ "a greeting in the line", &sato, APPROVE, "",
	  "お疲れ様です。承認します。{a}\n{b}" },
	{ "the name in the line", &sato, APPROVE, "",
	  "佐藤です。承認します。{a}\n{b}" },
	{ "the name above", &sato, APPROVE, "",
	  "佐藤です。\n承認します。{a}\n{b}" },
	{ "section and name above", &sato, APPROVE, "",
	  "防災課長の佐藤です。\n\n承認します。{a}\n{b}" },
	{ "to somebody", &sato, APPROVE, "",
	  "高橋　誠　様\n\nいつもお世話になっております。\n内容を確認しました。問題ありません。\n承認します。{a}\n{b}" },
	{ "to all", &sato, APPROVE, "",
	  "担当者各位\n\n承認いたします。{a}\n{b}" },
	{ "to a colleague, in the line", &sato, APPROVE, "",
	  "高橋さん、承認します。{a}\n{b}" },
	{ "late", &sato, APPROVE, "",
	  "遅くなり申し訳ありません。\n承認です。{a}\n{b}" },
	{ "with thanks", &sato, APPROVE, "",
	  "作成ありがとうございます。確認しました。\n承認します。よろしくお願いします。\n{b}佐藤" },
	{ "OK", &sato, APPROVE, "", "ＯＫです！\n{b}" },
	{ "the ready reply", &sato, APPROVE, "", "OK 承認{a}\n{b}" },
	{ "the ready reply, garbled", &sato, APPROVE, "",
	  "OK \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "F\n{b}" },
	{ "the ready reply, read as Shift_JIS", &sato, APPROVE, "",
	  "OK 謇ｿ隱\xef\xbf\xbd\n{b}" },
	{ "with a note", &sato, APPROVE, "町長も了承済みです。",
	  "承認{a}\n{b}町長も了承済みです。\n\n防災課長 佐藤 健一\n電話 0123-45-6789\n" },
	{ "urgent", &sato, URGENT, "避難指示のため",
	  "お疲れ様です。佐藤です。\n緊急承認 避難指示のため\n\n防災課長 佐藤\n" },
	{ "urgent, the reason below", &sato, URGENT, "川の水位が上がり、朝まで待てないため",
	  "緊急承認\n川の水位が上がり、朝まで待てないため\n\niPhoneから送信\n" },
	{ "yes, in English", &sato, APPROVE, "",
	  "Hi all,\nyes, approved.{a}\n{b}\nThanks,\nSato Kenichi\n" },
	{ "sent back with a greeting", &sato, BACK, "会場は町民会館ではなく公民館です。",
	  "お疲れ様です。佐藤です。\n差し戻します。\n会場は町民会館ではなく公民館です。\n\n------------\n防災課長 佐藤 健一\n電話 0123-45-6789\n" },
	{ "sent back, not good", &sato, BACK, "時刻の誤り",
	  "NG 差戻し 時刻の誤り\n\n佐藤" },
	{ "stop", &sato, DECISION_STOP, NULL,
	  "佐藤です。\n停止してください\n\niPhoneから送信\n" },
};
/* clang-format on */

static const char *const conditions[] = {
	"ただし時刻を直してください。",
	"ただし10時に送ってください",
	"会場の名前を修正してからにしてください。",
	"明日の朝に配信してください",
	"but fix the date first.",
	"これでいいですか？",
};

static const char *const places[] = { "{a}", "{b}", "{c}" };

/* The text with this at one of the places, and nothing at the others. */
static char *fill(const char *text, const char *place, const char *condition)
{
	char *filled = g_strdup(text);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		char **pieces = g_strsplit(filled, places[i], -1);

		g_free(filled);
		filled = g_strjoinv(
		    place != NULL && strcmp(places[i], place) == 0 ? condition : "",
		    pieces);
		g_strfreev(pieces);
	}
	return filled;
}

static void test_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = fill(cases[i].text, NULL, "");
		struct reply_words words;

		reply_words_read(text, cases[i].facts, &words);
		if (words.decision != cases[i].decision)
			fail_msg("%s: %s (%s, \"%s\"), wanted %s:\n%s", cases[i].client,
				 decision_name(words.decision),
				 reply_obstacle_name(words.obstacle), words.in_the_way,
				 decision_name(cases[i].decision), text);
		if (cases[i].reason != NULL && strcmp(words.reason, cases[i].reason) != 0)
			fail_msg("%s: reason \"%s\"", cases[i].client, words.reason);
		assert_int_equal(words.obstacle, REPLY_CLEAR);
		assert_string_equal(words.in_the_way, "");
		reply_words_free(&words);
	}
}

static void check_condition(const struct client_case *client, const char *place,
			    const char *condition)
{
	g_autofree char *put = strcmp(place, "{a}") == 0
				   ? g_strconcat(" ", condition, NULL)
				   : g_strconcat(condition, "\n", NULL);
	g_autofree char *text = fill(client->text, place, put);
	struct reply_words words;

	reply_words_read(text, client->facts, &words);
	if (words.decision != DECISION_NONE)
		fail_msg("%s, \"%s\" at %s: %s:\n%s", client->client, condition, place,
			 decision_name(words.decision), text);
	if (words.obstacle == REPLY_CLEAR || *words.in_the_way == '\0')
		fail_msg("%s, \"%s\" at %s: nothing in the way", client->client,
			 condition, place);
	reply_words_free(&words);
}

static void test_conditions(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t p = 0; p < G_N_ELEMENTS(places); p++)
			for (size_t c = 0; c < G_N_ELEMENTS(conditions); c++) {
				if (strstr(cases[i].text, places[p]) == NULL)
					continue;
				check_condition(&cases[i], places[p], conditions[c]);
				count++;
			}
	assert_true(G_N_ELEMENTS(cases) > 80 && count > 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_conditions),
	};

	return cmocka_run_group_tests_name("reply_clients", tests, NULL, NULL);
}
