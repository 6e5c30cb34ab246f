/*
 * NAME
 *	notice_result - what came of a release, domain by domain
 *
 * DESCRIPTION
 *	Written in the reader's language. It names domains, and nobody.
 *
 * DIAGNOSTICS
 *	None: a line that cannot be read is left out.
 */
#include "config.h"

#include "milter/courier/notice_result.h"

#include <glib.h>

static void add_kinds(const struct notice_facts *facts, char *const *words, GString *text)
{
	const bool ja = facts->is_japanese;

	for (size_t i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2) {
		g_autofree char *key = g_strdup_printf("result.%s", words[i]);

		g_string_append_printf(
		    text, "%s%s %s",
		    i == 0 ? ""
		    : ja   ? "、"
			   : ", ",
		    template_get_phrase(facts->setup->templates, facts->language, key),
		    words[i + 1]);
	}
}

static void add_line(const struct notice_facts *facts, char *const *words, GString *text)
{
	const bool ja = facts->is_japanese;

	if (words[0] == NULL || words[1] == NULL || words[2] == NULL)
		return;
	if (text->len > 0)
		g_string_append_c(text, '\n');
	g_string_append_printf(text, ja ? "  %s  %s 人（" : "  %s  %s (", words[0],
			       words[2]);
	add_kinds(facts, words + 3, text);
	g_string_append_printf(text, ja ? "）／宛先 %s 人" : ") of %s", words[1]);
}

void notice_result_put(struct notice_facts *facts, const char *packed)
{
	char **lines = g_strsplit(packed, "\n", -1);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; lines[i] != NULL; i++) {
		char **words = g_strsplit(lines[i], " ", -1);

		add_line(facts, words, text);
		g_strfreev(words);
	}
	notice_facts_put(facts, "result_domains", text->str);
	(void)g_string_free(text, TRUE);
	g_strfreev(lines);
}
