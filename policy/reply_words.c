/*
 * NAME
 *	reply_words - what a reply decides
 *
 * DESCRIPTION
 *	The first own line that is not blank must begin with a word of the table. A word ends
 *	at the line's end, at white space or punctuation, or goes on politely (承認します).
 *	Comparison is after compatibility normalization and case folding, so that ＯＫ is OK.
 *
 *	A wrong mail to 20,000 phones cannot be called back. So an approval counts only when
 *	nothing else in the person's own words takes it back: no condition, no negation, no
 *	question, no other decision. In doubt nothing is decided, and the person is asked.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/reply_words.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

#include "policy/quote.h"

/* Longer words first, where one begins with another. */
static const struct {
	const char *word;
	enum decision decision;
} reply_table[] = {
	{ "緊急承認", DECISION_APPROVE_URGENT },
	{ "approve urgent", DECISION_APPROVE_URGENT },
	{ "承認", DECISION_APPROVE },
	{ "approved", DECISION_APPROVE },
	{ "approve", DECISION_APPROVE },
	{ "ok", DECISION_APPROVE },
	{ "差し戻し", DECISION_SEND_BACK },
	{ "差戻し", DECISION_SEND_BACK },
	{ "差し戻", DECISION_SEND_BACK },
	{ "差戻", DECISION_SEND_BACK },
	{ "却下", DECISION_SEND_BACK },
	{ "rejected", DECISION_SEND_BACK },
	{ "reject", DECISION_SEND_BACK },
	{ "停止", DECISION_STOP },
	{ "stop", DECISION_STOP },
	{ "取り下げ", DECISION_WITHDRAW },
	{ "取下げ", DECISION_WITHDRAW },
	{ "取下", DECISION_WITHDRAW },
	{ "withdraw", DECISION_WITHDRAW },
};

/* How a Japanese word goes on without changing what it says. */
static const char *const reply_polite[] = { "でお願いいたします",
					    "でお願い致します",
					    "でお願いします",
					    "をお願いします",
					    "いたしました",
					    "致しました",
					    "いたします",
					    "致します",
					    "しました",
					    "します",
					    "する",
					    "です",
					    NULL };

/* Further ways to go on for words that send nothing: there, doubt is on their side. */
static const char *const reply_requests[] = { "してください", "して下さい",
					      "お願いします", "ました",
					      "ます",         NULL };

/* What takes an approval back, or makes it depend on something. */
static const char *const reply_doubts[] = {
	"ただし",   "但し",       "しかし",   "けれど",   "ですが",   "ますが",
	"条件",     "できません", "できない", "しません", "しない",   "いけません",
	"不可",     "不要",       "未承認",   "非承認",   "取り消",   "取消",
	"中止",     "保留",       "待って",   "待ち",     "まだ",     "差戻",
	"差し戻",   "却下",       "撤回",     "見送",     " but ",    " if ",
	" not ",    "n't ",       " except ", " unless ", " until ",  " after ",
	" however", " wait",      " reject",  " stop",    " cannot ", " nothing",
	" ng ",     " no ",       " cancel",  NULL
};

/* Further doubts where no reason is asked for, and the words could hardly be one. */
static const char *const reply_changes[] = { "修正",     "直して", "訂正", "変更",
					     "間違",     "誤り",   " fix", " change",
					     " correct", " wrong", NULL };

static char *fold(const char *text, size_t length)
{
	size_t size;
	uint8_t *folded =
	    u8_casefold((const uint8_t *)text, length, NULL, UNINORM_NFKC, NULL, &size);
	char *result;

	if (folded == NULL)
		return g_strdup("");
	result = g_strndup((const char *)folded, size);
	free(folded);
	return result;
}

/* How many octets of the text are this (folded) word; 0 when it begins otherwise. */
static size_t match_word(const char *text, const char *word)
{
	const char *end = text;

	for (glong i = 0; i <= 2 * g_utf8_strlen(word, -1) && *end != '\0'; i++) {
		g_autofree char *folded = NULL;

		end = g_utf8_next_char(end);
		folded = fold(text, (size_t)(end - text));
		if (strcmp(folded, word) == 0)
			return (size_t)(end - text);
	}
	return 0;
}

/* May a word end before this place? A mark that can stand inside a word or an address
 * ends none, unless a blank follows. */
static bool is_boundary(const char *at)
{
	gunichar c = g_utf8_get_char(at);

	if (c == '\0' || quote_skip_blank(at) != at)
		return true;
	if (c >= 0x80)
		return g_unichar_ispunct(c);
	if (strchr("/@'-_&+", (int)c) != NULL)
		return false;
	return g_ascii_ispunct((char)c) && !g_ascii_isalnum(at[1]);
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

/* Behind what people put before a word: 「, bullets, quotation marks. */
static const char *skip_opening(const char *line)
{
	static const char *const openings[] = { "「", "『", "【", "\"", "“",
						"・", "●",  "*",  NULL };
	bool again = true;

	while (again) {
		again = false;
		line = quote_skip_blank(line);
		for (size_t i = 0; !again && openings[i] != NULL; i++) {
			if (g_str_has_prefix(line, openings[i])) {
				line += strlen(openings[i]);
				again = true;
			}
		}
	}
	return line;
}

/* The decision that a line begins with, and what follows the word. */
static enum decision read_line(const char *line, const char **rest_r)
{
	line = skip_opening(line);
	for (size_t i = 0; i < G_N_ELEMENTS(reply_table); i++) {
		size_t length = match_word(line, reply_table[i].word);
		const char *rest = line + length;

		if (length == 0)
			continue;
		if (!is_boundary(rest))
			rest = skip_polite(reply_table[i].decision, rest);
		if (!is_boundary(rest))
			continue;
		*rest_r = rest;
		return reply_table[i].decision;
	}
	*rest_r = line;
	return DECISION_NONE;
}

static bool has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

/* A question mark in a web address is none. */
static bool has_question(const char *folded)
{
	char **words = g_strsplit_set(folded, " \n", -1);
	bool found = false;

	for (size_t i = 0; words[i] != NULL; i++)
		if (strchr(words[i], '?') != NULL && strstr(words[i], "://") == NULL)
			found = true;
	g_strfreev(words);
	return found;
}

/* Line feeds and ASCII punctuation as blanks, one at each end, so that " but " is found
 * wherever it stands. */
static char *spread_words(const char *own)
{
	g_autofree char *folded = fold(own, strlen(own));
	char *spread = g_strdup_printf(" %s ", folded);

	for (char *at = spread; *at != '\0'; at++)
		if (strchr(".,;:!()\"\n\t", *at) != NULL)
			*at = ' ';
	return spread;
}

static bool is_doubtful(enum decision decision, const char *rest)
{
	g_autofree char *folded = fold(rest, strlen(rest));
	g_autofree char *spread = spread_words(rest);

	if (has_any(spread, reply_doubts))
		return true;
	if (decision == DECISION_APPROVE && has_any(spread, reply_changes))
		return true;
	return has_question(folded);
}

/* The rest of the first line and the lines below, without what only ends the word. */
static char *join_rest(const char *rest, char **lines)
{
	g_autofree char *below = g_strjoinv("\n", lines);
	g_autofree char *all = NULL;
	gunichar c;

	for (;; rest = g_utf8_next_char(rest)) {
		c = g_utf8_get_char(rest);
		if (c == '\0' ||
		    (quote_skip_blank(rest) == rest && !g_unichar_ispunct(c)) ||
		    c == '(' || c == 0xff08 || c == '?' || c == 0xff1f)
			break;
	}
	all = g_strconcat(rest, "\n", below, NULL);
	return g_strdup(g_strstrip(all));
}

void reply_words_read(const char *text, struct reply_words *words_r)
{
	char **lines = quote_find_own_lines(text);
	char **at = lines;
	const char *rest;

	while (*at != NULL && *quote_skip_blank(*at) == '\0')
		at++;
	words_r->first = g_strdup(*at != NULL ? quote_skip_blank(*at) : "");
	words_r->decision = *at != NULL ? read_line(*at, &rest) : DECISION_NONE;
	words_r->reason =
	    words_r->decision != DECISION_NONE ? join_rest(rest, at + 1) : g_strdup("");
	if (words_r->reason[0] == '?' || g_str_has_prefix(words_r->reason, "？") ||
	    (is_approval(words_r->decision) &&
	     is_doubtful(words_r->decision, words_r->reason)))
		words_r->decision = DECISION_NONE;
	g_strfreev(lines);
}

void reply_words_free(struct reply_words *words)
{
	if (words == NULL)
		return;
	g_free(words->reason);
	g_free(words->first);
	*words = (struct reply_words){ DECISION_NONE, NULL, NULL };
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
