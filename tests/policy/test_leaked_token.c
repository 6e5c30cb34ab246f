/*
 * NAME
 *	test_leaked_token - tokens in what residents would get
 *
 * DESCRIPTION
 *	A row is a text with TOKEN where a token stands, and what is found of it; "" is
 *	nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/leaked_token.h"
#include "policy/token.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *make_token(void)
{
	static const unsigned char hash[TOKEN_HASH_OCTETS] = "text";
	const struct token_key key = { 7, "a secret of the test's own" };
	const struct token token = { 7, 1234, 1, INT64_C(1796050800) };
	const struct token_facts facts = { TOKEN_DECIDE, "bosai-chief", hash };
	char text[TOKEN_TEXT_MAX + 1];

	assert_true(token_make(&token, &key, &facts, text));
	return g_strdup(text);
}

/* A text with the token, or its upper case, or a piece of it, in place of these words. */
static char *fill(const char *text, const char *token)
{
	g_autofree char *upper = g_ascii_strup(token, -1);
	g_autofree char *cut = g_strndup(token, 30);
	g_autofree char *one = NULL, *two = NULL;
	char **pieces = g_strsplit(text, "UPPER", -1);

	one = g_strjoinv(upper, pieces);
	g_strfreev(pieces);
	pieces = g_strsplit(one, "CUT", -1);
	two = g_strjoinv(cut, pieces);
	g_strfreev(pieces);
	pieces = g_strsplit(two, "TOKEN", -1);
	g_free(one);
	one = g_strjoinv(token, pieces);
	g_strfreev(pieces);
	return g_steal_pointer(&one);
}

static void test_find(void **state)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ "承認は decide+TOKEN@info.town.example へ", "decide+TOKEN" },
		{ "> 返信先: <draft+TOKEN@info.town.example>", "draft+TOKEN" },
		{ "correct+UPPER@INFO.TOWN.EXAMPLE", "correct+UPPER" },
		{ "Decide+TOKEN@info.town.example", "Decide+TOKEN" },
		{ "mailto:decide%2BTOKEN@info.town.example?subject=Re%3A",
		  "decide%2BTOKEN" },
		{ "mailto:decide%2bTOKEN@info.town.example", "decide%2bTOKEN" },
		{ "お答えは\ndecide-TOKEN@info.town.example\nまで", "decide-TOKEN" },
		{ "decide.TOKEN@info.town.example", "decide.TOKEN" },
		{ "decide＋TOKEN＠info", "decide＋TOKEN" },
		{ "decide TOKEN@info.town.example", "decide TOKEN" },
		{ "decideTOKEN@info.town.example", "decideTOKEN" },
		{ "トークンだけTOKENを貼った", "TOKEN" },
		{ "改行で切れた decide+CUT\nabc@info.town.example", "decide+CUT" },
		{ "release+TOKEN@info.town.example", "release+TOKEN" },
		{ "receipt+TOKEN@info.town.example", "receipt+TOKEN" },
		{ "confirm+TOKEN@info.town.example", "confirm+TOKEN" },
		/* What residents may well get. */
		{ "お問い合わせは bosai@info.town.example へ", "" },
		{ "登録は join-bosai@info.town.example へ空メールを", "" },
		{ "decide@info.town.example", "" },
		{ "避難所の一覧 https://www.town.example/draft-plan-of-the-evacuation-sites",
		  "" },
		{ "https://www.town.example/draft-evacuationplansforallschools", "" },
		{ "https://www.town.example/?id=0123456789abcdef0123456789abcdef01234567890",
		  "" },
		{ "decide+early: 早めに避難を決めましょう", "" },
		{ "CUT", "" },
		{ "避難してください。", "" },
		{ "", "" },
		/* As long as a token, and no words of one. */
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyza", "" },
		{ "あaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "" },
	};
	g_autofree char *token = make_token();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *text = fill(rows[i].text, token);
		g_autofree char *expected = fill(rows[i].found, token);
		g_autofree char *found = NULL;
		size_t offset = 0, length = 0;

		found = leaked_token_find(text, &offset, &length)
			    ? g_strndup(text + offset, length)
			    : g_strdup("");
		if (strcmp(found, expected) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].text, found, expected);
	}
}

static void test_each_is_found(void **state)
{
	g_autofree char *token = make_token();
	g_autofree char *text =
	    fill("decide+TOKEN@a draft+CUT\nTOKEN と decide+CUT", token);
	size_t offset = 0, length = 0, count = 0;

	(void)state;
	for (; leaked_token_find(text, &offset, &length); offset += length)
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(offset, strlen(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_each_is_found),
	};

	return cmocka_run_group_tests_name("leaked_token", tests, NULL, NULL);
}
