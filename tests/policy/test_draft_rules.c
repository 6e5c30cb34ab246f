/*
 * NAME
 *	test_draft_rules - is a text fit to be broadcast (Art. 13-2)
 *
 * DESCRIPTION
 *	A row gives a text as one unit that is repeated, so that the limit is met, missed and
 *	passed by one, in every script and composition that a person counts as one character.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/draft_rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIMIT        200

static const struct draft_facts good = {
	.subject = "避難訓練のお知らせ",
	.text = "明日は防災訓練です。",
	.attachments = "",
	.fits_iso2022jp = true,
	.must_fit_iso2022jp = false,
	.is_automatic = false,
	.character_limit = LIMIT,
};

static char *repeat(const char *unit, size_t count, const char *tail)
{
	const size_t size = strlen(unit);
	char *text = malloc(size * count + strlen(tail) + 1);
	char *end = text;

	assert_non_null(text);
	for (size_t i = 0; i < count; i++, end += size)
		memcpy(end, unit, size + 1);
	strcpy(end, tail);
	return text;
}

static void judge_text(const char *name, const char *text, size_t limit,
		       enum reason reason)
{
	struct draft_facts facts = good;
	struct verdict verdict;

	memset(&verdict, 0x55, sizeof(verdict));
	facts.text = text;
	facts.character_limit = limit;
	draft_rules_judge(&facts, &verdict);
	if (verdict.reason != reason)
		fail_msg("%s: %s, not %s", name, reason_name(verdict.reason),
			 reason_name(reason));
	assert_int_equal(verdict.kind,
			 reason == REASON_NONE ? VERDICT_PASS : VERDICT_REFUSE);
}

/* Each unit is one character to a person (UAX #29), however many code points it has. */
static void test_limit_in_characters(void **state)
{
	static const struct {
		const char *name, *unit;
	} rows[] = {
		{ "ascii", "a" },
		{ "kana", "あ" },
		{ "kanji", "鷹" },
		{ "outside the BMP", "𠮟" },
		{ "half width kana", "ｶ" },
		{ "ideographic space", "　" },
		{ "dakuten as a combining mark", "か\u3099" },
		{ "half width kana with its mark", "ｶﾞ" },
		{ "letter with three marks", "e\u0301\u0323\u0308" },
		{ "emoji", "😀" },
		{ "emoji with skin tone", "👍🏽" },
		{ "emoji family (three ZWJ)", "👨‍👩‍👧‍👦" },
		{ "flag", "🇯🇵" },
		{ "keycap", "1\ufe0f\u20e3" },
		{ "kanji with variation selector", "葛\U000e0100" },
		{ "hangul of jamo", "\u1112\u1161\u11ab" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t count = LIMIT - 1; count <= LIMIT + 1; count++) {
			char *text = repeat(rows[i].unit, count, "");

			judge_text(rows[i].name, text, LIMIT,
				   count <= LIMIT ? REASON_NONE : REASON_TOO_LONG);
			free(text);
		}
	}
}

static void test_line_breaks_do_not_count(void **state)
{
	char *lines = repeat("あ\n", LIMIT, "");
	char *more = repeat("あ\n", LIMIT, "い");
	char *blank = repeat("\n", 10 * LIMIT, "い");

	(void)state;
	judge_text("one letter a line", lines, LIMIT, REASON_NONE);
	judge_text("and one letter more", more, LIMIT, REASON_TOO_LONG);
	judge_text("blank lines", blank, LIMIT, REASON_NONE);
	free(lines);
	free(more);
	free(blank);
}

static void test_other_limits(void **state)
{
	static const struct {
		size_t limit, count;
		enum reason reason;
	} rows[] = {
		{ 0, 1, REASON_TOO_LONG },       { 1, 1, REASON_NONE },
		{ 1, 2, REASON_TOO_LONG },       { 70, 70, REASON_NONE },
		{ 70, 71, REASON_TOO_LONG },     { 100000, 20000, REASON_NONE },
		{ SIZE_MAX, 1000, REASON_NONE }, { LIMIT, 100000, REASON_TOO_LONG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = repeat("あ", rows[i].count, "");

		judge_text("limit", text, rows[i].limit, rows[i].reason);
		free(text);
	}
}

static void test_too_long_names_the_numbers(void **state)
{
	char *text = repeat("あ", 201, "");
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	facts.text = text;
	draft_rules_judge(&facts, &verdict);
	assert_string_equal(verdict.text, "Art.13-2(2): 201 characters, limit 200");
	free(text);
}

static void test_empty(void **state)
{
	(void)state;
	judge_text("empty", "", LIMIT, REASON_EMPTY);
	judge_text("line breaks only", "\n\n\n", LIMIT, REASON_EMPTY);
	judge_text("empty, limit 0", "", 0, REASON_EMPTY);
}

/* Every combination of breaches: the first rule in this order is the one that is named. */
static void test_order_of_rules(void **state)
{
	static const enum reason order[] = { REASON_AUTOMATIC, REASON_ATTACHMENT,
					     REASON_NO_SUBJECT, REASON_TOO_LONG,
					     REASON_CHARSET };

	(void)state;
	for (unsigned int breaches = 0; breaches < 1u << COUNT(order); breaches++) {
		struct draft_facts facts = good;
		enum reason expected = REASON_NONE;
		struct verdict verdict;

		facts.is_automatic = (breaches & 1) != 0;
		facts.attachments = (breaches & 2) != 0 ? "図.png" : "";
		facts.subject = (breaches & 4) != 0 ? "" : "件名";
		facts.character_limit = (breaches & 8) != 0 ? 1 : LIMIT;
		facts.must_fit_iso2022jp = (breaches & 16) != 0;
		facts.fits_iso2022jp = false;
		for (size_t i = COUNT(order); i-- > 0;)
			if ((breaches & 1u << i) != 0)
				expected = order[i];
		draft_rules_judge(&facts, &verdict);
		if (verdict.reason != expected)
			fail_msg("breaches %#x: %s, not %s", breaches,
				 reason_name(verdict.reason), reason_name(expected));
	}
}

static void test_charset(void **state)
{
	static const struct {
		bool fits, must;
		enum reason reason;
	} rows[] = {
		{ true, true, REASON_NONE },
		{ true, false, REASON_NONE },
		{ false, false, REASON_NONE },
		{ false, true, REASON_CHARSET },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct draft_facts facts = good;
		struct verdict verdict;

		facts.fits_iso2022jp = rows[i].fits;
		facts.must_fit_iso2022jp = rows[i].must;
		draft_rules_judge(&facts, &verdict);
		assert_int_equal(verdict.reason, rows[i].reason);
	}
}

/* Names of attachments come from the sender, and must not reach the SMTP reply. */
static void test_attachment_name_is_not_repeated(void **state)
{
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	facts.attachments = "a%n%s\r\n250 Ok.exe";
	draft_rules_judge(&facts, &verdict);
	assert_int_equal(verdict.reason, REASON_ATTACHMENT);
	assert_null(strpbrk(verdict.text, "%\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_in_characters),
		cmocka_unit_test(test_line_breaks_do_not_count),
		cmocka_unit_test(test_other_limits),
		cmocka_unit_test(test_too_long_names_the_numbers),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order_of_rules),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_attachment_name_is_not_repeated),
	};

	return cmocka_run_group_tests_name("draft_rules", tests, NULL, NULL);
}
