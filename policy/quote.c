/*
 * NAME
 *	quote - the person's own lines of a reply
 *
 * DESCRIPTION
 *	Walks down the lines. Quote marks hide a line; a separator, an Outlook block of
 *	"From: / Sent:", or a ruler hides everything below. An attribution ("On ... wrote:")
 *	is hidden; when what follows it is not marked as quoted, everything below is the
 *	original and is hidden too. So both top-posted and bottom-posted replies are read,
 *	and an unmarked original never speaks.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/quote.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static bool is_blank_character(gunichar c)
{
	return g_unichar_isspace(c) || (c >= 0x200b && c <= 0x200f) || c == 0x2060 ||
	       c == 0xfeff || c == 0x00ad || c == 0x00a0;
}

const char *quote_skip_blank(const char *line)
{
	while (*line != '\0' && is_blank_character(g_utf8_get_char(line)))
		line = g_utf8_next_char(line);
	return line;
}

static bool is_blank(const char *line)
{
	return *quote_skip_blank(line) == '\0';
}

static bool begins_with_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (g_ascii_strncasecmp(line, *words, strlen(*words)) == 0)
			return true;
	return false;
}

static bool has_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(line, *words) != NULL)
			return true;
	return false;
}

static bool is_quoted(const char *line)
{
	static const char *const marks[] = { ">", "＞", "|", "｜", "&gt;", NULL };

	return begins_with_any(quote_skip_blank(line), marks);
}

/* A ruler of at least four equal marks: Outlook's and Becky!'s separators, signatures. */
static bool is_ruler(const char *line)
{
	static const gunichar marks[] = { '-',    '=',    '_',    '*',   '~',
					  0x2500, 0x2501, 0x2015, 0xff0d };
	gunichar first;
	int count = 0;

	line = quote_skip_blank(line);
	first = g_utf8_get_char(line);
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (first != marks[i])
			continue;
		for (; g_utf8_get_char(line) == first; line = g_utf8_next_char(line))
			count++;
		return count >= 4;
	}
	return false;
}

static bool is_separator(const char *line)
{
	static const char *const words[] = {
		"Begin forwarded message:", "転送されたメッセージ:", "-- Original", NULL
	};

	line = quote_skip_blank(line);
	if (strcmp(line, "--") == 0 || strcmp(line, "-- ") == 0)
		return true;
	return is_ruler(line) || begins_with_any(line, words);
}

/* Outlook's original: "From:" or 差出人, and within the next lines its companions. */
static bool is_header_block(char **lines)
{
	static const char *const starts[] = {
		"From:",   "*From:*", "差出人:",   "差出人：",
		"送信者:", "送信元:", "**From:**", NULL
	};
	static const char *const companions[] = {
		"Sent:",  "Date:",     "To:",        "Subject:", "*Sent:*", "*Date:*",
		"*To:*",  "送信日時:", "送信日時：", "日時:",    "日付:",   "宛先:",
		"宛先：", "件名:",     "件名：",     NULL
	};

	if (!begins_with_any(quote_skip_blank(lines[0]), starts))
		return false;
	for (int i = 1; i <= 4 && lines[i] != NULL; i++)
		if (begins_with_any(quote_skip_blank(lines[i]), companions))
			return true;
	return false;
}

static bool is_footer(const char *line)
{
	static const char *const starts[] = { "Sent from ", "Get Outlook for",
					      "Sent via ", NULL };
	static const char *const parts[] = { "から送信",
					     "Outlook for iOS",
					     "Outlook for Android",
					     "Yahoo!メール",
					     "iOS 版 Outlook",
					     "Android 版 Outlook",
					     NULL };

	line = quote_skip_blank(line);
	return begins_with_any(line, starts) || has_any(line, parts);
}

/* Does the line end with a colon, of either width, perhaps followed by blanks? */
static bool ends_with_colon(const char *line)
{
	const char *last = NULL;

	for (; *line != '\0'; line = g_utf8_next_char(line))
		if (!is_blank_character(g_utf8_get_char(line)))
			last = line;
	return last != NULL &&
	       (g_utf8_get_char(last) == ':' || g_utf8_get_char(last) == 0xff1a);
}

static bool is_attribution_end(const char *line)
{
	static const char *const words[] = { "wrote",      "writes",
					     "書きました", "書き込みました",
					     "のメール",   "からのメッセージ",
					     "said",       NULL };

	if (!ends_with_colon(line))
		return false;
	return has_any(line, words) ||
	       (strchr(line, '@') != NULL &&
		(strchr(line, '<') != NULL || strstr(line, "＜") != NULL));
}

/* "On Mon, ..." or a date in digits, from which an attribution may run over lines. */
static bool is_attribution_start(const char *line)
{
	line = quote_skip_blank(line);
	return g_str_has_prefix(line, "On ") ||
	       (g_ascii_isdigit(line[0]) && g_ascii_isdigit(line[1]) &&
		g_ascii_isdigit(line[2]) && g_ascii_isdigit(line[3]));
}

/* How many lines from here are an attribution; 0 when none is. */
static int count_attribution(char **lines)
{
	if (is_attribution_end(lines[0]))
		return 1;
	if (!is_attribution_start(lines[0]))
		return 0;
	for (int i = 1; i <= 2 && lines[i] != NULL && !is_quoted(lines[i]); i++)
		if (is_attribution_end(lines[i]))
			return i + 1;
	return 0;
}

/* Is what follows here, after blank lines, marked as quoted? */
static bool is_followed_by_quote(char **lines)
{
	while (*lines != NULL && is_blank(*lines))
		lines++;
	return *lines != NULL && is_quoted(*lines);
}

char **quote_find_own_lines(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	GPtrArray *own = g_ptr_array_new();

	for (char **at = lines; *at != NULL; at++) {
		int attribution = count_attribution(at);

		if (is_separator(*at) || is_header_block(at))
			break;
		if (attribution > 0) {
			if (!is_followed_by_quote(at + attribution))
				break;
			at += attribution - 1;
		} else if (!is_quoted(*at) && !is_footer(*at)) {
			g_ptr_array_add(own, g_strdup(*at));
		}
	}
	g_ptr_array_add(own, NULL);
	g_strfreev(lines);
	return (char **)g_ptr_array_free(own, FALSE);
}
