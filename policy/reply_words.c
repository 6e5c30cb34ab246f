/*
 * NAME
 *	reply_words - what a reply decides
 *
 * DESCRIPTION
 *	The first own line that is not blank must begin with a word of the table. A word ends
 *	at the line's end, at white space or punctuation, or goes on politely (承認します).
 *	Comparison is after compatibility normalization and case folding, so that ＯＫ is OK.
 *
 *	An approval counts only when nothing else in the person's own words takes it back
 *	(reply_doubt.c). In doubt nothing is decided, and the person is asked.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/reply_words.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "policy/line.h"
#include "policy/quote.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"
#include "policy/token.h"

/* Longer words first, where one begins with another. */
static const struct reply_word {
	const char *word;
	enum decision decision;
	bool acknowledges; /* also said by people who have only read the mail */
} reply_table[] = {
	{ "緊急承認", DECISION_APPROVE_URGENT, false },
	{ "緊急 承認", DECISION_APPROVE_URGENT, false },
	{ "approve urgent", DECISION_APPROVE_URGENT, false },
	{ "approved urgent", DECISION_APPROVE_URGENT, false },
	{ "承認", DECISION_APPROVE, false },
	{ "approved", DECISION_APPROVE, false },
	{ "approve", DECISION_APPROVE, false },
	{ "ok", DECISION_APPROVE, true },
	{ "差し戻し", DECISION_SEND_BACK, false },
	{ "差戻し", DECISION_SEND_BACK, false },
	{ "差し戻", DECISION_SEND_BACK, false },
	{ "差戻", DECISION_SEND_BACK, false },
	{ "却下", DECISION_SEND_BACK, false },
	{ "rejected", DECISION_SEND_BACK, false },
	{ "reject", DECISION_SEND_BACK, false },
	{ "停止", DECISION_STOP, false },
	{ "stop", DECISION_STOP, false },
	{ "取り下げ", DECISION_WITHDRAW, false },
	{ "取下げ", DECISION_WITHDRAW, false },
	{ "取り下", DECISION_WITHDRAW, false },
	{ "取下", DECISION_WITHDRAW, false },
	{ "withdraw", DECISION_WITHDRAW, false },
};

/* How a Japanese word goes on without changing what it says. 承認をお願いします is not
 * among them: that asks somebody else to approve. */
/* clang-format off */
static const char *const reply_polite[] = {
	"でお願いいたします", "でお願い致します", "でお願いします", "させていただきます",
	"させて頂きます", "いたしました", "致しました", "いたします", "致します",
	"しました", "します", "する", "です", "👍", "👌", NULL,
};
/* clang-format on */

/* Further ways to go on for words that send nothing: there, doubt is on their side. */
/* clang-format off */
static const char *const reply_requests[] = {
	"をお願いいたします", "をお願いします", "してください", "して下さい",
	"お願いします", "ました", "ます", "す", "る", NULL,
};
/* clang-format on */

/* How many octets of the text are this (folded) word; 0 when it begins otherwise. */
static size_t match_word(const char *text, const char *word)
{
	const char *end = text;

	for (glong i = 0; i <= 2 * g_utf8_strlen(word, -1) && *end != '\0'; i++) {
		g_autofree char *folded = NULL;

		end = g_utf8_next_char(end);
		folded = text_fold_case(text, (size_t)(end - text));
		if (strcmp(folded, word) == 0)
			return (size_t)(end - text);
	}
	return 0;
}

/* May a word end before this place? A closing bracket ends none: without its opening one
 * the word is the rest of somebody's sentence. Nor does a mark that can stand inside a
 * word or an address, unless a blank follows. */
static bool is_boundary(const char *at)
{
	const gunichar c = g_utf8_get_char(at);
	const GUnicodeType type = g_unichar_type(c);

	if (c == '\0' || line_is_blank_at(at))
		return true;
	if (c == '.' || c == '-')
		return at[1] == '\0' || at[1] == *at || line_is_blank_at(at + 1);
	if (c < 0x80)
		return strchr(",:;!?(", *at) != NULL;
	return g_unichar_ispunct(c) && type != G_UNICODE_CLOSE_PUNCTUATION &&
	       type != G_UNICODE_FINAL_PUNCTUATION;
}

static bool is_approval(enum decision decision)
{
	return decision == DECISION_APPROVE || decision == DECISION_APPROVE_URGENT;
}

/* Behind one of these words, if there is one. */
static const char *skip_any(const char *at, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t length = match_word(at, *words);

		if (length > 0)
			return at + length;
	}
	return at;
}

/* Behind a polite continuation, if there is one. */
static const char *skip_polite(enum decision decision, const char *at)
{
	const char *behind = skip_any(at, reply_polite);

	return behind == at && !is_approval(decision) ? skip_any(at, reply_requests)
						      : behind;
}

/* Behind all that stands here of these marks and blanks. */
static const char *skip_marks(const char *at, const char *marks)
{
	while (*at != '\0' && (line_is_blank_at(at) ||
			       g_utf8_strchr(marks, -1, g_utf8_get_char(at)) != NULL))
		at = g_utf8_next_char(at);
	return at;
}

/* Does a question mark stand among the marks right behind the word? */
static bool is_question(const char *at)
{
	for (; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (g_utf8_strchr("?？⁇⁈⁉❓❔", -1, c) != NULL)
			return true;
		if (!line_is_blank_at(at) && !g_unichar_ispunct(c))
			return false;
	}
	return false;
}

/* Behind a word and what belongs to it, if a word may end there; else NULL. Whoever
 * opened a bracket before it may close it. */
static const char *skip_word(const char *line, const struct reply_word *word, bool opened)
{
	static const char closing[] = "」』】\"”*＊";
	const size_t length = match_word(line, word->word);
	const char *rest = line + length;

	if (length == 0)
		return NULL;
	if (opened)
		rest = skip_marks(rest, closing);
	if (!is_boundary(rest))
		rest = skip_polite(word->decision, rest);
	if (opened)
		rest = skip_marks(rest, closing);
	return is_boundary(rest) || line_is_blank_at(rest) ? rest : NULL;
}

/* The word that a line begins with, and what follows it; NULL when there is none, or only
 * the question whether it should be. */
static const struct reply_word *read_line(const char *line, const char **rest_r)
{
	const char *bullet = skip_marks(line, "・●");
	const char *start = skip_marks(bullet, "「『【\"“*＊");

	for (size_t i = 0; i < G_N_ELEMENTS(reply_table); i++) {
		*rest_r = skip_word(start, &reply_table[i], start != bullet);
		if (*rest_r != NULL)
			return is_question(*rest_r) ? NULL : &reply_table[i];
	}
	return NULL;
}

/* ---- the reply ---- */

static char *trim(const char *text)
{
	const char *end = text = line_skip_blank(text);

	for (const char *at = text; *at != '\0'; at = line_skip_blank(at))
		end = at = g_utf8_next_char(at);
	return g_strndup(text, (size_t)(end - text));
}

/* The rest of the first line and the lines below, without what only ends the word. */
static char *join_rest(const char *rest, char **lines)
{
	g_autofree char *below = g_strjoinv("\n", lines);
	g_autofree char *all = g_strconcat(skip_marks(rest, ".,:;!-–—―、。，．：；！…・"),
					   "\n", below, NULL);

	return trim(all);
}

/* Does this approval stand, with the rest of its line and all own words behind it? */
static bool is_clear(const struct reply_word *word, const char *rest, const char *own)
{
	if (word->acknowledges && !reply_doubt_is_courtesy(rest))
		return false;
	return !reply_doubt_is_found(own, word->decision == DECISION_APPROVE_URGENT);
}

/* What is kept of a person's words, and mailed to others: reasons, not whole documents. */
static char *shorten(char *text, size_t most)
{
	size_t length = strlen(text);
	char *kept;

	if (length <= most)
		return text;
	length = most;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	text[length] = '\0';
	kept = g_strconcat(text, "...", NULL);
	g_free(text);
	return kept;
}

static void read_own_lines(char **lines, struct reply_words *words_r)
{
	const struct reply_word *word;
	const char *rest = "";

	while (*lines != NULL && *line_skip_blank(*lines) == '\0')
		lines++;
	word = *lines != NULL ? read_line(*lines, &rest) : NULL;
	words_r->first = g_strdup(*lines != NULL ? line_skip_blank(*lines) : "");
	words_r->decision = word != NULL ? word->decision : DECISION_NONE;
	words_r->reason = word != NULL ? join_rest(rest, lines + 1) : g_strdup("");
	if (is_approval(words_r->decision) && !is_clear(word, rest, words_r->reason))
		words_r->decision = DECISION_NONE;
	words_r->obstacle = words_r->decision != DECISION_NONE ? REPLY_CLEAR
			    : *words_r->first == '\0'          ? REPLY_OBSTACLE_EMPTY
			    : word != NULL                     ? REPLY_OBSTACLE_DOUBT
							       : REPLY_OBSTACLE_NO_WORD;
	words_r->in_the_way = g_strdup("");
	words_r->tail = g_strdup("");
	words_r->reason = shorten(words_r->reason, REPLY_REASON_MOST);
	words_r->first = shorten(words_r->first, REPLY_FIRST_MOST);
}

void reply_words_read(const char *text, const struct reply_facts *facts,
		      struct reply_words *words_r)
{
	char **lines = quote_find_own_lines(g_utf8_validate(text, -1, NULL) ? text : "");

	(void)facts;
	*words_r = (struct reply_words){ 0 };
	read_own_lines(lines, words_r);
	g_strfreev(lines);
}

void reply_words_free(struct reply_words *words)
{
	if (words == NULL)
		return;
	g_free(words->reason);
	g_free(words->first);
	g_free(words->in_the_way);
	g_free(words->tail);
	*words = (struct reply_words){ 0 };
}

const char *decision_name(enum decision decision)
{
	static const char *const names[] = {
		[DECISION_NONE] = "none",
		[DECISION_APPROVE] = "approve",
		[DECISION_APPROVE_URGENT] = "approve-urgent",
		[DECISION_SEND_BACK] = "send-back",
		[DECISION_STOP] = "stop",
		[DECISION_WITHDRAW] = "withdraw",
	};

	return names[decision];
}

const char *reply_obstacle_name(enum reply_obstacle obstacle)
{
	static const char *const names[] = {
		[REPLY_CLEAR] = "clear",
		[REPLY_OBSTACLE_EMPTY] = "empty",
		[REPLY_OBSTACLE_NO_WORD] = "no-word",
		[REPLY_OBSTACLE_QUESTION] = "question",
		[REPLY_OBSTACLE_DOUBT] = "doubt",
		[REPLY_OBSTACLE_BELOW] = "below",
		[REPLY_OBSTACLE_ABSENCE] = "absence",
	};

	return names[obstacle];
}

char *reply_tail_hash(const char *tail)
{
	g_autofree char *folded = text_fold_case(tail, strlen(tail));
	GString *words = g_string_new(NULL);
	unsigned char hash[TOKEN_HASH_OCTETS];
	GString *hex = NULL;

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!line_is_blank_at(at))
			g_string_append_unichar(words, g_utf8_get_char(at));
	if (words->len > 0) {
		hex = g_string_new(NULL);
		token_hash_text(words->str, hash);
		for (size_t i = 0; i < sizeof(hash); i++)
			g_string_append_printf(hex, "%02x", hash[i]);
	}
	(void)g_string_free(words, TRUE);
	return hex != NULL ? g_string_free(hex, FALSE) : NULL;
}
