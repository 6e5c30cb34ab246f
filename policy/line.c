/*
 * NAME
 *	line - what a line of a mail looks like
 *
 * DESCRIPTION
 *	Blanks of any script, marks of quoted text, rulers; and words at a line's ends.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/line.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

#define VARIATION_SELECTOR_16 0xfe0f

/* Characters without width are of the category Format: U+200B, U+FEFF, U+00AD, marks of
 * direction. */
static bool is_blank_character(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_FORMAT;
}

const char *line_skip_blank(const char *line)
{
	while (*line != '\0' && is_blank_character(g_utf8_get_char(line)))
		line = g_utf8_next_char(line);
	return line;
}

bool line_is_blank_at(const char *at)
{
	const gunichar c = g_utf8_get_char(at);

	return is_blank_character(c) || c == VARIATION_SELECTOR_16 ||
	       g_unichar_type(c) == G_UNICODE_MODIFIER_SYMBOL;
}

bool line_is_blank(const char *line)
{
	return *line_skip_blank(line) == '\0';
}

bool line_is_quoted(const char *line)
{
	static const char *const marks[] = { ">", "＞", "|", "｜", "&gt;", "»", "›",
					     "❯", "┃",  "│", "▌",  "▎",    NULL };

	return line_match_start(line_skip_blank(line), marks) > 0;
}

bool line_is_quote_next(char *const *lines)
{
	while (*lines != NULL && line_is_blank(*lines))
		lines++;
	return *lines != NULL && line_is_quoted(*lines);
}

/* Marks that say something themselves make no ruler. */
bool line_is_ruler(const char *line)
{
	static const char speaking[] = "?？⁇⁈⁉❓❔×✕✖❌👎\xef\xbf\xbd";
	gunichar kinds[3];
	size_t count = 0, known = 0;

	for (; *line != '\0'; line = g_utf8_next_char(line)) {
		const gunichar c = g_utf8_get_char(line);
		size_t i = 0;

		if (line_is_blank_at(line))
			continue;
		if (g_unichar_isalnum(c) || g_utf8_strchr(speaking, -1, c) != NULL)
			return false;
		while (i < known && kinds[i] != c)
			i++;
		if (i == known && known == G_N_ELEMENTS(kinds))
			return false;
		if (i == known)
			kinds[known++] = c;
		count++;
	}
	return known < count;
}

size_t line_match_start(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_begins_with(text, *words))
			return strlen(*words);
	return 0;
}

size_t line_match_end(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (g_str_has_suffix(text, *words))
			return strlen(*words);
	return 0;
}

bool line_has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

bool line_is_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

char *line_strip(char *text, const char *marks)
{
	char *end;

	while (*text != '\0' && (line_is_blank_at(text) || strchr(marks, *text) != NULL))
		text = g_utf8_next_char(text);
	for (end = text + strlen(text); end > text;) {
		const char *last = g_utf8_prev_char(end);

		if (!line_is_blank_at(last) && strchr(marks, *last) == NULL)
			break;
		end = text + (last - text);
	}
	*end = '\0';
	return text;
}

bool line_has_colon(const char *line)
{
	return strchr(line, ':') != NULL || strstr(line, "：") != NULL;
}

bool line_has_year(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (at[0] == '2' && at[1] == '0' && g_ascii_isdigit(at[2]) &&
		    g_ascii_isdigit(at[3]))
			return true;
	return false;
}

bool line_has_date(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (at > text && *at == ':' && g_ascii_isdigit(at[-1]) &&
		    g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]))
			return true;
	return line_has_year(text);
}

bool line_matches_any(const char *line, const GPtrArray *patterns)
{
	for (guint i = 0; patterns != NULL && i < patterns->len; i++)
		if (g_regex_match(g_ptr_array_index(patterns, i), line, 0, NULL))
			return true;
	return false;
}
