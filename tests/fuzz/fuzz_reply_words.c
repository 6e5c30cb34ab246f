/*
 * NAME
 *	fuzz_reply_words - arbitrary text as a reply
 *
 * DESCRIPTION
 *	A decision must stand as a word in the line that is said to decide. What is quoted
 *	decides nothing; neither what stands above the reply as a quotation nor what stands
 *	in the signature changes what the reply decides. A condition that is read makes an
 *	approval none, whatever stands around it; a greeting above changes nothing, and a
 *	sentence above decides nothing. What has been taught as a signature is known again.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/decision.h"
#include "policy/quote.h"
#include "policy/reply_words.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

#define CONDITION "ただし時刻を直してください"

static const char *const names[] = { "佐藤 健一", "Sato Kenichi", "bosai-chief",
				     "bosai-chief@town.example", NULL };
static const char *const sections[] = { "防災課", "修正申告係", "0123-45-6789", NULL };
static const char *const addresses[] = { "info.town.example", NULL };

static struct reply_facts facts = {
	.names = names,
	.sections = sections,
	.addresses = addresses,
};

/* What a decision's words have in common, folded. */
static const char *const word_stems[][4] = {
	[DECISION_APPROVE] = { "承認", "approve", "ok", NULL },
	[DECISION_APPROVE_URGENT] = { "緊急", "approve", NULL },
	[DECISION_SEND_BACK] = { "差", "却下", "reject", NULL },
	[DECISION_STOP] = { "停止", "stop", NULL },
	[DECISION_WITHDRAW] = { "取", "withdraw", NULL },
};

static bool has_word(const char *line, enum decision decision)
{
	char *folded = text_fold_case(line, strlen(line));
	bool found = false;

	for (const char *const *stem = word_stems[decision]; *stem != NULL; stem++)
		found = found || strstr(folded, *stem) != NULL;
	free(folded);
	return found || strlen(line) > REPLY_FIRST_MOST;
}

static enum decision decide(const char *text)
{
	struct reply_words words;
	enum decision decision;

	reply_words_read(text, &facts, &words);
	decision = words.decision;
	reply_words_free(&words);
	return decision;
}

static void require_decides(const char *text, const struct reply_words *wanted)
{
	struct reply_words words;

	reply_words_read(text, &facts, &words);
	require(words.decision == wanted->decision);
	require(strcmp(words.reason, wanted->reason) == 0);
	require(strcmp(words.first, wanted->first) == 0);
	reply_words_free(&words);
}

static void require_quoted_is_silent(const char *text)
{
	const struct reply_words nothing = {
		.decision = DECISION_NONE,
		.reason = (char *)"",
		.first = (char *)"",
	};
	char **lines = g_strsplit(text, "\n", -1);
	char *joined = g_strjoinv("\n> ", lines);
	char *quoted = fuzz_join("> ", joined, NULL);

	require_decides(quoted, &nothing);
	free(quoted);
	g_free(joined);
	g_strfreev(lines);
}

static void require_unmoved(const char *text, const struct reply_words *words)
{
	char *below = fuzz_join("> 承認\n> stop\n\n", text, NULL);
	char *above = fuzz_join(text, "\n-- \n承認\n停止", NULL);

	require_decides(below, words);
	require_decides(above, words);
	free(below);
	free(above);
}

/* Is this line, which ends the text, one that is read? */
static bool is_said(const char *text, const char *line)
{
	char **lines = quote_find_said_lines(text, addresses);
	const guint count = g_strv_length(lines);
	const bool said = count > 0 && strcmp(lines[count - 1], line) == 0;

	g_strfreev(lines);
	return said;
}

/* An approval with a condition below it must be one that says it is followed by a signature. */
static void require_teaches(const char *text)
{
	struct reply_words words;

	reply_words_read(text, &facts, &words);
	require(!decision_is_approval(words.decision) || words.teaches);
	reply_words_free(&words);
}

/* A condition right behind the decision, whatever follows; and below whatever is read. */
static void require_condition_counts(const char *text)
{
	char *behind = fuzz_join("承認 " CONDITION "\n", text, NULL);
	char *next = fuzz_join("承認\n" CONDITION "\n", text, NULL);
	char *last = fuzz_join(text, "\n" CONDITION, NULL);

	require(decide(behind) == DECISION_NONE);
	require(decide(next) == DECISION_NONE);
	if (is_said(last, CONDITION))
		require_teaches(last);
	free(behind);
	free(next);
	free(last);
}

static void require_above(const char *text, const struct reply_words *words)
{
	char *greeted = fuzz_join("お疲れ様です。佐藤です。\n\n", text, NULL);
	char *told = fuzz_join("時刻を直してください。\n\n", text, NULL);

	require(decide(greeted) == words->decision);
	require(decide(told) == DECISION_NONE);
	free(greeted);
	free(told);
}

static void require_learns(const char *text)
{
	char *teaching = fuzz_join("承認 以下署名\n", text, NULL);
	char *later = fuzz_join("承認\n\n", text, NULL);
	struct reply_words words;
	char *hash;

	reply_words_read(teaching, &facts, &words);
	hash = words.teaches ? reply_tail_hash(words.tail) : NULL;
	if (hash != NULL) {
		const char *const learned[] = { hash, NULL };

		facts.signatures = learned;
		require(decide(later) == DECISION_APPROVE);
		facts.signatures = NULL;
	}
	g_free(hash);
	reply_words_free(&words);
	free(teaching);
	free(later);
}

static void require_sane(const struct reply_words *words)
{
	if (words->decision != DECISION_NONE)
		require(has_word(words->first, words->decision));
	require((words->obstacle == REPLY_CLEAR) == (words->decision != DECISION_NONE));
	require(!words->teaches || decision_is_approval(words->decision));
	require(g_utf8_validate(words->first, -1, NULL));
	require(g_utf8_validate(words->reason, -1, NULL));
	require(g_utf8_validate(words->in_the_way, -1, NULL));
	require(g_utf8_validate(words->tail, -1, NULL));
	require(strchr(words->first, '\n') == NULL);
	require(strchr(words->in_the_way, '\n') == NULL);
	require(strcmp(decision_name(words->decision), "") != 0);
	require(strcmp(reply_obstacle_name(words->obstacle), "") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);
	struct reply_words words;

	reply_words_read(text, &facts, &words);
	require_sane(&words);
	if (g_utf8_validate(text, -1, NULL)) {
		require_quoted_is_silent(text);
		require_unmoved(text, &words);
		require_condition_counts(text);
		require_above(text, &words);
		require_learns(text);
	}
	reply_words_free(&words);
	free(text);
	return 0;
}
