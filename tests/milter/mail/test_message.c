/*
 * NAME
 *	test_message - reading and writing mail
 *
 * DESCRIPTION
 *	Mails as clients write them, mails that no client should write, and
 *	what kairan writes itself, read back.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/message.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define JIS   "\033$B"
#define ASCII "\033(B"

#define PLAIN       "Content-Type: text/plain; charset=UTF-8\r\n"
#define MIXED       "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
#define END         "--b--\r\n"

/* ---- the text ---- */

struct text_row {
	const char *name, *mail;
	enum message_text_status status;
	const char *text; /* or what the error says */
	const char *attachments;
	bool had_html;
};

static const struct text_row text_rows[] = {
	/* One part. */
	{ "bare", "Subject: x\r\n\r\nhello\r\n", MESSAGE_TEXT_OK, "hello", "", false },
	{ "LF", "Subject: x\n\nhello\nyou\n", MESSAGE_TEXT_OK, "hello\nyou", "", false },
	{ "no header", "\r\nhello", MESSAGE_TEXT_OK, "hello", "", false },
	{ "looks like a header", "\r\nTo: x\r\n\r\ny", MESSAGE_TEXT_OK, "To: x\n\ny", "",
	  false },
	{ "empty", "", MESSAGE_TEXT_OK, "", "", false },
	{ "no body", "Subject: x\r\n", MESSAGE_TEXT_OK, "", "", false },
	{ "no body but blank", "Subject: x\r\n\r\n", MESSAGE_TEXT_OK, "", "", false },
	{ "header without end", "Subject: x", MESSAGE_TEXT_OK, "", "", false },
	{ "utf-8", PLAIN "\r\n防災訓練①\r\n", MESSAGE_TEXT_OK, "防災訓練①", "", false },
	{ "8-bit without charset", "Subject: x\r\n\r\nab\r\n防災\r\n",
	  MESSAGE_TEXT_UNDECODABLE, "us-ascii: line 2, octet 1", "", false },
	{ "overlong",
	  PLAIN "\r\nA\xff\xc0\xaf"
		"B",
	  MESSAGE_TEXT_UNDECODABLE, "line 1, octet 2: not in this charset: ff c0 af 42",
	  "", false },
	{ "iso-2022-jp",
	  "Content-Type: text/plain; charset=ISO-2022-JP\r\n"
	  "Content-Transfer-Encoding: 7bit\r\n\r\n" JIS "KI:R" ASCII "\r\n",
	  MESSAGE_TEXT_OK, "防災", "", false },
	{ "iPhone circled digit",
	  "Content-Type: text/plain;\r\n\tcharset=\"iso-2022-jp\"\r\n"
	  "Content-Transfer-Encoding: 7bit\r\n\r\n" JIS "KI:R" ASCII "\r\n" JIS
	  "F|Dx-!" ASCII "\r\n",
	  MESSAGE_TEXT_OK, "防災\n日程①", "", false },
	{ "iso-2022-jp without a shift back",
	  "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" JIS "KI\r\nab\r\n",
	  MESSAGE_TEXT_UNDECODABLE, "broken two-octet text", "", false },
	{ "half-width kana in iso-2022-jp",
	  "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\033(I12" ASCII,
	  MESSAGE_TEXT_OK, "ｱｲ", "", false },
	{ "shift_jis",
	  "Content-Type: text/plain; charset=Shift_JIS\r\n\r\n\x96\x68\x8d\xd0\x87\x40",
	  MESSAGE_TEXT_OK, "防災①", "", false },
	{ "gaiji", "Content-Type: text/plain; charset=Shift_JIS\r\n\r\na\xf7\x65",
	  MESSAGE_TEXT_EMOJI, "octet 2: private-use character: f7 65", "", false },
	{ "iso-2022-jp without a charset",
	  "Content-Type: text/plain\r\n\r\n" JIS ">5G'" ASCII "\r\n", MESSAGE_TEXT_OK,
	  "承認", "", false },
	{ "iso-2022-jp without a type", "\r\n" JIS ">5G'" ASCII "\r\n", MESSAGE_TEXT_OK,
	  "承認", "", false },
	{ "euc-jp", "Content-Type: text/plain; charset=EUC-JP\r\n\r\n\xcb\xc9\xba\xd2",
	  MESSAGE_TEXT_OK, "防災", "", false },
	{ "charset with more",
	  "Content-Type: text/plain; charset=\"utf-8//IGNORE\"\r\n\r\na",
	  MESSAGE_TEXT_UNDECODABLE, "not known", "", false },
	{ "charset by RFC 2231", "Content-Type: text/plain; charset*=''utf-8\r\n\r\n防",
	  MESSAGE_TEXT_OK, "防", "", false },
	{ "empty charset", "Content-Type: text/plain; charset=\"\"\r\n\r\na",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "two charsets",
	  "Content-Type: text/plain; charset=utf-8; charset=cp932\r\n\r\na",
	  MESSAGE_TEXT_BROKEN_MIME, "contradict", "", false },
	{ "decomposed", PLAIN "\r\nか\u3099", MESSAGE_TEXT_OK, "が", "", false },
	{ "byte order mark",
	  PLAIN "\r\n\ufeff"
		"a",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "signature", PLAIN "\r\na\r\n-- \r\nme\r\n", MESSAGE_TEXT_OK, "a", "", false },
	{ "only a signature", PLAIN "\r\n-- \r\nme\r\n", MESSAGE_TEXT_OK, "", "", false },
	{ "bare CR", PLAIN "\r\na\rb\r\r\nc", MESSAGE_TEXT_OK, "a\nb\n\nc", "", false },
	{ "HTML only", "Content-Type: text/html\r\n\r\n<p>a", MESSAGE_TEXT_OK, "a", "",
	  false },
	{ "HTML only, attached", "Content-Type: text/html; name=a.html\r\n\r\n<p>a",
	  MESSAGE_TEXT_NONE, "no text", "a.html", false },
	{ "HTML with a picture and a table",
	  "Content-Type: text/html; charset=utf-8\r\n\r\n"
	  "<p>a</p><img alt=絵><table><tr><td>b</table>",
	  MESSAGE_TEXT_OK, "a\n\nb", "<img> 絵, <table>", false },
	{ "a picture only", "Content-Type: image/png\r\n\r\na", MESSAGE_TEXT_NONE, "",
	  "image/png", false },
	{ "a file only", "Content-Type: text/plain; name=a.txt\r\n\r\na",
	  MESSAGE_TEXT_NONE, "", "a.txt", false },
	{ "a disposition of its own", "Content-Disposition: attachment\r\n\r\na",
	  MESSAGE_TEXT_NONE, "", "text/plain", false },
	{ "inline", "Content-Disposition: inline\r\n\r\na", MESSAGE_TEXT_OK, "a", "",
	  false },
	/* Controls and NUL. */
	{ "ESC", PLAIN "\r\nab\r\nc\033[2J", MESSAGE_TEXT_UNDECODABLE,
	  "control character U+001B at line 2, column 2", "", false },
	{ "BEL behind kanji", PLAIN "\r\n防\n災\a", MESSAGE_TEXT_UNDECODABLE,
	  "U+0007 at line 2, column 2", "", false },
	{ "line separators", PLAIN "\r\na\u2028b\u2029c", MESSAGE_TEXT_OK, "a\nb\nc", "",
	  false },
	{ "form feed", PLAIN "\r\na\fb", MESSAGE_TEXT_UNDECODABLE, "U+000C", "", false },
	{ "DEL", PLAIN "\r\n\x7f", MESSAGE_TEXT_UNDECODABLE, "U+007F", "", false },
	{ "C1",
	  PLAIN "\r\n\xc2\x9b"
		"2J",
	  MESSAGE_TEXT_UNDECODABLE, "U+009B", "", false },
	{ "C1 in latin1", "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\x85",
	  MESSAGE_TEXT_UNDECODABLE, "U+0085", "", false },
	{ "tab", PLAIN "\r\na\tb", MESSAGE_TEXT_OK, "a\tb", "", false },
	{ "NUL in base64", PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYQBi",
	  MESSAGE_TEXT_UNDECODABLE, "line 1, octet 2: NUL octet", "", false },
	/* Transfer encodings. */
	{ "base64", PLAIN "Content-Transfer-Encoding: base64\r\n\r\n6Ziy\r\n54G9\r\n",
	  MESSAGE_TEXT_OK, "防災", "", false },
	{ "base64, spaces",
	  PLAIN "Content-Transfer-Encoding:  BASE64 \r\n\r\n 6Z iy \t\r\n",
	  MESSAGE_TEXT_OK, "防", "", false },
	{ "base64, no padding", PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYWI",
	  MESSAGE_TEXT_OK, "ab", "", false },
	{ "base64, cut off", PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYWJjZ",
	  MESSAGE_TEXT_TRANSFER, "base64 is malformed", "", false },
	{ "base64, junk",
	  PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\nYW!j\r\n",
	  MESSAGE_TEXT_TRANSFER, "base64 is malformed at line 2, octet 3", "", false },
	{ "base64, a footer",
	  PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYWI=\r\nfooter\r\n",
	  MESSAGE_TEXT_TRANSFER, "base64 is malformed at line 2, octet 1", "", false },
	{ "base64, padding first", PLAIN "Content-Transfer-Encoding: base64\r\n\r\n=YWI",
	  MESSAGE_TEXT_TRANSFER, "line 1, octet 1", "", false },
	{ "base64, too much padding",
	  PLAIN "Content-Transfer-Encoding: base64\r\n\r\nYWI==", MESSAGE_TEXT_TRANSFER,
	  "line 1, octet 5", "", false },
	{ "base64, of a character", PLAIN "Content-Transfer-Encoding: base64\r\n\r\n6Zg=",
	  MESSAGE_TEXT_UNDECODABLE, "octet 1: not in this charset: e9 98", "", false },
	{ "quoted-printable",
	  PLAIN "Content-Transfer-Encoding: "
		"quoted-printable\r\n\r\n=E9=98=b2=\r\n=e7=81=BD  \r\n",
	  MESSAGE_TEXT_OK, "防災", "", false },
	{ "quoted-printable, soft at the end",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\na= \t\r\nb=",
	  MESSAGE_TEXT_OK, "ab", "", false },
	{ "quoted-printable, signature",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\na\r\n--=20\r\nme",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "quoted-printable, bad hex",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\nab\r\nc=4\r\n",
	  MESSAGE_TEXT_TRANSFER, "quoted-printable is malformed at line 2, octet 2", "",
	  false },
	{ "quoted-printable, bare =",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\na = b\r\n",
	  MESSAGE_TEXT_TRANSFER, "line 1, octet 3", "", false },
	{ "quoted-printable, 8-bit",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n防\r\n",
	  MESSAGE_TEXT_TRANSFER, "line 1, octet 1", "", false },
	{ "quoted-printable, ESC",
	  PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n=1B",
	  MESSAGE_TEXT_UNDECODABLE, "U+001B", "", false },
	{ "8bit", PLAIN "Content-Transfer-Encoding: 8bit\r\n\r\n防", MESSAGE_TEXT_OK,
	  "防", "", false },
	{ "unknown encoding", PLAIN "Content-Transfer-Encoding: x-uuencode\r\n\r\na",
	  MESSAGE_TEXT_TRANSFER, "transfer encoding is not known", "", false },
	/* Flowed. */
	{ "flowed",
	  "Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n"
	  "a \r\nb\r\n>c \r\n>d\r\n From\r\n-- \r\nme\r\n",
	  MESSAGE_TEXT_OK, "a b\n> c d\nFrom", "", false },
	{ "flowed, DelSp",
	  "Content-Type: text/plain; charset=utf-8; Format=Flowed; DelSp=Yes\r\n\r\n"
	  "防災 \r\n訓練\r\n",
	  MESSAGE_TEXT_OK, "防災訓練", "", false },
	{ "not flowed", PLAIN "\r\na \r\nb\r\n", MESSAGE_TEXT_OK, "a\nb", "", false },
	/* Doubled fields. */
	{ "two types", "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\na",
	  MESSAGE_TEXT_BROKEN_MIME, "stands twice", "", false },
	{ "two equal types",
	  "Content-Type: text/plain\r\nContent-Type: text/plain\r\n\r\na",
	  MESSAGE_TEXT_BROKEN_MIME, "stands twice", "", false },
	{ "two encodings",
	  PLAIN "Content-Transfer-Encoding: 7bit\r\ncontent-transfer-encoding : "
		"base64\r\n\r\nYWI=",
	  MESSAGE_TEXT_BROKEN_MIME, "stands twice", "", false },
	{ "two types in a part",
	  MIXED "--b\r\n" PLAIN "Content-Type: text/plain\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "", "", false },
	{ "no type", "Content-Type: text\r\n\r\na", MESSAGE_TEXT_BROKEN_MIME,
	  "Content-Type", "application/octet-stream", false },
	/* Several parts. */
	{ "alternative",
	  ALTERNATIVE "--b\r\n" PLAIN
		      "\r\na\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>a\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", true },
	{ "alternative, HTML first",
	  ALTERNATIVE "--b\r\nContent-Type: text/html\r\n\r\n<p>a\r\n--b\r\n" PLAIN
		      "\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", true },
	{ "alternative, HTML only",
	  ALTERNATIVE "--b\r\nContent-Type: text/html\r\n\r\n<p>a\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "alternative, an empty text",
	  ALTERNATIVE "--b\r\n\r\n \r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
		      "<p>a\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "alternative, both empty",
	  ALTERNATIVE "--b\r\n\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
		      "<p>\r\n" END,
	  MESSAGE_TEXT_OK, "", "", false },
	{ "alternative, two of HTML",
	  ALTERNATIVE "--b\r\nContent-Type: text/html\r\n\r\n<p>a\r\n--b\r\n"
		      "Content-Type: text/html\r\n\r\n<p>b\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/html", false },
	{ "related, HTML and its picture",
	  "Content-Type: multipart/related; boundary=b\r\n\r\n"
	  "--b\r\nContent-Type: text/html\r\n\r\na\r\n--b\r\n"
	  "Content-Type: image/png; name=a.png\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "a.png", false },
	{ "mixed, HTML around a picture",
	  MIXED "--b\r\nContent-Type: text/html\r\n\r\na\r\n--b\r\n"
		"Content-Type: image/png\r\n\r\na\r\n--b\r\n"
		"Content-Type: text/html\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a\nb", "image/png", false },
	{ "HTML cut at its signature",
	  "Content-Type: text/html\r\n\r\n<div>a</div>-- <br>me", MESSAGE_TEXT_OK, "a",
	  "", false },
	{ "HTML in base64, damaged",
	  "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\nb",
	  MESSAGE_TEXT_TRANSFER, "base64 is malformed", "", false },
	{ "HTML with a charset of its own",
	  "Content-Type: text/html\r\n\r\n<meta charset=\"Shift_JIS\">\x96\x68",
	  MESSAGE_TEXT_OK, "防", "", false },
	{ "HTML of two charsets that agree",
	  "Content-Type: text/html; charset=windows-31j\r\n\r\n<meta http-equiv=content-type "
	  "content='text/html; charset=Shift_JIS'>\x96\x68",
	  MESSAGE_TEXT_OK, "防", "", false },
	{ "HTML of two charsets, in ASCII",
	  "Content-Type: text/html; charset=utf-8\r\n\r\n<meta charset=iso-2022-jp>a",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "HTML of two charsets that contradict",
	  "Content-Type: text/html; charset=utf-8\r\n\r\n<meta charset=Shift_JIS>防災",
	  MESSAGE_TEXT_HTML_CHARSET, "charset utf-8, the HTML Shift_JIS", "", false },
	{ "HTML of a charset that its header is not in",
	  "Content-Type: text/html; charset=us-ascii\r\n\r\n<meta charset=utf-8>防",
	  MESSAGE_TEXT_HTML_CHARSET, "us-ascii", "", false },
	{ "HTML without a charset", "Content-Type: text/html\r\n\r\n防",
	  MESSAGE_TEXT_UNDECODABLE, "us-ascii", "", false },
	{ "HTML in raw iso-2022-jp",
	  "Content-Type: text/html\r\n\r\n<p>" JIS ">5G'" ASCII "</p>", MESSAGE_TEXT_OK,
	  "承認", "", false },
	{ "HTML with a control character", "Content-Type: text/html\r\n\r\na&#127;b",
	  MESSAGE_TEXT_UNDECODABLE, "U+007F", "", false },
	{ "alternative, two texts",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\na\r\n--b\r\n" PLAIN "\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/plain", false },
	{ "alternative, picture in HTML",
	  ALTERNATIVE
	  "--b\r\n" PLAIN "\r\na\r\n--b\r\n"
	  "Content-Type: multipart/related; boundary=c\r\n\r\n"
	  "--c\r\nContent-Type: text/html\r\n\r\n<p>a\r\n"
	  "--c\r\nContent-Type: image/gif; name=\"=?utf-8?B?6Ziy?=.gif\"\r\n\r\nx\r\n"
	  "--c--\r\n" END,
	  MESSAGE_TEXT_OK, "a", "防.gif", true },
	{ "alternative, calendar",
	  ALTERNATIVE "--b\r\n" PLAIN
		      "\r\na\r\n--b\r\nContent-Type: text/calendar\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/calendar", false },
	{ "mixed", MIXED "--b\r\n" PLAIN "\r\na\r\n" END, MESSAGE_TEXT_OK, "a", "",
	  false },
	{ "Apple Mail around a picture",
	  MIXED "--b\r\n" PLAIN "\r\na\r\n\r\n--b\r\n"
		"Content-Disposition: inline; filename=p.jpg\r\nContent-Type: "
		"image/jpeg\r\n\r\n"
		"x\r\n--b\r\n" PLAIN "\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a\nb", "p.jpg", false },
	{ "signature in the first of two",
	  MIXED "--b\r\n\r\na\r\n-- \r\nme\r\n--b\r\n\r\nb\r\n" END, MESSAGE_TEXT_OK,
	  "a\nb", "", false },
	{ "an empty text beside", MIXED "--b\r\n\r\n\r\n--b\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "b", "", false },
	{ "the second cannot be decoded", MIXED "--b\r\n\r\na\r\n--b\r\n\r\n\xff\r\n" END,
	  MESSAGE_TEXT_UNDECODABLE, "text part 2: charset us-ascii: line 1, octet 1", "",
	  false },
	{ "HTML beside",
	  MIXED "--b\r\n\r\na\r\n--b\r\nContent-Type: text/html\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/html", false },
	{ "text with a name",
	  MIXED
	  "--b\r\n\r\na\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "a.txt", false },
	{ "text as attachment",
	  MIXED "--b\r\n\r\na\r\n--b\r\nContent-Disposition: attachment\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/plain", false },
	{ "two attachments",
	  MIXED
	  "--b\r\n\r\na\r\n"
	  "--b\r\nContent-Type: application/pdf\r\n"
	  "Content-Disposition: attachment; filename*=utf-8''%E9%98%B2.pdf\r\n\r\nx\r\n"
	  "--b\r\nContent-Type: application/msword\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "防.pdf, application/msword", false },
	{ "a name with controls",
	  MIXED "--b\r\n\r\na\r\n--b\r\nContent-Type: image/png\r\n"
		"Content-Disposition: attachment; "
		"filename*=utf-8''a%0D%0AX:%1Bb\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "a X: b", false },
	{ "an empty name",
	  MIXED
	  "--b\r\n\r\na\r\n--b\r\nContent-Type: image/png; name=\"\"\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "image/png", false },
	{ "a mail in the mail",
	  MIXED
	  "--b\r\n\r\na\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
	  "Subject: x\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "message/rfc822", false },
	{ "a mail without a text of its own",
	  "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nb\r\n",
	  MESSAGE_TEXT_NONE, "", "message/rfc822", false },
	{ "a broken mail in the mail",
	  MIXED "--b\r\n\r\na\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "no end", "message/rfc822", false },
	{ "related",
	  "Content-Type: multipart/related; "
	  "boundary=b\r\n\r\n--b\r\n\r\na\r\n--b\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_OK, "a", "text/plain", false },
	{ "signed",
	  "Content-Type: multipart/signed; boundary=b; "
	  "protocol=\"application/pgp-signature\"\r\n\r\n"
	  "--b\r\n\r\na\r\n--b\r\nContent-Type: "
	  "application/pgp-signature\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "signed, S/MIME",
	  "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\na\r\n"
	  "--b\r\nContent-Type: application/pkcs7-signature; "
	  "name=smime.p7s\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "a signature where none belongs",
	  MIXED "--b\r\nContent-Type: "
		"application/pgp-signature\r\n\r\nx\r\n--b\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "application/pgp-signature", false },
	{ "encrypted",
	  "Content-Type: multipart/encrypted; boundary=b\r\n\r\n"
	  "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
	  "--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n" END,
	  MESSAGE_TEXT_ENCRYPTED, "",
	  "application/pgp-encrypted, application/octet-stream", false },
	{ "preamble and epilogue", MIXED "pre\r\n--b\r\n\r\na\r\n" END "post\r\n",
	  MESSAGE_TEXT_OK, "a", "pre, post", false },
	{ "preamble of programs",
	  MIXED "This is a multi-part message in MIME format.\r\n\r\n--b\r\n\r\na\r\n" END
		"\r\n",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "more than the preamble of programs",
	  MIXED
	  "This is a multi-part message in MIME format.\r\n中止\r\n--b\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "This is a multi-part message in MIME format. 中止",
	  false },
	{ "preamble that a bare CR made", MIXED "中止です。\r\r\n--b\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "中止です。", false },
	{ "opaque S/MIME",
	  "Content-Type: application/pkcs7-mime; smime-type=signed-data; "
	  "name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIID\r\n",
	  MESSAGE_TEXT_SMIME, "inside an S/MIME signature", "smime.p7m", false },
	{ "S/MIME of no type", "Content-Type: application/x-pkcs7-mime\r\n\r\na\r\n",
	  MESSAGE_TEXT_SMIME, "", "application/x-pkcs7-mime", false },
	{ "encrypted S/MIME",
	  "Content-Type: application/pkcs7-mime; smime-type=Enveloped-Data\r\n\r\na\r\n",
	  MESSAGE_TEXT_ENCRYPTED, "encrypted", "application/pkcs7-mime", false },
	{ "PGP, taken apart by Exchange",
	  MIXED "--b\r\n\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted; "
		"name=a\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_ENCRYPTED, "encrypted", "a", false },
	{ "PGP in the text", PLAIN "\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabcd\r\n",
	  MESSAGE_TEXT_ENCRYPTED, "encrypted", "", false },
	{ "winmail.dat alone",
	  "Content-Type: application/ms-tnef; name=\"winmail.dat\"\r\n\r\na\r\n",
	  MESSAGE_TEXT_WINMAIL, "winmail.dat", "winmail.dat", false },
	{ "winmail.dat beside an empty text",
	  MIXED "--b\r\n\r\n\r\n--b\r\nContent-Type: application/octet-stream; "
		"name=WINMAIL.DAT\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_WINMAIL, "winmail.dat", "WINMAIL.DAT", false },
	{ "winmail.dat beside a text",
	  MIXED
	  "--b\r\n\r\na\r\n--b\r\nContent-Type: application/vnd.ms-tnef\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "a", "application/vnd.ms-tnef", false },
	{ "a gateway's words below base64",
	  PLAIN "Content-Transfer-Encoding: base64\r\n\r\n5om/6KqNCg==\r\n\r\n--\r\n"
		"This message may be confidential.\r\n",
	  MESSAGE_TEXT_TRANSFER, "base64 is malformed at line 3, octet 1", "", false },
	{ "no MIME-Version", MIXED "--b \t\r\n\r\na\r\n--b-- \r\n", MESSAGE_TEXT_OK, "a",
	  "", false },
	{ "LF multipart",
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\na\n--b--\n",
	  MESSAGE_TEXT_OK, "a", "", false },
	{ "a boundary that begins like another",
	  MIXED "--b\r\nContent-Type: multipart/mixed; "
		"boundary=bb\r\n\r\n--bb\r\n\r\na\r\n--bb--\r\n"
		"--b\r\n\r\nc\r\n" END,
	  MESSAGE_TEXT_OK, "a\nc", "", false },
	{ "no parts", MIXED "--b\r\n\r\n" END, MESSAGE_TEXT_OK, "", "", false },
	/* Broken. */
	{ "no boundary", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "no boundary", "", false },
	{ "empty boundary",
	  "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\na\r\n----\r\n",
	  MESSAGE_TEXT_BROKEN_MIME, "", NULL, false },
	{ "boundary never found", MIXED "a\r\n", MESSAGE_TEXT_BROKEN_MIME, "cut off", "",
	  false },
	{ "empty multipart", MIXED, MESSAGE_TEXT_BROKEN_MIME, "cut off", "", false },
	{ "cut off", MIXED "--b\r\n\r\na\r\n", MESSAGE_TEXT_BROKEN_MIME, "cut off", "",
	  false },
	{ "cut off in a header", MIXED "--b\r\n\r\na\r\n--b\r\nContent-Ty",
	  MESSAGE_TEXT_BROKEN_MIME, "", NULL, false },
	{ "cut off inside",
	  MIXED "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\na\r\n"
		"--b\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "no end", "", false },
	{ "one boundary twice",
	  MIXED "--b\r\nContent-Type: multipart/mixed; "
		"boundary=b\r\n\r\n--b\r\n\r\na\r\n--b--\r\n"
		"--b\r\n\r\nb\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "one boundary", NULL, false },
	{ "no header, no blank line", MIXED "--b\r\nhello world\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "", NULL, false },
	{ "no header in a header", MIXED "--b\r\n" PLAIN "hello world\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "no header", "", false },
	{ "multipart in base64",
	  "Content-Transfer-Encoding: base64\r\n" MIXED "--b\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_BROKEN_MIME, "transfer encoding", "", false },
};

static void test_read_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		struct message *message = NULL;
		struct message_text text;
		struct kairan_error error = { "" };
		enum message_text_status status;

		if (!message_parse(row->mail, strlen(row->mail), &message, &error))
			fail_msg("%s: %s", row->name, error.text);
		status = message_read_text(message, &text, &error);
		if (status != row->status)
			fail_msg("%s: status %d: %s", row->name, status,
				 text.text != NULL ? text.text : error.text);
		if (status == MESSAGE_TEXT_OK && strcmp(text.text, row->text) != 0)
			fail_msg("%s: \"%s\"", row->name, text.text);
		if (status != MESSAGE_TEXT_OK && strstr(error.text, row->text) == NULL)
			fail_msg("%s: %s", row->name, error.text);
		if (row->attachments != NULL &&
		    strcmp(text.attachments, row->attachments) != 0)
			fail_msg("%s: \"%s\"", row->name, text.attachments);
		assert_int_equal(text.attachment_count > 0, text.attachments[0] != '\0');
		if (text.had_html != row->had_html)
			fail_msg("%s: HTML", row->name);
		message_text_free(&text);
		message_free(message);
	}
}

/* ---- replies ---- */

#define HTML "Content-Type: text/html; charset=UTF-8\r\n"

static const struct reply_row {
	const char *name, *mail;
	enum message_text_status status;
	const char *text, *html; /* NULL: none */
} reply_rows[] = {
	{ "text alone", PLAIN "\r\n承認\r\n", MESSAGE_TEXT_OK, "承認", NULL },
	{ "HTML alone", HTML "\r\n<div>承認</div>", MESSAGE_TEXT_OK, "承認", NULL },
	{ "both",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" HTML
		      "\r\n<p>承認</p>\r\n" END,
	  MESSAGE_TEXT_OK, "承認", "承認" },
	{ "both, and they differ",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" HTML
		      "\r\n<p>却下</p>\r\n" END,
	  MESSAGE_TEXT_OK, "承認", "却下" },
	{ "an empty text",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n\r\n--b\r\n" HTML "\r\n<p>承認</p>\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "a text that nobody sees",
	  ALTERNATIVE "--b\r\n" PLAIN
		      "\r\n\xc2\xa0\r\n\xe3\x80\x80\xe2\x80\x8b\r\n--b\r\n" HTML
		      "\r\n<p>承認</p>\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "HTML that cannot be read",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" HTML "\r\n\xff\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "a gateway's part",
	  MIXED "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" PLAIN "\r\n機密です。\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "a gateway's part of HTML",
	  MIXED "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" HTML "\r\n<p>機密です。\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "a gateway's part in no charset",
	  MIXED "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" PLAIN "\r\n\xff\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "a gateway's part below both forms",
	  MIXED "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
		"--c\r\n" PLAIN "\r\n承認\r\n--c\r\n" HTML "\r\n承認します\r\n--c--\r\n"
		"--b\r\n" PLAIN "\r\n機密です。\r\n" END,
	  MESSAGE_TEXT_OK, "承認", "承認します" },
	{ "a gateway's part below an attachment is read",
	  MIXED "--b\r\n" PLAIN "\r\n承認\r\n--b\r\nContent-Type: image/png\r\n\r\na\r\n"
		"--b\r\n" PLAIN "\r\n機密です。\r\n" END,
	  MESSAGE_TEXT_OK, "承認\n機密です。", NULL },
	{ "a condition below a picture",
	  MIXED "--b\r\n" HTML "\r\n承認\r\n--b\r\nContent-Type: image/png\r\n\r\na\r\n"
		"--b\r\n" HTML "\r\nただし十時に\r\n" END,
	  MESSAGE_TEXT_OK, "承認\nただし十時に", NULL },
	{ "a picture above",
	  MIXED "--b\r\n" PLAIN "\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\na\r\n"
		"--b\r\n" PLAIN "\r\n承認\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "HTML in pieces beside one text",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n"
		      "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
		      "--c\r\n" HTML
		      "\r\n承認\r\n--c\r\nContent-Type: image/png\r\n\r\na\r\n"
		      "--c\r\n" HTML "\r\nただし\r\n--c--\r\n" END,
	  MESSAGE_TEXT_OK, "承認", "承認\nただし" },
	{ "HTML with its picture beside the text",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n"
		      "Content-Type: multipart/related; boundary=c\r\n\r\n"
		      "--c\r\n" HTML
		      "\r\n承認\r\n--c\r\nContent-Type: image/png\r\n\r\na\r\n"
		      "--c--\r\n" END,
	  MESSAGE_TEXT_OK, "承認", "承認" },
	{ "signed, as clear text",
	  "Content-Type: multipart/signed; boundary=b; protocol=\"application/"
	  "pkcs7-signature\"\r\n\r\n--b\r\n" PLAIN "\r\n承認\r\n--b\r\n"
	  "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "opaque, and a gateway's part",
	  MIXED
	  "--b\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n"
	  "a\r\n--b\r\n" PLAIN "\r\n承認\r\n" END,
	  MESSAGE_TEXT_SMIME, NULL, NULL },
	{ "winmail.dat behind the text",
	  MIXED "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n"
		"Content-Type: application/ms-tnef\r\n\r\na\r\n" END,
	  MESSAGE_TEXT_OK, "承認", NULL },
	{ "encrypted",
	  "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n"
	  "Content-Type: application/pgp-encrypted\r\n\r\na\r\n--b\r\n" PLAIN
	  "\r\n承認\r\n" END,
	  MESSAGE_TEXT_ENCRYPTED, NULL, NULL },
	{ "a picture alone", "Content-Type: image/png\r\n\r\na", MESSAGE_TEXT_NONE, NULL,
	  NULL },
	{ "nothing", PLAIN "\r\n\r\n", MESSAGE_TEXT_OK, "", NULL },
	{ "without an end",
	  ALTERNATIVE "--b\r\n" PLAIN "\r\n承認\r\n--b\r\n" HTML "\r\n承認\r\n",
	  MESSAGE_TEXT_BROKEN_MIME, NULL, NULL },
};

static void test_read_reply(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reply_rows); i++) {
		const struct reply_row *row = &reply_rows[i];
		struct message *message = NULL;
		struct message_text text;
		struct kairan_error error = { "" };
		enum message_text_status status;

		assert_true(
		    message_parse(row->mail, strlen(row->mail), &message, &error));
		status = message_read_reply(message, &text, &error);
		if (status != row->status)
			fail_msg("%s: %s: %s", row->name,
				 message_text_status_name(status), error.text);
		if (g_strcmp0(text.text, row->text) != 0 ||
		    g_strcmp0(text.html_text, row->html) != 0)
			fail_msg("%s: \"%s\", \"%s\"", row->name, text.text,
				 text.html_text);
		message_text_free(&text);
		message_free(message);
	}
}

/* Whatever is cut off a mail, no shorter text is taken for the whole. */
static void test_cut_off_anywhere(void **state)
{
	static const char mail[] =
	    "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n"
	    "--=_b\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nGyRCS0k6UhsoQg==\r\n--=_b--\r\n";
	const size_t body = (size_t)(strstr(mail, "--=_b") - mail);

	(void)state;
	for (size_t length = body; length < sizeof(mail) - 1; length++) {
		char *part = malloc(length);
		struct message *message = NULL;
		struct message_text text = { 0 };

		memcpy(part, mail, length);
		assert_true(message_parse(part, length, &message, NULL));
		free(part);
		if (message_read_text(message, &text, NULL) == MESSAGE_TEXT_OK)
			assert_string_equal(text.text, "防災");
		message_text_free(&text);
		message_free(message);
	}
}

static void test_nul(void **state)
{
	static const char mail[] = "Subject: x\r\n\r\na\0b";
	struct message *message = NULL;
	struct message_text text;

	(void)state;
	assert_true(message_parse(mail, sizeof(mail) - 1, &message, NULL));
	assert_int_equal(message_read_text(message, &text, NULL),
			 MESSAGE_TEXT_BROKEN_MIME);
	message_text_free(&text);
	message_free(message);
	message_text_free(NULL);
	message_free(NULL);
}

/* ---- limits ---- */

static char *repeat(const char *before, const char *piece, size_t count,
		    const char *after)
{
	const size_t size = strlen(piece);
	char *text = malloc(strlen(before) + count * size + strlen(after) + 1);
	char *end = stpcpy(text, before);

	for (size_t i = 0; i < count; i++)
		end = stpcpy(end, piece);
	strcpy(end, after);
	return text;
}

static void test_limits(void **state)
{
	static const struct {
		const char *before, *piece;
		size_t good;
		const char *after;
	} rows[] = {
		{ "", "X: y\r\n", 10000, "\r\nbody" },
		{ "", "X: y\n", 10000, "" },
		{ "X: y\r\n", " z\r\n", 9999, "\r\nbody" },
		/* 256 KiB, the blank line not counted. */
		{ "X:", "y", 256 * 1024 - 3, "\n\nbody" },
		/* The multipart is one of 200 parts. */
		{ MIXED, "--b\r\n\r\na\r\n", 199, END },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t more = 0; more < 2; more++) {
			char *mail = repeat(rows[i].before, rows[i].piece,
					    rows[i].good + more, rows[i].after);
			struct message *message = NULL;
			struct kairan_error error = { "" };
			const bool ok =
			    message_parse(mail, strlen(mail), &message, &error);

			if (ok != (more == 0))
				fail_msg("row %zu, %zu more: %s", i, more, error.text);
			message_free(message);
			free(mail);
		}
	}
}

static char *nest(int levels)
{
	char *mail = calloc(1, 100 * (size_t)levels + 100);
	char *end = mail;

	for (int i = 1; i < levels; i++)
		end += sprintf(
		    end, "Content-Type: multipart/mixed; boundary=b%d.\r\n\r\n--b%d.\r\n",
		    i, i);
	end += sprintf(end, "\r\ndeep\r\n");
	for (int i = levels - 1; i > 0; i--)
		end += sprintf(end, "--b%d.--\r\n", i);
	return mail;
}

static void test_nested(void **state)
{
	static const int levels[] = { 1, 2, 19, 20, 21, 22, 100, 3000 };

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		char *mail = nest(levels[i]);
		struct message *message = NULL;
		struct message_text text = { 0 };
		const bool ok = message_parse(mail, strlen(mail), &message, NULL);

		assert_int_equal(ok, levels[i] <= 20);
		if (ok) {
			assert_int_equal(message_read_text(message, &text, NULL),
					 MESSAGE_TEXT_OK);
			assert_string_equal(text.text, "deep");
		}
		message_text_free(&text);
		message_free(message);
		free(mail);
	}
}

/* Mails within mails are not counted, but must not exhaust the stack either. */
static void test_nested_mails(void **state)
{
	char *mail = repeat("", "Content-Type: message/rfc822\r\n\r\n", 100000, "deep");
	struct message *message = NULL;
	struct message_text text;

	(void)state;
	assert_true(message_parse(mail, strlen(mail), &message, NULL));
	assert_int_not_equal(message_read_text(message, &text, NULL), MESSAGE_TEXT_OK);
	message_text_free(&text);
	message_free(message);
	free(mail);
}

/* ---- headers ---- */

static void test_bad_headers(void **state)
{
	static const struct {
		const char *mail;
		size_t length;
		const char *error;
	} rows[] = {
#define ROW(mail) mail, sizeof(mail) - 1
		{ ROW("Subject: x\r\nno header\r\n\r\n"), "line 2 is not a header" },
		{ ROW(" x\r\n\r\n"), "line 1" },
		{ ROW("From x Mon\r\nSubject: x\r\n\r\n"), "line 1" },
		{ ROW(": x\r\n\r\n"), "line 1" },
		{ ROW("A: b\r\n c\r\nSub ject: x\r\n\r\n"), "line 3" },
		{ ROW("Süb: x\r\n\r\n"), "line 1" },
		{ ROW("A: b\r\nSubject: x\ry\r\n\r\n"), "line 2 has a bare CR" },
		{ ROW("A: b\r\nSubject: x\0y\r\n\r\n"), "line 2 has a NUL" },
		{ ROW("A: b\r\r\n\r\n"), "line 1 has a bare CR" },
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message *message = NULL;
		struct kairan_error error = { "" };

		assert_false(
		    message_parse(rows[i].mail, rows[i].length, &message, &error));
		if (strstr(error.text, rows[i].error) == NULL)
			fail_msg("row %zu: %s", i, error.text);
		assert_null(message);
	}
}

static void test_headers(void **state)
{
	static const char mail[] =
	    "From: a@example.org\r\nFROM : b@example.org\r\n"
	    "To:\r\nCc:  \t c,\r\n\td\r\ncontent-type: text/plain\r\n"
	    "X:y\r\n\r\nFrom: body\r\n";
	struct message *message = NULL;

	(void)state;
	assert_true(message_parse(mail, sizeof(mail) - 1, &message, NULL));
	assert_int_equal(message_count_header(message, "from"), 2);
	assert_string_equal(message_get_header(message, "From", 0), "a@example.org");
	assert_string_equal(message_get_header(message, "From", 1), "b@example.org");
	assert_null(message_get_header(message, "From", 2));
	assert_string_equal(message_get_header(message, "TO", 0), "");
	assert_string_equal(message_get_header(message, "Cc", 0), "c,\r\n\td");
	assert_string_equal(message_get_header(message, "Content-Type", 0), "text/plain");
	assert_string_equal(message_get_header(message, "x", 0), "y");
	assert_int_equal(message_count_header(message, "Bcc"), 0);
	assert_null(message_get_header(message, "Bcc", 0));
	message_free(message);
}

static void test_subject(void **state)
{
	static const struct {
		const char *mail, *subject, *error;
	} rows[] = {
		{ "To: x\r\n\r\n", "", NULL },
		{ "Subject:\r\n\r\n", "", NULL },
		{ "Subject: a\r\n b\r\n\r\n", "a b", NULL },
		{ "SUBJECT: =?ISO-2022-JP?B?GyRCS0k=?=\r\n "
		  "=?ISO-2022-JP?B?OlIbKEI=?=\r\n\r\n",
		  "防災", NULL },
		{ "Subject: 防災\r\n\r\n", "防災", NULL },
		{ "Subject: a\r\nSubject: b\r\n\r\n", NULL, "two Subject:" },
		{ "Subject: \xff\r\n\r\n", NULL, "Subject: octet 1" },
		{ "Subject: =?utf-8?Q?a=0ABcc:x?=\r\n\r\n", NULL,
		  "Subject: control character" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message *message = NULL;
		struct kairan_error error = { "" };
		char *subject = NULL;

		assert_true(
		    message_parse(rows[i].mail, strlen(rows[i].mail), &message, NULL));
		if (message_decode_subject(message, &subject, &error)) {
			assert_non_null(rows[i].subject);
			assert_string_equal(subject, rows[i].subject);
		} else {
			assert_null(rows[i].subject);
			assert_non_null(strstr(error.text, rows[i].error));
		}
		free(subject);
		message_free(message);
	}
}

/* ---- writing ---- */

static const struct message_draft broadcast = {
	.from_name = "防災課",
	.from_address = "bosai@info.town.example",
	.to_name = "防災課",
	.to_address = "bosai@info.town.example",
	.reply_to = "a..b@town.example",
	.subject = "防災訓練～のお知らせ",
	.message_id = "<1@town.example>",
	.in_reply_to = "<0@town.example>",
	.references = "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@town.example> "
		      "<bbbbbbbbbbbbbbbbbbbbbbbbbbbb@town.example>",
	.list_id = "防災 <bosai.info.town.example>",
	.list_unsubscribe = "<mailto:leave-bosai@info.town.example>",
	.auto_submitted = "auto-generated",
	.date = 1700000000,
	.date_zone = "+0900",
	.text = "あす、防災訓練をします。\nFrom here\n.\nhttps://town.example/",
	.charset = ENCODED_WORD_ISO2022JP,
};

static void read_back(const struct message_draft *draft, const char *subject,
		      const char *text, const char *attachments)
{
	struct message *message = NULL;
	struct message_text read = { 0 };
	struct kairan_error error = { "" };
	char *octets = NULL, *again = NULL, *line_end, *read_subject = NULL;
	size_t length = 0, again_length = 0;

	if (!message_write(draft, &octets, &length, &error))
		fail_msg("%s", error.text);
	assert_true(message_write(draft, &again, &again_length, &error));
	assert_int_equal(length, again_length);
	assert_memory_equal(octets, again, length);
	assert_memory_equal(octets + length - 2, "\r\n", 2);
	for (line_end = octets;
	     (line_end = memchr(line_end, '\n', length - (size_t)(line_end - octets))) !=
	     NULL;
	     line_end++)
		assert_int_equal(line_end[-1], '\r');
	assert_true(message_parse(octets, length, &message, &error));
	assert_true(message_decode_subject(message, &read_subject, &error));
	assert_string_equal(read_subject, subject);
	if (message_read_text(message, &read, &error) != MESSAGE_TEXT_OK)
		fail_msg("%s", error.text);
	assert_string_equal(read.text, text);
	assert_string_equal(read.attachments, attachments);
	assert_int_equal(read.had_html, draft->html != NULL);
	assert_int_equal(message_count_header(message, "From"), 1);
	assert_int_equal(message_count_header(message, "Bcc"), 0);
	free(read_subject);
	message_text_free(&read);
	message_free(message);
	free(octets);
	free(again);
}

static void test_write_reads_back(void **state)
{
	static const char eight_bit[] = "Subject: \xe9\x98\xb2\r\n\r\n--b\r\nbody";
	const struct message_original original = { eight_bit, sizeof(eight_bit) - 1,
						   "original.eml" };
	struct message_draft draft = broadcast;

	(void)state;
	read_back(&draft, "防災訓練〜のお知らせ", draft.text, "");
	draft.charset = ENCODED_WORD_UTF8;
	read_back(&draft, draft.subject, draft.text, "");
	draft.text = "";
	read_back(&draft, draft.subject, "", "");
	draft.text = "①👍";
	draft.html = "<p>①👍";
	read_back(&draft, draft.subject, draft.text, "");
	draft.originals = &original;
	draft.original_count = 1;
	read_back(&draft, draft.subject, draft.text, "original.eml");
	draft.html = NULL;
	read_back(&draft, draft.subject, draft.text, "original.eml");
	draft.subject = "a\r\nBcc: b@example.org\r\n\r\nbody";
	draft.from_name = "\"; Bcc: <b@example.org>\r\nBcc: c@example.org\r\n";
	draft.to_name = "\r\n";
	read_back(&draft, "a Bcc: b@example.org body", draft.text, "original.eml");
}

static const char iso2022jp_mail[] =
    "Date: Wed, 15 Nov 2023 07:13:20 +0900\r\n"
    "From: =?ISO-2022-JP?B?GyRCS0k6UjJdGyhC?= <bosai@info.town.example>\r\n"
    "To: =?ISO-2022-JP?B?GyRCS0k6UjJdGyhC?= <bosai@info.town.example>\r\n"
    "Reply-To: <a..b@town.example>\r\n"
    "Subject: =?ISO-2022-JP?B?GyRCS0k6UjcxTn0hQSROJCpDTiRpJDsbKEI=?=\r\n"
    "Message-ID: <1@town.example>\r\n"
    "In-Reply-To: <0@town.example>\r\n"
    "References: <aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@town.example>\r\n"
    " <bbbbbbbbbbbbbbbbbbbbbbbbbbbb@town.example>\r\n"
    "List-Id: =?ISO-2022-JP?B?GyRCS0k6UhsoQg==?= <bosai.info.town.example>\r\n"
    "List-Unsubscribe: <mailto:leave-bosai@info.town.example>\r\n"
    "Auto-Submitted: auto-generated\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=ISO-2022-JP\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n" JIS "$\"$9!\"KI:R71N}$r$7$^$9!#" ASCII "\r\nFrom here\r\n.\r\n"
    "https://town.example/\r\n";

static void test_write_octets(void **state)
{
	char *octets = NULL;
	size_t length = 0;

	(void)state;
	assert_true(message_write(&broadcast, &octets, &length, NULL));
	assert_string_equal(octets, iso2022jp_mail);
	assert_int_equal(length, strlen(octets));
	free(octets);
}

/* The original as it is in the mail, octet for octet, or as a file. */
static void test_write_original(void **state)
{
	static char long_line[1200] = "Subject: x\r\n\r\n";
	static const struct {
		const char *octets;
		size_t length;
		const char *encoding;
	} rows[] = {
#define ROW(octets) octets, sizeof(octets) - 1
		{ ROW("Subject: x\r\n\r\nbody\r\n"), "7bit" },
		{ ROW("Subject: x\r\n\r\nbody"), "7bit" },
		{ ROW("Subject: x\r\n\r\n\xe9\x98\xb2\r\n\r\n\r\n"), "8bit" },
		{ ROW("Subject: x\r\n\r\n\xff\xfe\r\n"), "8bit" },
		{ ROW(""), "7bit" },
		{ ROW("Subject: x\r\n\r\nbo\0"
		      "dy\r\n"),
		  "base64" },
		{ ROW("Subject: x\n\nbody\n"), "base64" },
		{ ROW("Subject: x\r\n\r\nbo\rdy\r\n"), "base64" },
		{ ROW("Subject: x\r\n\r\nbody\r"), "base64" },
		{ long_line, 14 + 998, "7bit" },
		{ long_line, 14 + 999, "base64" },
#undef ROW
	};

	(void)state;
	memset(long_line + 14, 'x', sizeof(long_line) - 14);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct message_original original = { rows[i].octets, rows[i].length,
							   "original.eml" };
		struct message_draft draft = broadcast;
		char *octets = NULL, field[80];
		size_t length = 0;
		const char *part;

		draft.originals = &original;
		draft.original_count = 1;
		assert_true(message_write(&draft, &octets, &length, NULL));
		part = strstr(octets, "filename=original.eml");
		assert_non_null(part);
		(void)snprintf(field, sizeof(field),
			       "Content-Transfer-Encoding: %s\r\n\r\n", rows[i].encoding);
		part = strstr(part, field);
		if (part == NULL)
			fail_msg("row %zu is not %s", i, rows[i].encoding);
		if (strcmp(rows[i].encoding, "base64") != 0) {
			part += strlen(field);
			assert_memory_equal(part, rows[i].octets, rows[i].length);
			assert_memory_equal(part + rows[i].length, "\r\n--=_kairan_", 13);
		}
		free(octets);
	}
}

/* An original that has the boundary in it, since its writer could compute it. */
static void test_write_boundary(void **state)
{
	struct message_draft draft = broadcast;
	struct message_original attached[] = { { "X: y\r\n\r\n", 8, "preview.eml" },
					       { "x", 1, "original.eml" } };
	char *octets = NULL, *again = NULL, original[200], boundary[44] = "";
	size_t length;

	(void)state;
	draft.originals = attached;
	draft.original_count = 2;
	assert_true(message_write(&draft, &octets, &length, NULL));
	memcpy(boundary, strstr(octets, "=_kairan_"), 41);
	attached[1].length = (size_t)snprintf(original, sizeof(original),
					      "X: y\r\n\r\n--%s--\r\n", boundary);
	attached[1].octets = original;
	assert_true(message_write(&draft, &again, &length, NULL));
	assert_int_not_equal(strncmp(strstr(again, "=_kairan_"), boundary, 41), 0);
	free(octets);
	free(again);
	read_back(&draft, "防災訓練〜のお知らせ", draft.text,
		  "preview.eml, original.eml");
}

/* A line of 7bit text that mail does not allow is written in base64. */
static void test_write_long_line(void **state)
{
	struct message_draft draft = broadcast;
	char *text = repeat("", "あ", 500, "");
	char *octets = NULL;
	size_t length;

	(void)state;
	draft.text = text;
	assert_true(message_write(&draft, &octets, &length, NULL));
	assert_non_null(
	    strstr(octets, "charset=ISO-2022-JP\r\nContent-Transfer-Encoding: base64"));
	free(octets);
	read_back(&draft, "防災訓練〜のお知らせ", text, "");
	free(text);
}

static void test_write_refuses(void **state)
{
	static const struct {
		size_t field;
		const char *value, *error;
	} rows[] = {
#define FIELD(name) offsetof(struct message_draft, name)
		{ FIELD(from_address), "a@b>\r\nBcc: c@d", "From: the address" },
		{ FIELD(from_address), "", "From" },
		{ FIELD(from_address), "a", "From" },
		{ FIELD(from_address), "a@", "From" },
		{ FIELD(from_address), "@b", "From" },
		{ FIELD(from_address), "a@b@c", "From" },
		{ FIELD(to_address), "a@b, c@d", "To" },
		{ FIELD(to_address), "a(b)@c", "To" },
		{ FIELD(reply_to), "防@災", "Reply-To" },
		{ FIELD(from_name), "\xff", "From: the name is not UTF-8" },
		{ FIELD(subject), "\xc0\xaf", "Subject: is not UTF-8" },
		{ FIELD(message_id), "<防@災>", "Message-ID: is not ASCII" },
		{ FIELD(references), "\xff", "References: is not ASCII" },
		{ FIELD(list_id), "no id", "List-Id" },
		{ FIELD(list_id), "<a> b", "List-Id" },
		{ FIELD(date_zone), "JST", "Date" },
		{ FIELD(date_zone), "+09:00", "Date" },
		{ FIELD(text), "\xff", "the text is not UTF-8" },
		{ FIELD(text), "a\033", "control" },
		{ FIELD(text), "a\r\n", "control" },
		{ FIELD(text), "①", "outside ISO-2022-JP" },
		{ FIELD(html), "a\x01", "control" },
#undef FIELD
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message_draft draft = broadcast;
		struct kairan_error error = { "" };
		char *octets = NULL;
		size_t length;

		memcpy((char *)&draft + rows[i].field, &rows[i].value,
		       sizeof(rows[i].value));
		if (message_write(&draft, &octets, &length, &error))
			fail_msg("row %zu: %s", i, octets);
		if (strstr(error.text, rows[i].error) == NULL)
			fail_msg("row %zu: %s", i, error.text);
		assert_null(octets);
	}
}

static int set_up(void **state)
{
	(void)state;
	return message_init(NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	message_shutdown();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_text),
		cmocka_unit_test(test_read_reply),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_nested_mails),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_write_reads_back),
		cmocka_unit_test(test_write_octets),
		cmocka_unit_test(test_write_original),
		cmocka_unit_test(test_write_boundary),
		cmocka_unit_test(test_write_long_line),
		cmocka_unit_test(test_write_refuses),
	};

	return cmocka_run_group_tests_name("message", tests, set_up, tear_down);
}
