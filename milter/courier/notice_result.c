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
	notice_facts_put_phrase(facts, "result_text", "result",
				text->len > 0 ? "text-some" : "text-all");
	if (text->len > 0) {
		notice_facts_put_phrase(facts, "result_heading", "result", "heading");
		notice_facts_put_phrase(facts, "result_note", "result", "note");
	}
	(void)g_string_free(text, TRUE);
	g_strfreev(lines);
}

void notice_result_put_times(struct notice_facts *facts, const char *packed)
{
	int64_t numbers[6] = { 0 };
	const char *at = packed;

	if (*packed == '\0')
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		char *end = NULL;

		numbers[i] = g_ascii_strtoll(at, &end, 10);
		at = end;
	}
	notice_facts_put_phrase(facts, "delivery_heading", "delivery", "heading");
	notice_facts_put_number(facts, "delivery_sent", numbers[1]);
	notice_facts_put_time(facts, "delivery_first", numbers[2]);
	notice_facts_put_duration(facts, "delivery_first_after", numbers[0], numbers[2]);
	notice_facts_put_duration(facts, "delivery_median", numbers[0],
				  numbers[0] + numbers[3]);
	notice_facts_put_duration(facts, "delivery_most", numbers[0],
				  numbers[0] + numbers[4]);
	notice_facts_put_time(facts, "delivery_last", numbers[5]);
	notice_facts_put_duration(facts, "delivery_last_after", numbers[0], numbers[5]);
}

void notice_result_put_waiting(struct notice_facts *facts, const char *packed)
{
	const bool ja = facts->is_japanese;
	char **lines = g_strsplit(packed, "\n", -1);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; lines[i] != NULL; i++) {
		char **words = g_strsplit(lines[i], " ", 4);

		if (g_strv_length(words) == 4)
			g_string_append_printf(text,
					       ja ? "%s  %s  %s 人／宛先 %s 人：%s"
						  : "%s  %s  %s of %s: %s",
					       text->len > 0 ? "\n" : "", words[0],
					       words[1], words[2], words[3]);
		g_strfreev(words);
	}
	if (text->len > 0)
		notice_facts_put_phrase(facts, "delivery_waits", "delivery", "waits");
	notice_facts_put(facts, "delivery_waiting", text->str);
	(void)g_string_free(text, TRUE);
	g_strfreev(lines);
}
