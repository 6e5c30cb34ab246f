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
#include "policy/protected_data.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIMIT        200

static const struct draft_facts good = {
	.subject = "避難訓練のお知らせ",
	.text = "明日は防災訓練です。",
	.attachments = "",
	.is_automatic = false,
	.character_limit = LIMIT,
};

/* The verdict alone. */
static void judge(const struct draft_facts *facts, struct verdict *verdict_r)
{
	GPtrArray *findings = finding_new_list();

	draft_rules_judge(facts, findings, verdict_r);
	g_ptr_array_unref(findings);
}

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
	judge(&facts, &verdict);
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

/* What counts as nothing, in masses, and a text that is put into the subject. */
static void test_ways_around_the_limit(void **state)
{
	char *breaks = repeat("\n", 64 * LIMIT, "い");
	char *few = repeat("\n", 64 * LIMIT - 3, "い");
	char *marks = repeat("\u0301", 64 * LIMIT, "a");
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	judge_text("few enough line breaks", few, LIMIT, REASON_NONE);
	judge_text("line breaks", breaks, LIMIT, REASON_NONE);
	free(breaks);
	breaks = repeat("\n", 64 * LIMIT + 64, "い");
	judge_text("too many line breaks", breaks, LIMIT, REASON_TOO_LONG);
	judge_text("marks on one letter", marks, LIMIT, REASON_TOO_LONG);
	for (size_t count = 200; count <= 201; count++) {
		char *subject = repeat("あ", count, "");

		facts.subject = subject;
		judge(&facts, &verdict);
		assert_int_equal(verdict.reason,
				 count == 200 ? REASON_NONE : REASON_TOO_LONG);
		free(subject);
	}
	assert_string_equal(verdict.text,
			    "Art.13-2(2): subject of 201 characters, limit 200");
	free(breaks);
	free(few);
	free(marks);
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
	judge(&facts, &verdict);
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

static struct protected_pattern secret = { .name = (char *)"秘密", .refuses = true };

/* Every combination of breaches: the first rule in this order is the one that is named, and
 * all are found. */
static void test_order_of_rules(void **state)
{
	static const enum reason order[] = { REASON_AUTOMATIC,  REASON_ATTACHMENT,
					     REASON_HTML_TWIN,  REASON_NO_TEXT_PART,
					     REASON_NO_SUBJECT, REASON_LEAKED_TOKEN,
					     REASON_TOO_LONG,   REASON_CHARSET,
					     REASON_PROTECTED };
	struct misfit misfit = { FINDING_TEXT, 0, 3, NULL };
	GPtrArray *misfits = g_ptr_array_new(), *patterns = g_ptr_array_new();

	(void)state;
	secret.regex = g_regex_new("防災", 0, 0, NULL);
	g_ptr_array_add(misfits, &misfit);
	g_ptr_array_add(patterns, &secret);
	for (unsigned int breaches = 0; breaches < 1u << COUNT(order); breaches++) {
		GPtrArray *findings = finding_new_list();
		struct draft_facts facts = good;
		enum reason expected = REASON_NONE;
		unsigned int count = 0;
		struct verdict verdict;

		facts.is_automatic = (breaches & 1) != 0;
		facts.attachments = (breaches & 2) != 0 ? "図.png" : "";
		facts.has_html_twin = true;
		facts.refuses_html_twin = (breaches & 4) != 0;
		facts.is_html_only = true;
		facts.refuses_html_only = (breaches & 8) != 0;
		facts.subject = (breaches & 16) != 0 ? "" : "件名";
		if ((breaches & 32) != 0)
			facts.text = "防災 decide+abcdefghijklmnopqrstuvwxyz";
		facts.character_limit = (breaches & 64) != 0 ? 1 : LIMIT;
		facts.may_be_wide = (breaches & 128) == 0;
		facts.misfits = misfits;
		facts.patterns = (breaches & 256) != 0 ? patterns : NULL;
		for (size_t i = COUNT(order); i-- > 0;) {
			if ((breaches & 1u << i) != 0) {
				expected = order[i];
				count++;
			}
		}
		draft_rules_judge(&facts, findings, &verdict);
		if (verdict.reason != expected || findings->len != count)
			fail_msg("breaches %#x: %s, not %s; %u findings", breaches,
				 reason_name(verdict.reason), reason_name(expected),
				 findings->len);
		g_ptr_array_unref(findings);
	}
	g_regex_unref(secret.regex);
	g_ptr_array_unref(misfits);
	g_ptr_array_unref(patterns);
}

static void test_places(void **state)
{
	static const struct {
		struct misfit misfits[3];
		size_t count;
		const char *text;
	} rows[] = {
		{ { { FINDING_TEXT, 0, 3, NULL } },
		  1,
		  "Art.13-2(3): 1 machine-dependent character, first in line 1" },
		{ { { FINDING_TEXT, 6, 3, NULL }, { FINDING_TEXT, 9, 3, NULL } },
		  2,
		  "Art.13-2(3): 2 machine-dependent characters, first in line 3" },
		{ { { FINDING_SUBJECT, 0, 3, NULL }, { FINDING_TEXT, 6, 3, NULL } },
		  2,
		  "Art.13-2(3): 2 machine-dependent characters, first in the subject" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GPtrArray *misfits = g_ptr_array_new(), *findings = finding_new_list();
		struct draft_facts facts = good;
		struct verdict verdict;

		for (size_t j = 0; j < rows[i].count; j++)
			g_ptr_array_add(misfits, (void *)&rows[i].misfits[j]);
		facts.text = "①\n\nⅢ②";
		facts.misfits = misfits;
		draft_rules_judge(&facts, findings, &verdict);
		assert_string_equal(verdict.text, rows[i].text);
		g_ptr_array_unref(misfits);
		g_ptr_array_unref(findings);
	}
}

static void test_where_and_what(void **state)
{
	struct misfit misfit = { FINDING_TEXT, 9, 3, (char *)"III" };
	GPtrArray *misfits = g_ptr_array_new(), *findings = finding_new_list();
	struct draft_facts facts = good;
	const struct finding *finding;
	struct verdict verdict;

	(void)state;
	g_ptr_array_add(misfits, &misfit);
	facts.text = "あ\n\naあⅢ";
	facts.misfits = misfits;
	draft_rules_judge(&facts, findings, &verdict);
	finding = g_ptr_array_index(findings, 0);
	assert_int_equal(finding->line, 3);
	assert_int_equal(finding->column, 3);
	assert_string_equal(finding->offending, "Ⅲ");
	assert_string_equal(finding->instead, "III");
	g_ptr_array_unref(misfits);
	g_ptr_array_unref(findings);
}

/* A pattern that warns passes the draft, and tells the approver. */
static void test_warning_does_not_refuse(void **state)
{
	struct protected_pattern pattern = { .name = (char *)"電話" };
	GPtrArray *patterns = g_ptr_array_new(), *findings = finding_new_list();
	struct draft_facts facts = good;
	const struct finding *finding;
	struct verdict verdict;

	(void)state;
	pattern.regex = g_regex_new("[0-9]+-[0-9]+", 0, 0, NULL);
	g_ptr_array_add(patterns, &pattern);
	facts.text = "12-34 と 56-78";
	facts.patterns = patterns;
	draft_rules_judge(&facts, findings, &verdict);
	assert_int_equal(verdict.kind, VERDICT_PASS);
	assert_int_equal(findings->len, 2);
	finding = g_ptr_array_index(findings, 1);
	assert_false(finding->refuses);
	assert_string_equal(finding->rule, "電話");
	assert_string_equal(finding->offending, "56-78");
	g_regex_unref(pattern.regex);
	g_ptr_array_unref(patterns);
	g_ptr_array_unref(findings);
}

static void test_subject_may_count(void **state)
{
	char *text = repeat("あ", LIMIT - 3, "");
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	facts.text = text;
	facts.subject = "四文字の";
	assert_int_equal(draft_rules_count(&facts), LIMIT - 3);
	judge(&facts, &verdict);
	assert_int_equal(verdict.reason, REASON_NONE);
	facts.counts_subject = true;
	assert_int_equal(draft_rules_count(&facts), LIMIT + 1);
	judge(&facts, &verdict);
	assert_int_equal(verdict.reason, REASON_TOO_LONG);
	free(text);
}

static void test_tokens_are_named(void **state)
{
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	facts.text = "お知らせ\n詳しくは draft+abcdefghijklmnopqrstuvwxyz@x.example へ";
	judge(&facts, &verdict);
	assert_string_equal(verdict.text,
			    "Art.13-2(4): 1 address with a token, first in line 2");
	facts.subject = "Re: decide+abcdefghijklmnopqrstuvwxyz";
	judge(&facts, &verdict);
	assert_string_equal(
	    verdict.text, "Art.13-2(4): 2 addresses with a token, first in the subject");
	facts = good;
	facts.text = "下書きは draft@info.town.example へ";
	judge(&facts, &verdict);
	assert_int_equal(verdict.reason, REASON_NONE);
}

/* Names of attachments come from the sender, and must not reach the SMTP reply. */
static void test_attachment_name_is_not_repeated(void **state)
{
	struct draft_facts facts = good;
	struct verdict verdict;

	(void)state;
	facts.attachments = "a%n%s\r\n250 Ok.exe";
	judge(&facts, &verdict);
	assert_int_equal(verdict.reason, REASON_ATTACHMENT);
	assert_null(strpbrk(verdict.text, "%\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_in_characters),
		cmocka_unit_test(test_line_breaks_do_not_count),
		cmocka_unit_test(test_ways_around_the_limit),
		cmocka_unit_test(test_other_limits),
		cmocka_unit_test(test_too_long_names_the_numbers),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order_of_rules),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_where_and_what),
		cmocka_unit_test(test_warning_does_not_refuse),
		cmocka_unit_test(test_subject_may_count),
		cmocka_unit_test(test_tokens_are_named),
		cmocka_unit_test(test_attachment_name_is_not_repeated),
	};

	return cmocka_run_group_tests_name("draft_rules", tests, NULL, NULL);
}
