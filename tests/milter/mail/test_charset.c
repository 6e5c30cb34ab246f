/*
 * NAME
 *	test_charset - octets to UTF-8, strictly
 *
 * DESCRIPTION
 *	What each charset decodes, and above all what it must refuse and
 *	where: glibc passes over some of it in silence.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "policy/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define JIS   "\033$B"
#define ASCII "\033(B"

static void test_decode(void **state)
{
	static const struct {
		const char *charset, *octets, *utf8;
	} rows[] = {
		{ NULL, "abc", "abc" },
		{ "", "abc", "abc" },
		{ "us-ascii", "~\x7f\t", "~\x7f\t" },
		{ "US-ASCII", "", "" },
		{ NULL, JIS "KI:R" ASCII "!", "防災!" },
		{ "", "a\n\033$@KI" ASCII, "a\n防" },
		{ "us-ascii", "a" JIS "KI" ASCII "b", "a防b" },
		{ "utf-8", "防災①👍", "防災①👍" },
		{ "UTF8", "\xef\xbf\xbd", "\ufffd" },
		{ "iso-2022-jp", JIS "KI:R" ASCII "!", "防災!" },
		{ "ISO-2022-JP", "\033$@KI:R\033(J~\\", "防災~\\" },
		{ NULL, JIS "KI\033(Jhttp://a/~b", "防http://a/~b" },
		{ "iso-2022-jp", JIS "KI" ASCII "\r\n" JIS ":R" ASCII, "防\r\n災" },
		{ "iso-2022-jp", JIS "!A!B!]!=" ASCII, "〜‖−―" },
		{ "iso-2022-jp", JIS "-!" ASCII, "①" },
		{ "iso-2022-jp", JIS "KI\x93\x21\x96\x7e\x97\x2c:R" ASCII, "防ⅰ髙黑災" },
		{ "iso-2022-jp", "\033(I6E\033(B", "ｶﾅ" },
		{ "iso-2022-jp", JIS "KI\033(I6E\033(B!\r\n" JIS ":R" ASCII,
		  "防ｶﾅ!\r\n災" },
		{ "cp50221", "\033(I6 E\r\n6", "ｶ ﾅ\r\nｶ" },
		{ "iso-2022-jp", JIS "\"e\"A\"@\"]\"L" ASCII, "√∩∪⊥¬" },
		{ "shift_jis", "\x96\x68\x8d\xd0", "防災" },
		{ "Shift-JIS", "\x87\x40", "①" },
		{ "x-sjis", "\x83\x5c\x95\x5c", "ソ表" },
		{ "cp932", "\xb1\xdd", "ｱﾝ" },
		{ "windows-31j", "\xfb\xfc", "髙" },
		{ "ms_kanji", "\x81\x60\x81\x7c", "～－" },
		{ "sjis", "\\~", "\\~" },
		{ "csShiftJIS", "\xed\x40", "纊" },
		{ "euc-jp", "\xcb\xc9\xba\xd2", "防災" },
		{ "x-euc-jp", "\x8e\xb1\x8f\xb0\xa1", "ｱ丂" },
		{ "cp51932", "\xad\xa1", "①" },
		{ "euc-jp", "\xcb\xc9\xf9\xa1\xfc\xf1", "防纊ⅰ" },
		{ "euc-jp", "\x8f\xf3\xf3", "ⅰ" },
		{ "eucJP-ms", "\xad\xea", "㈱" },
		{ "iso-8859-1", "\xe9", "é" },
		{ "iso-8859-15", "\xa4", "€" },
		{ "windows-1252", "\x93", "“" },
		{ "iso-2022-jp", JIS "KI-!KI" ASCII "a", "防①防a" },
		{ "iso-2022-jp", JIS "-j-!" ASCII, "㈱①" },
		{ "iso-2022-jp", "a\n" JIS "y!" ASCII, "a\n纊" },
		{ "iso-2022-jp", JIS "yu" ASCII, "﨑" },
		{ "iso-2022-jp", JIS "|q" ASCII "b" JIS "KI" ASCII, "ⅰb防" },
		{ "euc-jp", "\xcb\xc9\xad\xa1", "防①" },
		{ "windows-1258", "a", "a" },
		{ "koi8-r", "\xc1", "а" },
		{ "gb2312", "\xb0\xa1", "啊" },
		{ "gb18030", "\x81\x30\x81\x30", "\xc2\x80" },
		{ "big5", "\xa4\xa4", "中" },
		{ "euc-kr", "\xc7\xd1", "한" },
		{ "ks_c_5601-1987", "\xc7\xd1", "한" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *utf8 = NULL;
		size_t offset = 99;
		struct kairan_error error = { "" };

		if (!charset_decode(rows[i].charset, rows[i].octets,
				    strlen(rows[i].octets), &utf8, &offset, &error))
			fail_msg("row %zu: %s", i, error.text);
		assert_string_equal(utf8, rows[i].utf8);
		free(utf8);
	}
}

#define OCTETS(text) text, sizeof(text) - 1

static void test_refuse(void **state)
{
	static const struct {
		const char *charset, *octets;
		size_t length, offset;
		const char *error;
	} rows[] = {
		{ NULL, OCTETS("a\xe3\x81\x82"), 1, "us-ascii: line 1, octet 2" },
		{ NULL, OCTETS(JIS "KI:" ASCII), 5, "broken two-octet text" },
		{ NULL, OCTETS("a\x80" JIS "KI" ASCII), 1, "us-ascii: line 1" },
		{ "us-ascii", OCTETS("ab\nc\x80"), 4,
		  "line 2, octet 2: not in this charset: 80" },
		{ "utf-8", OCTETS("a\xff"), 1,
		  "line 1, octet 2: not in this charset: ff" },
		{ "utf-8", OCTETS("\xc0\xaf"), 0, "c0 af" },
		{ "utf-8", OCTETS("\xe0\x80\xaf"), 0, "e0 80 af" },
		{ "utf-8", OCTETS("\xed\xa0\x80"), 0, "ed a0 80" },
		{ "utf-8", OCTETS("\xf4\x90\x80\x80"), 0, "f4 90 80 80" },
		{ "utf-8", OCTETS("\xf8\x88\x80\x80\x80"), 0, "f8 88 80 80" },
		{ "utf-8", OCTETS("\xe9\x98"), 0, "e9 98" },
		{ "utf-8", OCTETS("a\0b"), 1, "NUL octet" },
		{ "iso-2022-jp", OCTETS("a\0b"), 1, "NUL octet" },
		{ "iso-2022-jp", OCTETS(JIS ")!" ASCII), 3,
		  "octet 4: not in this charset: 29 21" },
		{ "iso-2022-jp", OCTETS("\033(I1a" ASCII), 4, "octet 5" },
		{ "iso-2022-jp", OCTETS(JIS "\x92\x21" ASCII), 3,
		  "broken two-octet text" },
		{ "iso-2022-jp", OCTETS(JIS "\x93\xa1" ASCII), 3,
		  "broken two-octet text" },
		{ "iso-2022-jp", OCTETS("a\033"), 1, "unknown escape" },
		{ "iso-2022-jp", OCTETS("a\033$"), 1, "unknown escape" },
		{ "iso-2022-jp", OCTETS("\033$(D0!" ASCII), 0, "unknown escape" },
		{ "iso-2022-jp", OCTETS("\0161\017"), 0, "not 7-bit text" },
		{ "iso-2022-jp", OCTETS("\x96\x68"), 0, "not 7-bit text" },
		{ "iso-2022-jp", OCTETS(JIS "K"), 3, "broken two-octet text" },
		{ "iso-2022-jp", OCTETS(JIS "KI\n:R"), 5, "broken two-octet text" },
		{ "iso-2022-jp", OCTETS(JIS "K" ASCII), 3, "broken two-octet text" },
		{ "iso-2022-jp", OCTETS(JIS "K \"" ASCII), 3, "broken two-octet text" },
		{ "shift_jis", OCTETS("a\x81"), 1, "octet 2: not in this charset: 81" },
		{ "shift_jis", OCTETS("\x85\x40"), 0, "85 40" },
		{ "shift_jis", OCTETS("\x80"), 0, "80" },
		{ "shift_jis", OCTETS("ab\n\xf0\x40"), 3,
		  "private-use character: f0 40" },
		{ "shift_jis", OCTETS("\xf7\x65"), 0, "private-use" },
		{ "euc-jp", OCTETS("\xcb"), 0, "cb" },
		{ "windows-1252", OCTETS("a\x81"), 1, "81" },
		{ "utf-8//TRANSLIT", OCTETS("a"), 0, "not known" },
		{ "us-ascii//IGNORE", OCTETS("a"), 0, "not known" },
		{ "utf-7", OCTETS("+AGE-"), 0, "not known" },
		{ "utf-16", OCTETS("a"), 0, "not known" },
		{ "iso-2022-jp-3", OCTETS("a"), 0, "not known" },
		{ "../../tmp/x", OCTETS("a"), 0, "not known" },
		{ "a\nb\x80", OCTETS("a"), 0, "\"a?b?\" is not known" },
		{ " utf-8", OCTETS("a"), 0, "not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *utf8 = NULL;
		size_t offset = 99;
		struct kairan_error error = { "" };

		if (charset_decode(rows[i].charset, rows[i].octets, rows[i].length, &utf8,
				   &offset, &error))
			fail_msg("row %zu decodes to %s", i, utf8);
		if (strstr(error.text, rows[i].error) == NULL)
			fail_msg("row %zu: %s", i, error.text);
		assert_int_equal(offset, rows[i].offset);
		assert_null(utf8);
	}
	assert_false(charset_decode("utf-8", "\xff", 1, &(char *){ NULL }, NULL, NULL));
}

/* Octets of a charset are never dropped: what is decoded has a character for each. */
static void test_nothing_vanishes(void **state)
{
	static const char *const charsets[] = { "us-ascii", "utf-8",  "iso-2022-jp",
						"cp932",    "euc-jp", "windows-1252" };

	(void)state;
	for (size_t c = 0; c < COUNT(charsets); c++) {
		for (unsigned int octet = 1; octet < 256; octet++) {
			const char octets[] = { 'a', (char)octet, 'b', '\0' };
			char *utf8 = NULL;

			if (!charset_decode(charsets[c], octets, 3, &utf8, NULL, NULL))
				continue;
			assert_true(utf8[0] == 'a' && strlen(utf8) >= 2);
			/* Otherwise octet and 'b' are one character. */
			if (utf8[strlen(utf8) - 1] == 'b')
				assert_true(strlen(utf8) > 2);
			else
				assert_true(octet > 0x80);
			free(utf8);
		}
	}
}

/* Every character of JIS X 0208 comes back, in normal form too; vendors' are read. */
static void test_all_of_jis(void **state)
{
	size_t good = 0, vendor = 0;

	(void)state;
	for (char row = 0x21; row <= 0x7e; row++) {
		for (char cell = 0x21; cell <= 0x7e; cell++) {
			const char octets[] = { 033, '$', 'B', row, cell,
						033, '(', 'B', '\0' };
			char *utf8 = NULL, *normal, *encoded;

			if (!charset_decode("iso-2022-jp", octets, 8, &utf8, NULL, NULL))
				continue;
			if (row == 0x2d || (row >= 0x79 && row <= 0x7c)) {
				free(utf8);
				vendor++;
				continue;
			}
			normal = text_normalize(utf8);
			/* The ideographic space is white space alone. */
			encoded =
			    charset_encode_iso2022jp(*normal != '\0' ? normal : utf8);
			if (encoded == NULL)
				fail_msg("%02x%02x does not come back", row, cell);
			assert_string_equal(encoded, octets);
			good++;
			free(encoded);
			free(normal);
			free(utf8);
		}
	}
	assert_int_equal(good, 6879);
	/* NEC's row 13 and its selection of IBM's characters. */
	assert_int_equal(vendor, 83 + 374);
}

static void test_encode(void **state)
{
	static const struct {
		const char *utf8, *octets;
	} rows[] = {
		{ "", "" },
		{ "abc\n", "abc\n" },
		{ "防災", JIS "KI:R" ASCII },
		{ "防\n災\n", JIS "KI" ASCII "\n" JIS ":R" ASCII "\n" },
		{ "防\r\n災", JIS "KI" ASCII "\r\n" JIS ":R" ASCII },
		{ "a防b", "a" JIS "KI" ASCII "b" },
		{ "¥‾\n~", JIS "!o!1" ASCII "\n~" },
		{ "a\u00a0b", "a b" },
		/* Vendor twins go to the place that both have. */
		{ "～〜", JIS "!A!A" ASCII },
		{ "∥‖", JIS "!B!B" ASCII },
		{ "－−", JIS "!]!]" ASCII },
		{ "￠¢", JIS "!q!q" ASCII },
		{ "￡£", JIS "!r!r" ASCII },
		{ "￢¬", JIS "\"L\"L" ASCII },
		{ "—―", JIS "!=!=" ASCII },
		{ "Å\u212b", JIS "\"r\"r" ASCII },
		{ "√∠∩∪∫∵≒≡⊥￢", JIS "\"e\"\\\"A\"@\"i\"h\"b\"a\"]\"L" ASCII },
		/* No place. */
		{ "①", NULL },
		{ "㈱", NULL },
		{ "Ⅲ", NULL },
		{ "髙", NULL },
		{ "﨑", NULL },
		{ "ｱ", NULL },
		{ "㎡", NULL },
		{ "№", NULL },
		{ "👍", NULL },
		{ "한", NULL },
		{ "é", NULL },
		{ "\xc2\x80", NULL },
		{ "か\u3099", NULL },
		{ "a\u200db", NULL },
		{ "葛\U000E0100", NULL },
		/* glibc drops these without a word. */
		{ "a\U000E0067b", NULL },
		{ "a\U000E0001b", NULL },
		/* Would be read as a shift. */
		{ "a\033$Bb", NULL },
		{ "a\033(B", NULL },
		{ "\016\017", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *octets = charset_encode_iso2022jp(rows[i].utf8);

		assert_int_equal(charset_fits_iso2022jp(rows[i].utf8),
				 rows[i].octets != NULL);
		if (rows[i].octets == NULL && octets != NULL)
			fail_msg("row %zu is encoded", i);
		if (rows[i].octets != NULL) {
			assert_non_null(octets);
			assert_string_equal(octets, rows[i].octets);
		}
		free(octets);
	}
}

static void test_emoji(void **state)
{
	static const struct {
		const char *charset, *octets;
		bool is_emoji;
	} rows[] = {
		/* docomo, au, SoftBank */
		{ "Shift_JIS", "\x8f\xb3\x94\x46\xf8\x9f", true },
		{ "cp932", "a\xf6\x59", true },
		{ "shift_jis", "\xf9\x41", true },
		{ "iso-2022-jp", JIS ">5u:" ASCII, true },
		{ "iso-2022-jp", "a\033$Gv\017", true },
		{ NULL, JIS "u:" ASCII, true },
		{ "euc-jp", "\xf5\xa1", true },
		/* and what is only wrong */
		{ "shift_jis", "a\x81", false },
		{ "shift_jis", "\x85\x40", false },
		{ "shift_jis", "\xf0\x40", false },
		{ "iso-2022-jp", JIS ")!" ASCII, false },
		{ "iso-2022-jp", "\033$(D0!" ASCII, false },
		{ "iso-2022-jp", "a\033", false },
		{ "euc-jp", "\xcb", false },
		{ "utf-8", "\xf8\x9f", false },
		{ "windows-1252", "\x81", false },
		{ "nonsense", "\xf8\x9f", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const size_t length = strlen(rows[i].octets);
		char *utf8 = NULL;
		size_t offset = 0;

		assert_false(charset_decode(rows[i].charset, rows[i].octets, length,
					    &utf8, &offset, NULL));
		if (charset_is_emoji_at(rows[i].charset, rows[i].octets, length,
					offset) != rows[i].is_emoji)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_emoji),
		cmocka_unit_test(test_nothing_vanishes),
		cmocka_unit_test(test_all_of_jis),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
