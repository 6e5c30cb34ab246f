/*
 * NAME
 *	test_html_replies - replies in HTML, as mail programs write them
 *
 * DESCRIPTION
 *	Each reply is read as HTML, and then as words. {a} stands right behind the decision;
 *	{b} is where a block of the person's own can stand, {c} is the same below the original.
 *	With nothing there the reply decides as it is listed. With a condition in any one of
 *	these places, in whichever way people set their words off, an approval must not.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "milter/mail/message.h"
#include "policy/reply_words.h"

static const char *const names[] = {
	"佐藤 健一", "佐藤", "Sato Kenichi", "bosai-chief", "bosai-chief@town.example",
	NULL
};
static const char *const sections[] = { "防災課", "防災情報", "0123-45-6789", NULL };
static const char *const addresses[] = { "info.town.example", "kairan@info.town.example",
					 NULL };
static const struct reply_facts facts = {
	.names = names,
	.sections = sections,
	.addresses = addresses,
};

/* ---- the request, as programs quote it ---- */

#define TOKEN "aeaaaaaac4aaeaadm46timpwp3r7bnkdmzkkynsgwfsqayricas"
#define REQUEST                                                                                               \
	"<p>佐藤 健一 様（配信責任者）</p>\n"                                                     \
	"<p>次のメール配信の確認をお願いします。</p>\n"                                     \
	"<div style=\"border:2px solid #555\"><div>訓練の中止</div>\n"                                   \
	"<div style=\"white-space:pre-wrap\">明日の防災訓練は中止します。\n"                    \
	"ただし、避難所の見学は行います。</div></div>\n"                                      \
	"<p><a href=\"mailto:decide%2B" TOKEN                                                                 \
	"@info.town.example?subject=Re&amp;body=%E6%89%BF%E8%AA%8D\" "                                        \
	"style=\"display:block\">▶ 承認する（返信を開く）</a></p>\n"                             \
	"<p>配信してよいときは「承認」、直してほしいときは「差戻し」に続けて" \
	"理由を書いてください。</p>\n"                                                             \
	"<table><tr><td>利用者</td><td>25 人</td></tr></table>\n"
#define HEADERS_JA                                                                             \
	"<b>差出人:</b> 回覧 &lt;kairan@info.town.example&gt;<br>\n<b>送信日時:</b> " \
	"2026年11月24日火曜日 9:00<br>\n<b>宛先:</b> 佐藤 健一 "                   \
	"&lt;bosai-chief@town.example&gt;<br>\n<b>件名:</b> 【承認依頼】訓練の中止"
#define HEADERS_EN                                                                         \
	"<b>From:</b> kairan &lt;kairan@info.town.example&gt;<br>\n<b>Sent:</b> Tuesday, " \
	"November 24, 2026 9:00 AM<br>\n<b>To:</b> Sato Kenichi "                          \
	"&lt;bosai-chief@town.example&gt;<br>\n<b>Subject:</b> [Approval] The drill is off"
#define GMAIL_JA                                                                    \
	"<div dir=\"ltr\" class=\"gmail_attr\">2026年11月24日(火) 9:00 回覧 " \
	"&lt;<a href=\"mailto:kairan@info.town.example\">kairan@info.town.example</a>&gt;:<br></div>"
#define GMAIL_QUOTE                                                        \
	"<blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px "    \
	"0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">" \
	"<div style=\"margin:0;padding:12px\">" REQUEST "</div></blockquote>"
#define IPHONE_HEAD                                      \
	"<html><head><meta http-equiv=\"content-type\" " \
	"content=\"text/html; charset=utf-8\"></head><body dir=\"auto\">"
#define IPHONE_QUOTE                                                                        \
	"<div dir=\"ltr\"><br><blockquote type=\"cite\">2026/11/24 9:00、回覧 "          \
	"&lt;kairan@info.town.example&gt;のメール:<br><br></blockquote></div>"          \
	"<blockquote type=\"cite\"><div dir=\"ltr\">\xef\xbb\xbf\n<meta charset=\"utf-8\">" \
	"<title>訓練の中止</title>" REQUEST "</div></blockquote>"
#define WORD_HEAD                                                                                 \
	"<html xmlns:v=\"urn:schemas-microsoft-com:vml\" "                                        \
	"xmlns:o=\"urn:schemas-microsoft-com:office:office\">\n<head>\n<meta "                    \
	"http-equiv=Content-Type content=\"text/html; charset=utf-8\">\n<meta "                   \
	"name=Generator content=\"Microsoft Word 15 (filtered medium)\">\n<!--[if "               \
	"!mso]><style>v\\:* {behavior:url(#default#VML);}\n</style><![endif]-->"                  \
	"<style><!--\n/* Font Definitions */\n@font-face\n\t{font-family:\"游ゴシック\";}\n" \
	"p.MsoNormal\n\t{margin:0mm;}\n--></style><!--[if gte mso 9]><xml>\n"                     \
	"<o:shapedefaults v:ext=\"edit\" spidmax=\"1026\" />\n</xml><![endif]-->\n"               \
	"</head>\n<body lang=JA link=\"#0563C1\" style='word-wrap:break-word'>\n"                 \
	"<div class=WordSection1>\n"
#define WORD_QUOTE(headers)                                                                \
	"<div>\n<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm " \
	"0mm 0mm'>\n<p class=MsoNormal>" headers "<o:p></o:p></p>\n</div>\n</div>\n"       \
	"<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n" REQUEST                               \
	"</div>\n</body>\n</html>\n"
#define WEB_QUOTE(headers)                                                               \
	"<div id=\"appendonsend\"></div>\n<hr style=\"display:inline-block;width:98%\" " \
	"tabindex=\"-1\">\n<div id=\"divRplyFwdMsg\" dir=\"ltr\"><font "                 \
	"face=\"Calibri, sans-serif\" style=\"font-size:11pt\">" headers                 \
	"</font>\n<div>&nbsp;</div>\n</div>\n" REQUEST "</body></html>\n"
#define PHONE_QUOTE(headers)                                                          \
	"<div id=\"mail-editor-reference-message-container\"><hr style=\"display:"    \
	"inline-block;width:98%\"><div dir=\"ltr\" style=\"font-size:11pt\">" headers \
	"</div><br>" REQUEST "</div></body></html>"

struct reply {
	const char *client;
	enum decision decision;
	const char *reason;
	const char *html;
};

#define APPROVE DECISION_APPROVE
#define BACK    DECISION_SEND_BACK

/* clang-format off */
static const struct reply replies[] = {
	/* ---- iPhone Mail ---- */
	{ "iPhone", APPROVE, "",
	  IPHONE_HEAD "承認{a}<br>{b}<div dir=\"ltr\">iPhoneから送信</div>" IPHONE_QUOTE "</body></html>" },
	{ "iPhone, below the original", APPROVE, "",
	  IPHONE_HEAD IPHONE_QUOTE "<div><br></div><div>承認します。{a}</div>{b}</body></html>" },
	{ "iPhone, polite", APPROVE, "",
	  IPHONE_HEAD "<div dir=\"ltr\"></div><div dir=\"ltr\">お疲れ様です。佐藤です。</div><div dir=\"ltr\">承認します。{a}</div>{b}<div dir=\"ltr\">よろしくお願いします。</div><div dir=\"ltr\"><br>iPhoneから送信</div>" IPHONE_QUOTE "{c}</body></html>" },
	{ "iPhone, without a footer", APPROVE, "",
	  IPHONE_HEAD "ＯＫです{a}<div>{b}<br></div>" IPHONE_QUOTE "</body></html>" },
	{ "iPhone, sent back", BACK, "集合時刻は九時です",
	  IPHONE_HEAD "差戻し<div>集合時刻は九時です<br><br><div dir=\"ltr\">iPhoneから送信</div>" IPHONE_QUOTE "</div></body></html>" },
	{ "iPhone, urgent", DECISION_APPROVE_URGENT, "土砂災害のおそれ",
	  IPHONE_HEAD "緊急承認<div>土砂災害のおそれ</div><div dir=\"ltr\">iPhoneから送信</div>" IPHONE_QUOTE "</body></html>" },
	{ "iPhone, stop", DECISION_STOP, NULL,
	  IPHONE_HEAD "停止してください<div dir=\"ltr\">iPhoneから送信</div>" IPHONE_QUOTE "</body></html>" },
	{ "iPhone in English", APPROVE, "",
	  IPHONE_HEAD "Approved.{a}<br>{b}<br><div dir=\"ltr\">Sent from my iPhone</div><div dir=\"ltr\"><br><blockquote type=\"cite\">On Nov 24, 2026, at 9:00, kairan &lt;kairan@info.town.example&gt; wrote:<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">" REQUEST "</div></blockquote></body></html>" },
	{ "iPad", APPROVE, "",
	  IPHONE_HEAD "<div>はい、承認します{a}</div>{b}<div><br></div><div dir=\"ltr\">iPadから送信</div>" IPHONE_QUOTE "</body></html>" },

	/* ---- Apple Mail, iCloud ---- */
	{ "Apple Mail", APPROVE, "",
	  "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body style=\"overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;\">承認します。{a}<div>{b}<br></div><div>佐藤 健一</div><div><br><blockquote type=\"cite\"><div>2026/11/24 9:00、回覧 &lt;kairan@info.town.example&gt;のメール:</div><br class=\"Apple-interchange-newline\"><div>" REQUEST "</div></blockquote></div>{c}<br></body></html>" },
	{ "iCloud on the web", APPROVE, "",
	  "<html><body><div>承認{a}</div>{b}<div><br></div><div><br><blockquote type=\"cite\"><div>2026/11/24 9:00、回覧 &lt;kairan@info.town.example&gt;のメール:<br><br></div>" REQUEST "</blockquote></div></body></html>" },

	/* ---- Outlook ---- */
	{ "Outlook", APPROVE, "",
	  WORD_HEAD "<p class=MsoNormal>承認します。{a}<span lang=EN-US><o:p></o:p></span></p>\n{b}<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>\n" WORD_QUOTE(HEADERS_JA) },
	{ "Outlook, its signature", APPROVE, "",
	  WORD_HEAD "<p class=MsoNormal>お疲れ様です。<o:p></o:p></p><p class=MsoNormal>承認します。{a}<o:p></o:p></p>\n{b}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><p class=MsoNormal><span lang=EN-US>---------------------------------------<o:p></o:p></span></p><p class=MsoNormal>防災課　佐藤　健一<o:p></o:p></p><p class=MsoNormal><span lang=EN-US>TEL 0123-45-6789<o:p></o:p></span></p></div>\n" WORD_QUOTE(HEADERS_JA) },
	{ "Outlook, its words wrapped in the source", APPROVE, "",
	  WORD_HEAD "<p\nclass=MsoNormal><span\nstyle='font-size:10.5pt;font-family:\n\"游ゴシック\"'>承認<span\nlang=EN-US>{a}<o:p></o:p></span></span></p>\n{b}" WORD_QUOTE(HEADERS_JA) },
	{ "Outlook in English", APPROVE, "",
	  WORD_HEAD "<p class=MsoNormal>Approve{a}<o:p></o:p></p>\n{b}<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n" WORD_QUOTE(HEADERS_EN) },
	{ "Outlook, sent back", BACK, "会場は公民館です。",
	  WORD_HEAD "<p class=MsoNormal>差戻し<o:p></o:p></p>\n<p class=MsoNormal>会場は公民館です。<o:p></o:p></p>\n" WORD_QUOTE(HEADERS_JA) },
	{ "Outlook, below a line of its old kind", APPROVE, "",
	  "<html><body><div>承認{a}</div>{b}<div class=\"OutlookMessageHeader\" dir=\"ltr\" align=\"left\"><hr tabindex=\"-1\">" HEADERS_JA "</div>" REQUEST "</body></html>" },
	{ "Outlook on the web", APPROVE, "",
	  "<html><head><style type=\"text/css\" style=\"display:none;\"> P {margin-top:0;margin-bottom:0;} </style></head><body dir=\"ltr\"><div class=\"elementToProof\" style=\"font-size: 12pt;\">承認します{a}</div>{b}<div class=\"elementToProof\"><br></div>" WEB_QUOTE(HEADERS_JA) },
	{ "Outlook on the web, its signature", APPROVE, "",
	  "<html><body dir=\"ltr\"><div class=\"elementToProof\">佐藤です。</div><div class=\"elementToProof\">承認します。{a}</div>{b}<div class=\"elementToProof\" id=\"Signature\"><p>防災課 佐藤 健一</p><p>電話 0123-45-6789</p></div>" WEB_QUOTE(HEADERS_JA) },
	{ "Outlook on the web, in English", APPROVE, "",
	  "<html><body dir=\"ltr\"><div id=\"divtagdefaultwrapper\" dir=\"ltr\"><p style=\"margin-top:0;margin-bottom:0\">Hi,</p><p style=\"margin-top:0;margin-bottom:0\">approved.{a}</p>{b}</div>\n" WEB_QUOTE(HEADERS_EN) },
	{ "Outlook for iOS", APPROVE, "",
	  "<html><body><div dir=\"ltr\">承認{a}</div>{b}<div id=\"ms-outlook-mobile-body-separator-line\" data-applydefaultfontstyles=\"true\"><div><br></div></div><div id=\"ms-outlook-mobile-signature\"><div><a href=\"https://aka.ms/o0ukef\">Outlook for iOS</a> を入手</div></div>" PHONE_QUOTE(HEADERS_JA) },
	{ "Outlook for Android", APPROVE, "",
	  "<html><body><div dir=\"auto\">承認いたします。{a}</div>{b}<div dir=\"auto\"><br></div><div id=\"ms-outlook-mobile-signature\" dir=\"auto\"><a href=\"https://aka.ms/AAb9ysg\">Outlook for Android</a> を入手</div>" PHONE_QUOTE(HEADERS_JA) },
	{ "Outlook for iOS, in English", APPROVE, "",
	  "<html><body><div dir=\"ltr\">OK{a}</div>{b}<div id=\"ms-outlook-mobile-signature\"><div>Get <a href=\"https://aka.ms/o0ukef\">Outlook for iOS</a></div></div>" PHONE_QUOTE(HEADERS_EN) },
	{ "Outlook for Mac", APPROVE, "",
	  "<html><body><div>承認{a}</div>{b}<div><br></div><span id=\"OLK_SRC_BODY_SECTION\"><div>" HEADERS_JA "</div><div><br></div>" REQUEST "</span></body></html>" },

	/* ---- Gmail ---- */
	{ "Gmail on the web", APPROVE, "",
	  "<div dir=\"ltr\">承認します。{a}</div>{b}<br><div class=\"gmail_quote gmail_quote_container\">" GMAIL_JA GMAIL_QUOTE "{c}</div>\n" },
	{ "Gmail on the web, below the original", APPROVE, "",
	  "<div dir=\"ltr\"><div class=\"gmail_quote\">" GMAIL_JA GMAIL_QUOTE "<div><br></div><div>承認{a}</div>{b}</div></div>\n" },
	{ "Gmail on the web, its signature", APPROVE, "",
	  "<div dir=\"ltr\"><div>高橋さん</div><div><br></div><div>承認します。{a}</div>{b}<div><br clear=\"all\"></div><div><br></div><span class=\"gmail_signature_prefix\">-- </span><br><div dir=\"ltr\" class=\"gmail_signature\"><div dir=\"ltr\">佐藤 健一</div></div></div><br><div class=\"gmail_quote\">" GMAIL_JA GMAIL_QUOTE "</div>\n" },
	{ "Gmail, Android", APPROVE, "",
	  "<div dir=\"auto\">承認{a}</div>{b}<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">2026年11月24日(火) 9:00 回覧 &lt;kairan@info.town.example&gt;:<br></div>" GMAIL_QUOTE "</div>{c}\n" },
	{ "Gmail, iOS, in English", APPROVE, "",
	  "<div><div dir=\"auto\">Approve{a}</div></div>{b}<div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Tue, Nov 24, 2026 at 9:00 kairan &lt;<a href=\"mailto:kairan@info.town.example\">kairan@info.town.example</a>&gt; wrote:<br></div>" GMAIL_QUOTE "</div></div>\n" },
	{ "Gmail, sent back", BACK, "誤字があります\n\n・訓錬\n・避何所",
	  "<div dir=\"ltr\">差戻し<div>誤字があります</div><ul><li>訓錬</li><li>避何所</li></ul></div><br><div class=\"gmail_quote\">" GMAIL_JA GMAIL_QUOTE "</div>\n" },
	{ "Gmail, of some years ago", APPROVE, "",
	  "<div dir=\"ltr\">承認{a}</div>{b}<div class=\"gmail_extra\"><br><div class=\"gmail_quote\">2026年11月24日 9:00 回覧 <span dir=\"ltr\">&lt;<a href=\"mailto:kairan@info.town.example\">kairan@info.town.example</a>&gt;</span>:<br>" GMAIL_QUOTE "<br></div><br></div>\n" },

	/* ---- Yahoo!メール ---- */
	{ "Yahoo!メール", APPROVE, "",
	  "<html><head></head><body><div style=\"font-size:14px\"><div dir=\"ltr\">承認します。{a}</div>{b}<div><br></div></div><div id=\"yahoo_quoted_4711\" class=\"yahoo_quoted\"><div><div>2026年11月24日火曜日 9:00、回覧 &lt;kairan@info.town.example&gt; さんが書きました:</div><div><br></div>" REQUEST "</div></div></body></html>" },
	{ "Yahoo!メール, the app", APPROVE, "",
	  "承認{a}<br>{b}<br><a href=\"https://mail.yahoo.co.jp/promo/\">Yahoo!メールアプリ</a>から送信<br><div class=\"yahoo_quoted\" id=\"yahoo_quoted_12\">2026/11/24 9:00、回覧:<br>" REQUEST "</div>" },
	{ "Yahoo!メール, in marks", APPROVE, "",
	  "<div>承認いたします。{a}</div>{b}<div><br></div><div>----- Original Message -----</div><div>From: 回覧 &lt;kairan@info.town.example&gt;</div><div>To: bosai-chief@town.example</div><div>Date: 2026/11/24 火 09:00</div><div>Subject: 【承認依頼】訓練の中止</div><div><br></div><div>&gt; 次のメール配信の確認をお願いします。</div><div>&gt; 差戻し</div>" },

	/* ---- Thunderbird ---- */
	{ "Thunderbird", APPROVE, "",
	  "<!DOCTYPE html>\n<html>\n  <head>\n    <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\n  </head>\n  <body>\n    <p>承認します。{a}</p>\n    {b}<p><br>\n    </p>\n    <div class=\"moz-cite-prefix\">2026/11/24 9:00、回覧:<br>\n    </div>\n    <blockquote type=\"cite\" cite=\"mid:notice.1@info.town.example\">\n" REQUEST "    </blockquote>\n    {c}<br>\n  </body>\n</html>\n" },
	{ "Thunderbird, below the original", APPROVE, "",
	  "<html><body><div class=\"moz-cite-prefix\">On 2026/11/24 9:00, 回覧 wrote:<br></div><blockquote type=\"cite\" cite=\"mid:notice.1@info.town.example\">" REQUEST "</blockquote><p>承認{a}</p>{b}</body></html>" },
	{ "Thunderbird, its signature", APPROVE, "",
	  "<html><body><p>承認します。{a}<br></p>{b}<pre class=\"moz-signature\" cols=\"72\">-- \n防災課 佐藤 健一\n電話 0123-45-6789</pre><div class=\"moz-cite-prefix\">2026/11/24 9:00、回覧:<br></div><blockquote type=\"cite\" cite=\"mid:x\">" REQUEST "</blockquote></body></html>" },

	/* ---- Japanese carriers, telephones ---- */
	{ "docomo", APPROVE, "",
	  "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"></head><body><div>承認します。{a}</div>{b}<div><br></div><div>ドコモのスマートフォンから送信</div><div><br></div><div>---------- 元のメール ----------</div><div>From: 回覧&lt;kairan@info.town.example&gt;</div><div>Sent: 2026/11/24 9:00</div>" REQUEST "</body></html>" },
	{ "docomo, in marks", APPROVE, "",
	  "<html><body>承認{a}<br>{b}<br>2026/11/24 9:00, 回覧 &lt;kairan@info.town.example&gt;:<br>&gt; 次のメール配信の確認をお願いします。<br>&gt; ただし、避難所の見学は行います。<br></body></html>" },
	{ "au", APPROVE, "",
	  "<HTML><BODY><FONT size=\"3\">承認{a}<BR>{b}<BR>---元のメール---<BR>From: 回覧<BR>Subject: 承認依頼<BR></FONT>" REQUEST "</BODY></HTML>" },
	{ "Galaxy", APPROVE, "",
	  "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"></head><body dir=\"auto\"><div dir=\"auto\">承認です。{a}</div>{b}<div><br></div><div id=\"composer_signature\" dir=\"auto\"><div style=\"font-size:12px;color:#575757\">Galaxyから送信</div></div><div dir=\"auto\"><br></div><div dir=\"auto\" style=\"font-size:100%;color:#000000\"><!-- originalMessage --><div>-------- 元のメッセージ --------</div><div>差出人: 回覧 &lt;kairan@info.town.example&gt; </div><div>日付: 2026/11/24 9:00 (GMT+09:00) </div><div>宛先: bosai-chief@town.example </div><div>件名: 承認依頼 </div><div><br></div></div>" REQUEST "</body></html>" },
	{ "らくらくスマートフォン", APPROVE, "",
	  "<html><body><div>おつかれさまです</div><div>承認します{a}</div>{b}<div><br></div><div>らくらくスマートフォンより送信</div></body></html>" },

	/* ---- other programs ---- */
	{ "Roundcube", APPROVE, "",
	  "<html><body style='font-size: 10pt'><p>承認します。{a}</p>{b}<p id=\"reply-intro\">2026-11-24 09:00 に 回覧 さんは書きました:</p><blockquote type=\"cite\" style=\"padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0\"><div id=\"replybody1\">" REQUEST "</div></blockquote></body></html>" },
	{ "Proton Mail", APPROVE, "",
	  "<div style=\"font-size: 14px\">承認{a}</div>{b}<div class=\"protonmail_signature_block\"><div class=\"protonmail_signature_block-proton\">Proton Mail セキュアメールで送信。</div></div><div class=\"protonmail_quote\">2026年11月24日火曜日 9:00、回覧 &lt;kairan@info.town.example&gt; が書いたメッセージ:<br><blockquote class=\"protonmail_quote\" type=\"cite\">" REQUEST "</blockquote></div>" },
	{ "Notes", APPROVE, "",
	  "<font size=2 face=\"sans-serif\">承認します{a}</font>{b}<br><br><br><table width=100%><tr valign=top><td><font size=1>差出人:</font><td><font size=1>回覧 &lt;kairan@info.town.example&gt;</font><tr valign=top><td><font size=1>宛先:</font><td><font size=1>bosai-chief@town.example</font><tr valign=top><td><font size=1>日付:</font><td><font size=1>2026/11/24 09:00</font><tr valign=top><td><font size=1>件名:</font><td><font size=1>承認依頼</font></table><hr noshade><br>" REQUEST },
	{ "an original without any mark but its token", APPROVE, "",
	  "<html><body><div>承認{a}</div>{b}<br><blockquote>佐藤 健一 様（配信責任者）" REQUEST "</blockquote>{c}</body></html>" },

	/* ---- what gateways add ---- */
	{ "a gateway's banner", APPROVE, "",
	  "<html><body><table border=\"0\" style=\"background:#ffeb9c\"><tr><td><b>CAUTION:</b> This email originated from outside of the organization. Do not click links unless you recognize the sender.</td></tr></table><br><div>承認します。{a}</div>{b}</body></html>" },
	{ "a gateway's mark in Japanese", APPROVE, "",
	  "<p style=\"color:red\">【外部メール】</p><html><body><div dir=\"ltr\">承認{a}</div>{b}<br><div class=\"gmail_quote\">" GMAIL_JA GMAIL_QUOTE "</div></body></html>" },
	{ "a gateway's disclaimer behind the end", APPROVE, "",
	  "<html><body><div>承認します。{a}</div>{b}</body></html><br>\n<p style=\"font-size:8pt\">※このメールは、宛先に記載された方のみを対象としています。誤って受信された場合は、お手数ですが削除してください。</p>" },
	{ "a hidden preview line", APPROVE, "",
	  "<div style=\"display:none;font-size:1px;max-height:0px;overflow:hidden\">差戻し</div><div>承認{a}</div>{b}" },

	/* ---- struck out ---- */
	{ "a decision struck out", BACK, "時刻が違います", "<div><s>承認します。</s></div><div>差戻し</div><div>時刻が違います</div>" },
	{ "a condition struck out", APPROVE, "", "<div>承認します。<strike>ただし10時に</strike>{a}</div>{b}" },
	{ "nothing but struck out", DECISION_NONE, "", "<div><span style=\"text-decoration:line-through\">承認</span></div>" },
};
/* clang-format on */

static const char *const conditions[] = {
	"ただし10時に送ってください",
	"会場の名前を修正してからにしてください。",
	"明日の朝に配信してください",
	"but fix the date first.",
};

/* How people set their words off: %s is the condition. */
static const char *const settings_off[] = {
	"<div>%s</div>",
	"<p class=MsoNormal>%s<o:p></o:p></p>",
	"<br>%s<br>",
	"<div><b>%s</b></div>",
	"<div><font color=\"#ffffff\">%s</font></div>",
	"<ul><li>%s</li></ul>",
	"<ol><li>%s</ol>",
	"<blockquote>%s</blockquote>",
	"<blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\">%s</blockquote>",
	"<blockquote class=\"webkit-indent-blockquote\" style=\"margin: 0 0 0 "
	"40px;border:none\"><div>%s</div></blockquote>",
	"<pre>%s</pre>",
	"<table><tr><td>%s</td></tr></table>",
	"<div style=\"border:1px solid\">%s</div>",
	"<hr><div>%s</div>",
	"<p class=MsoListParagraph style='margin-left:18.0pt'><![if !supportLists]>"
	"<span>・</span><![endif]>%s</p>",
};

static const char *const places[] = { "{a}", "{b}", "{c}" };

/* The HTML with this at one of the places, and nothing at the others. */
static char *fill(const char *html, const char *place, const char *words)
{
	char *filled = g_strdup(html);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		char **pieces = g_strsplit(filled, places[i], -1);

		g_free(filled);
		filled = g_strjoinv(strcmp(places[i], place) == 0 ? words : "", pieces);
		g_strfreev(pieces);
	}
	return filled;
}

/* Read it as a mail of HTML alone; its text, for free(). */
static char *read_reply(const char *client, const char *html, struct reply_words *words_r)
{
	g_autofree char *base64 = g_base64_encode((const guchar *)html, strlen(html));
	g_autofree char *mail =
	    g_strdup_printf("Content-Type: text/html; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			    base64);
	struct message *message = NULL;
	struct message_text text;
	struct kairan_error error = { "" };
	char *result;

	if (!message_parse(mail, strlen(mail), &message, &error) ||
	    message_read_reply(message, &text, &error) != MESSAGE_TEXT_OK)
		fail_msg("%s: %s", client, error.text);
	message_free(message);
	reply_words_read(text.text, &facts, words_r);
	result = text.text;
	text.text = NULL;
	message_text_free(&text);
	return result;
}

static void test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
		const struct reply *reply = &replies[i];
		g_autofree char *html = fill(reply->html, "", "");
		struct reply_words words;
		char *text = read_reply(reply->client, html, &words);

		if (words.decision != reply->decision ||
		    (reply->reason != NULL && strcmp(words.reason, reply->reason) != 0))
			fail_msg("%s: %s (%s, \"%s\"), reason \"%s\":\n%s", reply->client,
				 decision_name(words.decision),
				 reply_obstacle_name(words.obstacle), words.in_the_way,
				 words.reason, text);
		reply_words_free(&words);
		free(text);
	}
}

static void check_condition(const struct reply *reply, const char *place,
			    const char *condition)
{
	g_autofree char *html = fill(reply->html, place, condition);
	struct reply_words words;
	char *text = read_reply(reply->client, html, &words);

	if (words.decision != DECISION_NONE)
		fail_msg("%s, %s at %s: %s:\n%s", reply->client, condition, place,
			 decision_name(words.decision), text);
	reply_words_free(&words);
	free(text);
}

static void test_conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
		const struct reply *reply = &replies[i];

		if (reply->decision != DECISION_APPROVE)
			continue;
		for (size_t c = 0; c < G_N_ELEMENTS(conditions); c++) {
			g_autofree char *behind = g_strconcat("。", conditions[c], NULL);

			if (strstr(reply->html, "{a}") != NULL)
				check_condition(reply, "{a}", behind);
			for (size_t s = 0; s < G_N_ELEMENTS(settings_off); s++) {
				char **pieces = g_strsplit(settings_off[s], "%s", 2);
				g_autofree char *block = g_strconcat(
				    pieces[0], conditions[c], pieces[1], NULL);

				for (size_t p = 1; p < G_N_ELEMENTS(places); p++)
					if (strstr(reply->html, places[p]) != NULL)
						check_condition(reply, places[p], block);
				g_strfreev(pieces);
			}
		}
	}
}

/* Nothing that a program may quote of our own HTML, in whichever way, decides. */
static void test_no_line_of_ours_decides(void **state)
{
	static const char *const languages[] = { "ja", "en" };

	(void)state;
	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *path = g_build_filename(
		    SRCDIR, "conf", "templates", languages[l], "request.html", NULL);
		g_autofree char *html = NULL;
		struct reply_words words;
		char **lines;
		char *text;

		assert_true(g_file_get_contents(path, &html, NULL, NULL));
		text = read_reply(path, html, &words);
		lines = g_strsplit(text, "\n", -1);
		assert_int_equal(words.decision, DECISION_NONE);
		reply_words_free(&words);
		for (char **line = lines; *line != NULL; line++) {
			reply_words_read(*line, &facts, &words);
			if (words.decision != DECISION_NONE)
				fail_msg("%s: %s", path, *line);
			reply_words_free(&words);
		}
		g_strfreev(lines);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_no_line_of_ours_decides),
	};
	int failed;

	if (!message_init(NULL))
		return 1;
	failed = cmocka_run_group_tests_name("html_replies", tests, NULL, NULL);
	message_shutdown();
	return failed;
}
