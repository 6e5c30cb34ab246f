/*
 * NAME
 *	fuzz_reply_words - arbitrary text as a reply
 *
 * DESCRIPTION
 *	A decision must stand as a word at the beginning of the first own line. What is
 *	quoted decides nothing, and neither what stands above the reply as a quotation nor
 *	what stands in the signature changes what the reply decides.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/reply_words.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

/* What a decision's words have in common, folded. */
static const char *const word_stems[][4] = {
	[DECISION_APPROVE] = { "承認", "approve", "ok", NULL },
	[DECISION_APPROVE_URGENT] = { "緊急", "approve", NULL },
	[DECISION_SEND_BACK] = { "差", "却下", "reject", NULL },
	[DECISION_STOP] = { "停止", "stop", NULL },
	[DECISION_WITHDRAW] = { "取", "withdraw", NULL },
};

/* Behind blanks, brackets and marks. */
static const char *skip_marks(const char *at)
{
	while (*at != '\0' && !g_unichar_isalnum(g_utf8_get_char(at)))
		at = g_utf8_next_char(at);
	return at;
}

static bool begins_with_word(const char *line, enum decision decision)
{
	char *folded = text_fold_case(line, strlen(line));
	const char *at = skip_marks(folded);
	bool found = false;

	for (const char *const *stem = word_stems[decision]; *stem != NULL; stem++)
		found = found || g_str_has_prefix(at, *stem);
	free(folded);
	return found;
}

static void require_decides(const char *text, const struct reply_words *wanted)
{
	struct reply_words words;

	reply_words_read(text, NULL, &words);
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
	char *below = fuzz_join("> 承認\n> stop\n", text, NULL);
	char *above = fuzz_join(text, "\n-- \n承認\n停止", NULL);

	require_decides(below, words);
	require_decides(above, words);
	free(below);
	free(above);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);
	struct reply_words words;

	reply_words_read(text, NULL, &words);
	if (words.decision != DECISION_NONE)
		require(begins_with_word(words.first, words.decision));
	require(g_utf8_validate(words.first, -1, NULL));
	require(g_utf8_validate(words.reason, -1, NULL));
	require(strchr(words.first, '\n') == NULL);
	require(strcmp(decision_name(words.decision), "") != 0);
	require_quoted_is_silent(text);
	require_unmoved(text, &words);
	reply_words_free(&words);
	free(text);
	return 0;
}
