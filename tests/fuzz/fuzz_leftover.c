/*
 * NAME
 *	fuzz_leftover - arbitrary text as a draft
 *
 * DESCRIPTION
 *	What is cut stands at the end, and is a whole line that is not the writer's: a sentence
 *	below it keeps all. What is found lies in the draft, and a token is found whatever
 *	stands before it. A text of a town is no recall, whatever its subject.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "policy/leaked_token.h"
#include "policy/leftover.h"
#include "policy/recall.h"
#include "policy/subject_mark.h"
#include "tests/fuzz/fuzz.h"

#define SENTENCE "給水車は公民館に来ます。"
#define ADDRESS  "decide+abcdefghijklmnopqrstuvwxyz234567@info.town.example"

static const char *const addresses[] = { "info.town.example", NULL };

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void require_cut(const char *text)
{
	g_autofree char *kept = g_strdup(text);
	g_autofree char *cut = leftover_cut_footer(kept);

	require(g_str_has_prefix(text, kept));
	require((cut == NULL) == (strlen(kept) == strlen(text)));
	require(g_utf8_validate(kept, -1, NULL));
	require(cut == NULL || (*cut != '\0' && g_utf8_validate(cut, -1, NULL)));
}

/* The writer's last sentence, and so all above it, stays. */
static void require_kept(const char *text)
{
	char *draft = fuzz_join(text, "\n" SENTENCE, NULL);
	char *kept = g_strdup(draft);
	char *cut = leftover_cut_footer(kept);

	require(cut == NULL && strcmp(kept, draft) == 0);
	g_free(cut);
	g_free(kept);
	free(draft);
}

static void require_found(const char *text)
{
	g_autofree char *subject = g_strdelimit(g_strdup(text), "\n", ' ');
	const struct leftover_facts facts = {
		.subject = subject,
		.text = text,
		.addresses = addresses,
	};
	GPtrArray *leftovers = leftover_find(&facts);
	const char *rest = subject_mark_skip_all(subject);

	require(rest >= subject && rest <= subject + strlen(subject));
	require(g_utf8_validate(rest, -1, NULL));
	require(leftovers->len <= LEFTOVERS_MOST);
	for (guint i = 0; i < leftovers->len; i++) {
		const struct leftover *leftover = g_ptr_array_index(leftovers, i);

		require(leftover->lines >= 1);
		require(leftover->line + leftover->lines <= count_lines(text) + 1);
		require(strchr(leftover->written, '\n') == NULL);
		require(g_utf8_validate(leftover->written, -1, NULL));
		require(*leftover_name(leftover->kind) != '\0');
	}
	g_ptr_array_unref(leftovers);
}

static void require_token(const char *text)
{
	char *draft = fuzz_join(text, "\n" ADDRESS, NULL);
	const size_t wanted = strlen(text) + 1;
	size_t offset = 0, length = 0;
	bool found = false;

	for (; leaked_token_find(draft, &offset, &length); offset += length) {
		require(length > 0 && offset + length <= strlen(draft));
		found = found || offset == wanted;
	}
	require(found);
	free(draft);
}

static void require_no_recall(const char *text)
{
	g_autofree char *subject = g_strdelimit(g_strdup(text), "\n", ' ');
	const struct recall_facts facts = { .subject = subject, .text = SENTENCE };
	const char *recalled = recall_skip_words(subject);

	require(!recall_is_one(&facts));
	require(recalled == NULL ||
		(recalled > subject && recalled <= subject + strlen(subject)));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);

	if (g_utf8_validate(text, -1, NULL)) {
		require_cut(text);
		require_kept(text);
		require_found(text);
		require_token(text);
		require_no_recall(text);
	}
	free(text);
	return 0;
}
