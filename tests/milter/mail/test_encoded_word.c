/*
 * NAME
 *	test_encoded_word - RFC 2047, strictly
 *
 * DESCRIPTION
 *	Decoding of what clients write, refusal of what they should not, and
 *	encoding that decodes to what it was made from, within its lines.
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

#include "milter/mail/encoded_word.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_decode(void **state)
{
	static const struct {
		const char *value, *utf8;
	} rows[] = {
		{ "", "" },
		{ "  ", "" },
		{ "plain", "plain" },
		{ " plain text ", "plain text" },
		{ "folded\r\n text", "folded text" },
		{ "folded\n\ttext\r\n  more", "folded text more" },
		{ "text\r\n", "text" },
		{ "raw 防災", "raw 防災" },
		{ "Re: \033$BKI:R\033(B 1\r\n \033$@KI\033(J!\r\n", "Re: 防災 1 防!" },
		{ "\033$BKI\033(B =?utf-8?B?54G9?=", "防 災" },
		{ "\033$BKI\r\n :R\033(B", NULL },
		{ "\033$BKI", "防" },
		{ "\033$BKI:\033(B", NULL },
		{ "\033$BKI\033(B \xe9\x98\xb2", NULL },
		{ "\033[2J", NULL },
		{ "か\u3099", "が" },
		{ "=?UTF-8?B?6Ziy54G9?=", "防災" },
		{ "=?utf-8?b?6Ziy54G9?=", "防災" },
		{ "=?UTF-8?Q?=E9=98=B2_=e7=81=bd?=", "防 災" },
		{ "=?utf-8?q?a=20b?=", "a b" },
		{ "=?utf-8?Q?\?=", "" },
		{ "=?utf-8*ja?B?6Ziy?=", "防" },
		{ "=?ISO-2022-JP?B?GyRCS0k6UhsoQg==?=", "防災" },
		{ "=?Shift_JIS?B?h0A=?=", "①" },
		{ "=?us-ascii?Q?a?=", "a" },
		/* Too little padding, and too much. */
		{ "=?utf-8?B?YQ?=", "a" },
		{ "=?utf-8?B?YQ=?=", "a" },
		{ "=?utf-8?B?YWI==?=", "ab" },
		{ "=?utf-8?B?YWJj=?=", "abc" },
		{ "=?utf-8?B?YQ===?= =?utf-8?B?YWI===?=", "aab" },
		{ "=?utf-8?B?YQ=YQ=?=", NULL },
		/* White space between words is not text; beside other text it is. */
		{ "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab" },
		{ "=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab" },
		{ "=?utf-8?Q?a?=  \t =?iso-8859-1?Q?=E9?=", "aé" },
		{ "=?utf-8?Q?a_?= =?utf-8?Q?_b?=", "a b" },
		{ "Re: =?utf-8?Q?a?= b", "Re: a b" },
		{ "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c" },
		{ "=?utf-8?Q?a?= ", "a" },
		/* Sticking to other text. */
		{ "Re:=?utf-8?Q?a?=b", "Re:ab" },
		{ "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab" },
		/* Characters split between words. */
		{ "=?utf-8?B?6Zi?= =?utf-8?B?sg==?=", NULL },
		{ "=?utf-8?B?6Zg=?= =?utf-8?B?sueBvQ==?=", "防災" },
		{ "=?UTF-8?Q?=E9=98?=\r\n =?utf-8?B?sg==?=", "防" },
		{ "=?ISO-2022-JP?B?GyRCSw==?= =?ISO-2022-JP?B?SRsoQg==?=", "防" },
		{ "=?Shift_JIS?B?lg==?= =?shift_jis?B?aA==?=", "防" },
		/* Not across charsets, nor across text. */
		{ "=?utf-8?B?6Zg=?= =?utf8?B?sg==?=", NULL },
		{ "=?utf-8?B?6Zg=?= x =?utf-8?B?sg==?=", NULL },
		/* No encoded words. */
		{ "=?", "=?" },
		{ "what =? this", "what =? this" },
		{ "=? =?utf-8?Q?a?=", "=? a" },
		{ "=?utf-8", "=?utf-8" },
		{ "=?utf-8?", "=?utf-8?" },
		{ "=??B?YQ==?=", "=??B?YQ==?=" },
		{ "a=?b", "a=?b" },
		{ "=?=?utf-8?Q?a?=", "=?a" },
		/* Malformed. */
		{ "=?utf-8?B?", NULL },
		{ "=?utf-8?B?YQ==", NULL },
		{ "=?utf-8?B?YQ==?", NULL },
		{ "=?utf-8?B?YQ== ?=", NULL },
		{ "=?utf-8?Q?a b?=", NULL },
		{ "=?utf-8?Q?a?b?=", NULL },
		{ "=?utf-8?X?YQ==?=", NULL },
		{ "=?utf-8?B?Y?=", NULL },
		{ "=?utf-8?B?Y*==?=", NULL },
		{ "=?utf-8?B?YQ==YQ==?=", NULL },
		{ "=?utf-8?B?YR==?=", NULL },
		{ "=?utf-8?Q?=4?=", NULL },
		{ "=?utf-8?Q?=GG?=", NULL },
		{ "=?utf-8?Q?防?=", NULL },
		{ "=?nonsense?Q?a?=", NULL },
		{ "=?utf-8//IGNORE?Q?=FF?=", NULL },
		{ "=?utf-8?Q?=FF?=", NULL },
		{ "=?us-ascii?Q?=E9?=", NULL },
		{ "raw \xff", NULL },
		{ "raw \xc0\xaf", NULL },
		/* An iPhone's circled digit. */
		{ "=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "①" },
		/* Controls, hidden or not. */
		{ "=?utf-8?Q?a=0D=0ABcc:_x?=", NULL },
		{ "=?utf-8?Q?a=0Ab?=", NULL },
		{ "=?utf-8?Q?a=1Bb?=", NULL },
		{ "=?utf-8?Q?a=00b?=", NULL },
		{ "=?utf-8?B?AA==?=", NULL },
		{ "=?utf-8?Q?=C2=85?=", NULL },
		{ "=?utf-8?Q?=7F?=", NULL },
		{ "a\x01", NULL },
		{ "a\nb", NULL },
		{ "a\rb", NULL },
		{ "=?utf-8?Q?a=09b?=", "a b" },
		{ "=?utf-8?Q?a=E2=80=A8b?=", "a b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *utf8 = NULL;
		struct kairan_error error = { "" };
		const bool ok = encoded_word_decode(rows[i].value, &utf8, &error);

		if (ok != (rows[i].utf8 != NULL))
			fail_msg("%s: %s", rows[i].value, ok ? utf8 : error.text);
		if (ok)
			assert_string_equal(utf8, rows[i].utf8);
		else
			assert_true(utf8 == NULL && error.text[0] != '\0');
		free(utf8);
	}
}

static void test_error_has_place(void **state)
{
	static const struct {
		const char *value, *error;
	} rows[] = {
		{ "ab =?utf-8?Q?a b?=", "malformed encoded word at octet 4" },
		{ "=?utf-8?Q?a?= =?x?Y?z?=", "malformed encoded word at octet 15" },
		{ "=?ISO-2022-JP?B?GyRCS0kpIRsoQg==?=",
		  "octet 6: not in this charset: 29 21" },
		{ "=?utf-8?Q?ab=0Ac?=", "control character U+000A at character 3" },
		{ "ab\xff", "octet 3: ff" },
		{ "=?utf-8?B?Y*==?=", "base64 is malformed at line 1, octet 2" },
		{ "=?utf-8?Q?a=Z0?=", "Q encoding is malformed at line 1, octet 2" },
		{ "=?nonsense?Q?a?=", "\"nonsense\" is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *utf8 = NULL;
		struct kairan_error error = { "" };

		assert_false(encoded_word_decode(rows[i].value, &utf8, &error));
		if (strstr(error.text, rows[i].error) == NULL)
			fail_msg("%s: %s", rows[i].value, error.text);
	}
}

static void test_encode(void **state)
{
	static const struct {
		const char *utf8;
		enum encoded_word_charset charset;
		const char *value;
	} rows[] = {
		{ "", ENCODED_WORD_UTF8, "" },
		{ "plain text", ENCODED_WORD_UTF8, "plain text" },
		{ "plain  text ", ENCODED_WORD_ISO2022JP, "plain text" },
		{ "防災", ENCODED_WORD_UTF8, "=?UTF-8?B?6Ziy54G9?=" },
		{ "防災", ENCODED_WORD_ISO2022JP, "=?ISO-2022-JP?B?GyRCS0k6UhsoQg==?=" },
		{ "①", ENCODED_WORD_ISO2022JP, "=?UTF-8?B?4pGg?=" },
		{ "a =?utf-8?Q?x?=", ENCODED_WORD_UTF8,
		  "=?UTF-8?B?YSA9P3V0Zi04P1E/eD89?=" },
		{ "a\r\nBcc: x@example.org", ENCODED_WORD_UTF8, "a Bcc: x@example.org" },
		{ "a\x7f\x01", ENCODED_WORD_UTF8, "a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *value = encoded_word_encode(rows[i].utf8, rows[i].charset, 9);

		assert_string_equal(value, rows[i].value);
		free(value);
	}
}

/* Every line within 76, every word within 75; only folds break lines. */
static void check_lines(const char *value, size_t used)
{
	while (*value != '\0') {
		const size_t line = strcspn(value, "\r");
		const char *word = strstr(value, "=?");

		assert_true(used + line <= 76);
		if (word != NULL && word < value + line)
			assert_true(strcspn(word, " \r") <= 75);
		value += line;
		if (*value != '\0') {
			assert_int_equal(strncmp(value, "\r\n ", 3), 0);
			value += 2;
		}
		used = 0;
	}
}

static void test_encode_comes_back(void **state)
{
	static const char *const pieces[] = { "あ",    "a",
					      "👍",     "防災a",
					      "字 ",   "か゛\u3042",
					      "word ", "longlonglonglonglong",
					      "～",    "葛\U000E0100" };
	static const int used[] = { 0, 4, 9, 40, 60, 74, 75, 76, 100 };

	(void)state;
	for (size_t p = 0; p < COUNT(pieces); p++) {
		for (size_t count = 1; count < 60; count += 3) {
			char text[4096] = "";

			for (size_t i = 0; i < count; i++)
				strcat(text, pieces[p]);
			if (text[strlen(text) - 1] == ' ')
				text[strlen(text) - 1] = '\0';
			for (size_t u = 0; u < 2 * COUNT(used); u++) {
				const int first = used[u / 2] <= 76 ? used[u / 2] : 76;
				char *utf8 = NULL;
				char *value = encoded_word_encode(
				    text,
				    u % 2 ? ENCODED_WORD_ISO2022JP : ENCODED_WORD_UTF8,
				    used[u / 2]);

				if (strncmp(value, "=?", 2) == 0 || first == 9)
					check_lines(value, (size_t)first);
				assert_true(encoded_word_decode(value, &utf8, NULL));
				if (strcmp(pieces[p], "～") != 0)
					assert_string_equal(utf8, text);
				free(utf8);
				free(value);
			}
		}
	}
}

static void test_fold(void **state)
{
	char *folded;

	(void)state;
	folded = encoded_word_fold("<a@example.org>", 12);
	assert_string_equal(folded, "<a@example.org>");
	free(folded);
	folded = encoded_word_fold("<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org> "
				   "<bbbbbbbbbbbbbbbbbbbbbbbbbbb@example.org> c",
				   12);
	assert_string_equal(folded, "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org>\r\n "
				    "<bbbbbbbbbbbbbbbbbbbbbbbbbbb@example.org> c");
	free(folded);
	/* Nowhere to fold. */
	folded = encoded_word_fold(
	    "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org>",
	    12);
	assert_null(strchr(folded, '\n'));
	free(folded);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode), cmocka_unit_test(test_error_has_place),
		cmocka_unit_test(test_encode), cmocka_unit_test(test_encode_comes_back),
		cmocka_unit_test(test_fold),
	};

	return cmocka_run_group_tests_name("encoded_word", tests, NULL, NULL);
}
