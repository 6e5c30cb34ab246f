/*
 * NAME
 *	test_reply_parts - replies in plain text and in HTML
 *
 * DESCRIPTION
 *	Each row is a text, its HTML as html_text.c reads it, and what both decide. A twin that
 *	says the same in its own way must not disturb; one that says more must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "policy/reply_parts.h"

#define TOKEN "aeaaaaaac4aaeaadm46timpwp3r7bnkdmzkkynsgwfsqayricas"
#define LINK  "▶ 承認する（返信を開く）<decide%2B" TOKEN "@info.town.example>\n"

static const char *const names[] = { "佐藤 健一", "佐藤", NULL };
static const char *const sections[] = { "防災課", "0123-45-6789", NULL };
static const char *const addresses[] = { "info.town.example", NULL };
static const struct reply_facts facts = {
	.names = names,
	.sections = sections,
	.addresses = addresses,
};

static const struct {
	const char *name, *text, *html;
	enum decision decision;
	enum reply_obstacle obstacle;
	const char *in_the_way;
} rows[] = {
	{ "one form", "承認", NULL, DECISION_APPROVE, REPLY_CLEAR, "" },
	{ "the same", "承認\n> 差戻し", "承認\n> 差戻し", DECISION_APPROVE, REPLY_CLEAR,
	  "" },
	{ "the same, sent back", "差戻し\n時刻", "差戻し\n\n時刻", DECISION_SEND_BACK,
	  REPLY_CLEAR, "" },
	{ "marks of bold, wrapped", "*承認します。*\n", "承認します。", DECISION_APPROVE,
	  REPLY_CLEAR, "" },
	{ "another decision", "承認", "差戻し\n時刻", DECISION_NONE, REPLY_OBSTACLE_PARTS,
	  "差戻し" },
	{ "more than the text approves", "承認", "緊急承認 避難のため", DECISION_NONE,
	  REPLY_OBSTACLE_PARTS, "緊急承認 避難のため" },
	{ "sent back, and approved", "差戻し 時刻", "承認", DECISION_NONE,
	  REPLY_OBSTACLE_PARTS, "承認" },
	{ "a condition in the HTML", "承認", "承認\nただし10時に送ってください",
	  DECISION_NONE, REPLY_OBSTACLE_BELOW, "ただし10時に送ってください" },
	{ "a condition in the line", "承認", "承認。ただし10時に", DECISION_NONE,
	  REPLY_OBSTACLE_PARTS, "承認。ただし10時に" },
	/* As Gmail writes an indent in plain text. */
	{ "a condition that the text quotes", "承認\n> ただし10時に送ってください",
	  "承認\nただし10時に送ってください", DECISION_NONE, REPLY_OBSTACLE_BELOW,
	  "ただし10時に送ってください" },
	{ "no more words", "承認\n> 差戻し", "別紙のとおりです", DECISION_NONE,
	  REPLY_OBSTACLE_PARTS, "別紙のとおりです" },
	{ "no approval in the HTML", "承認", "承認しません", DECISION_NONE,
	  REPLY_OBSTACLE_PARTS, "承認しません" },
	/* What the HTML is in the way of, but the text has as well. */
	{ "a link's target", "承認\n\n町の広報 <https://town.example/>\n-- \n",
	  "承認\n\n町の広報<https://town.example/x>", DECISION_APPROVE, REPLY_CLEAR,
	  NULL },
	{ "an original without marks", "承認\n\n> 次の配信\n> 差戻し",
	  "承認\n\n次の配信\n差戻しのときは\n" LINK, DECISION_APPROVE, REPLY_CLEAR, "" },
	{ "a sent-back draft needs no twin", "差戻し 時刻が違います", "",
	  DECISION_SEND_BACK, REPLY_CLEAR, "" },
	{ "a stop needs no twin", "停止", "とめて\n", DECISION_STOP, REPLY_CLEAR, "" },
	/* Where the text decides nothing, the HTML does not either. */
	{ "a text that nobody wrote", "HTMLメールに対応したソフトでご覧ください", "承認",
	  DECISION_NONE, REPLY_OBSTACLE_PARTS,
	  "HTMLメールに対応したソフトでご覧ください" },
	{ "a condition in the text", "承認\nただし10時に送ってください", "承認",
	  DECISION_NONE, REPLY_OBSTACLE_BELOW, "ただし10時に送ってください" },
	{ "neither", "別紙", "別紙", DECISION_NONE, REPLY_OBSTACLE_NO_WORD, "別紙" },
};

static void test_both_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct reply_words words;

		reply_parts_read(rows[i].text, rows[i].html, &facts, &words);
		if (words.decision != rows[i].decision ||
		    words.obstacle != rows[i].obstacle)
			fail_msg("%s: %s, %s", rows[i].name,
				 decision_name(words.decision),
				 reply_obstacle_name(words.obstacle));
		if (rows[i].in_the_way != NULL)
			assert_string_equal(words.in_the_way, rows[i].in_the_way);
		if (words.obstacle == REPLY_OBSTACLE_PARTS)
			assert_false(words.teaches);
		reply_words_free(&words);
	}
}

/* A signature that the text is without, or that was cut from it: it can be taught. */
static void test_teaches_from_html(void **state)
{
	static const char tail[] = "時刻の修正は高橋まで\n電話 0999-99-9999";
	struct reply_words words;

	(void)state;
	reply_parts_read("承認", "承認\n\n時刻の修正は高橋まで\n電話 0999-99-9999",
			 &facts, &words);
	assert_int_equal(words.decision, DECISION_NONE);
	assert_int_equal(words.obstacle, REPLY_OBSTACLE_BELOW);
	assert_string_equal(words.tail, tail);
	reply_words_free(&words);
	reply_parts_read("承認 以下署名",
			 "承認 以下署名\n\n時刻の修正は高橋まで\n電話 0999-99-9999",
			 &facts, &words);
	assert_int_equal(words.decision, DECISION_APPROVE);
	assert_true(words.teaches);
	assert_string_equal(words.tail, tail);
	reply_words_free(&words);
}

static void test_without_facts(void **state)
{
	struct reply_words words;

	(void)state;
	reply_parts_read("承認", "承認\nただし", NULL, &words);
	assert_int_equal(words.obstacle, REPLY_OBSTACLE_BELOW);
	reply_words_free(&words);
	reply_parts_read("承認", "承認", NULL, &words);
	assert_int_equal(words.decision, DECISION_APPROVE);
	reply_words_free(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_forms),
		cmocka_unit_test(test_teaches_from_html),
		cmocka_unit_test(test_without_facts),
	};

	return cmocka_run_group_tests_name("reply_parts", tests, NULL, NULL);
}
