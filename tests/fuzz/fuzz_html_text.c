/*
 * NAME
 *	fuzz_html_text - arbitrary text as HTML
 *
 * DESCRIPTION
 *	The text that comes of it is valid. What stands behind Outlook's mark of an original
 *	is never a person's own line, whatever is open before it. And no word of a person is
 *	lost: a text that is written as HTML is read as it was.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mail/html_source.h"
#include "milter/mail/html_text.h"
#include "tests/fuzz/fuzz.h"

#define ORIGINAL "原文の承認"

static bool has_own_line(const char *text, const char *words)
{
	char **lines = g_strsplit(text, "\n", -1);
	bool found = false;

	for (char **line = lines; *line != NULL; line++)
		found = found || (**line != '>' && strstr(*line, words) != NULL);
	g_strfreev(lines);
	return found;
}

/* Is markup no markup any more at the end of this? */
static bool may_be_literal(const char *html)
{
	g_autofree char *folded = g_ascii_strdown(html, -1);

	return strstr(folded, "<textarea") != NULL || strstr(folded, "<xmp") != NULL;
}

static char *read_text(const char *html)
{
	struct html_text read;
	char *text =
	    html_text_read(html, &read, NULL) ? g_strdup(read.text) : g_strdup("");

	html_text_free(&read);
	return text;
}

static void require_original_is_quoted(const char *source)
{
	/* Whatever tag is open ends here; the y shows whether anything is quoted. */
	char *before = fuzz_join(source, "x\" '>y", NULL);
	char *html = fuzz_join(
	    before, "<div id=\"divRplyFwdMsg\"></div><p>" ORIGINAL "</p>", NULL);
	g_autofree char *text = read_text(before);
	g_autofree char *longer = read_text(html);

	/* Inside of what is quoted it is one that somebody else had below. */
	if (!may_be_literal(source) && !has_own_line(text, ORIGINAL) &&
	    strstr(text, "\n>") == NULL && *text != '>')
		require(!has_own_line(longer, ORIGINAL));
	free(html);
	free(before);
}

/* What HTML can say of this text: without controls, and without blanks and characters that
 * are read as others. */
static char *keep_words(const char *text)
{
	GString *words = g_string_new(NULL);

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		const gunichar c = g_utf8_get_char(text);

		if (c == '\n' || (c >= ' ' && c < 0x7f) ||
		    (c > 0xad && c != 0x200b && c != 0x2028 && c != 0x2029 &&
		     c != 0x2060 && c != 0xfeff && c < 0xfffe))
			g_string_append_unichar(words, c);
	}
	if (words->len > 0 && words->str[words->len - 1] != '\n')
		g_string_append_c(words, '\n');
	return g_string_free(words, FALSE);
}

static void require_words_stay(const char *text)
{
	g_autofree char *words = keep_words(text);
	g_autofree char *escaped = g_markup_escape_text(words, -1);
	char *html =
	    fuzz_join("<div style=\"white-space:pre-wrap\">", escaped, "</div>", NULL);
	struct html_text read;

	if (html_text_read(html, &read, NULL))
		require(strcmp(read.text, words) == 0);
	html_text_free(&read);
	free(html);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *raw = fuzz_string(octets, length);
	g_autofree char *source = g_utf8_make_valid(raw, -1);
	struct html_text read;
	static bool ready;

	if (!ready)
		html_text_init();
	ready = true;
	g_free(html_source_find_charset((const char *)octets, length));
	if (html_text_read(source, &read, NULL)) {
		require(g_utf8_validate(read.text, -1, NULL));
		require(g_utf8_validate(read.others, -1, NULL));
		require((read.other_count > 0) == (*read.others != '\0'));
	}
	html_text_free(&read);
	require_original_is_quoted(source);
	require_words_stay(source);
	free(raw);
	return 0;
}
