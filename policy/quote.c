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
 *	What is hidden cannot take an approval back. So a line is a footer or an attribution
 *	only when it is one as a whole, from its start to its end; a line of the person's that
 *	merely holds such words stays the person's.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/quote.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define VARIATION_SELECTOR_16 0xfe0f

/* Characters without width are of the category Format: U+200B, U+FEFF, U+00AD, marks of
 * direction. */
static bool is_blank_character(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_FORMAT;
}

const char *quote_skip_blank(const char *line)
{
	while (*line != '\0' && is_blank_character(g_utf8_get_char(line)))
		line = g_utf8_next_char(line);
	return line;
}

bool quote_is_blank_at(const char *at)
{
	const gunichar c = g_utf8_get_char(at);

	return is_blank_character(c) || c == VARIATION_SELECTOR_16 ||
	       g_unichar_type(c) == G_UNICODE_MODIFIER_SYMBOL;
}

static bool is_blank(const char *line)
{
	return *quote_skip_blank(line) == '\0';
}

/* The length of the word that the line begins with; 0 when there is none. */
static size_t match_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (g_ascii_strncasecmp(line, *words, strlen(*words)) == 0)
			return strlen(*words);
	return 0;
}

static bool has_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(line, *words) != NULL)
			return true;
	return false;
}

static bool ends_with_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (g_str_has_suffix(line, *words))
			return true;
	return false;
}

/* A copy without the blanks at its end. */
static char *trim_end(const char *line)
{
	const char *end = line;

	for (const char *at = line; *at != '\0';) {
		gunichar c = g_utf8_get_char(at);

		at = g_utf8_next_char(at);
		if (!is_blank_character(c))
			end = at;
	}
	return g_strndup(line, (size_t)(end - line));
}

static bool is_quoted(const char *line)
{
	static const char *const marks[] = { ">", "＞", "|", "｜", "&gt;", NULL };

	return match_any(quote_skip_blank(line), marks) > 0;
}

/* ---- what hides all that is below ---- */

/* At least four equal marks and nothing else: Outlook's and Becky!'s separators, and the
 * beginnings of signatures. Of some marks a pair of rulers may hold words ("-----Original
 * Message-----"), or three marks each where the words say that it is the original. */
static bool is_ruler(const char *line)
{
	static const gunichar marks[] = { '-',    '_',    0x2015, 0x2500, 0x2501, 0xff0d,
					  0xff3f, 0x2014, '=',    '*',    '~',    '+' };
	static const size_t holding = 8;
	static const char *const originals[] = { "元の", "転送", "Original", "Forwarded",
						 NULL };
	g_autofree char *trimmed = trim_end(quote_skip_blank(line));
	const char *at = trimmed;
	const gunichar first = g_utf8_get_char(at);
	int count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (first != marks[i])
			continue;
		for (; g_utf8_get_char(at) == first; at = g_utf8_next_char(at))
			count++;
		if (*at == '\0')
			return count >= 4;
		return count >= (has_any(at, originals) ? 3 : 4) && i < holding &&
		       g_utf8_get_char(g_utf8_prev_char(trimmed + strlen(trimmed))) ==
			   first;
	}
	return false;
}

static bool is_separator(const char *line)
{
	static const char *const words[] = {
		"Begin forwarded message:", "転送されたメッセージ:",
		"転送されたメッセージ：", "-- Original", NULL
	};

	line = quote_skip_blank(line);
	if (strcmp(line, "--") == 0 || strcmp(line, "-- ") == 0)
		return true;
	return is_ruler(line) || match_any(line, words) > 0;
}

/* Is this "NAME:" of a header, perhaps in bold ("*From:*") or with a blank before ':'? */
static bool is_header(const char *line, const char *const *names)
{
	size_t length;

	line = quote_skip_blank(line);
	line += strspn(line, "*");
	length = match_any(line, names);
	line = quote_skip_blank(line + length);
	return length > 0 && (*line == ':' || g_str_has_prefix(line, "："));
}

/* Outlook's original: "From:" or 差出人, and within the next lines its companions. */
static bool is_header_block(char **lines)
{
	static const char *const starts[] = { "From", "差出人", "送信者", "送信元",
					      NULL };
	static const char *const companions[] = { "Sent",    "Date", "To",       "Cc",
						  "Subject", "日時", "送信日時", "日付",
						  "宛先",    "件名", NULL };

	if (!is_header(lines[0], starts))
		return false;
	for (int i = 1; i <= 4 && lines[i] != NULL; i++)
		if (is_header(lines[i], companions))
			return true;
	return false;
}

/* ---- what programs add by themselves ---- */

/* Without the web addresses that Outlook puts into its footer. */
static char *drop_links(const char *line)
{
	GString *rest = g_string_new(NULL);
	const char *link;

	while ((link = strstr(line, "<http")) != NULL && strchr(link, '>') != NULL) {
		g_string_append_len(rest, line, link - line);
		line = strchr(link, '>') + 1;
	}
	return g_string_free(g_string_append(rest, line), FALSE);
}

static bool is_footer(const char *line)
{
	static const char *const starts[] = {
		"Sent from my ",     "Sent from Yahoo",  "Sent from Mail for",
		"Sent from Outlook", "Sent from Gmail",  "Sent from Samsung",
		"Sent via ",         "Get Outlook for ", NULL
	};
	static const char *const makers[] = {
		"iPhone",       "iPad",   "Android",  "Galaxy",   "Xperia",
		"AQUOS",        "arrows", "らくらく", "スマホ",   "スマートフォン",
		"携帯",         "ドコモ", "docomo",   "SoftBank", "Outlook",
		"Yahoo!メール", "Gmail",  "Windows",  NULL
	};
	static const char *const ends[] = { "から送信", "から送信されました",
					    "を入手",   "を入手する",
					    "を取得",   "を取得する",
					    NULL };
	static const char *const sentences[] = {
		". ", ", ", "! ", "。", "、", "！", NULL
	};
	g_autofree char *bare = drop_links(quote_skip_blank(line));
	g_autofree char *footer = trim_end(bare);

	if (has_any(footer, sentences) || g_utf8_strlen(footer, -1) > 50)
		return false;
	return match_any(footer, starts) > 0 || strcmp(footer, "Yahoo!メール") == 0 ||
	       (has_any(footer, makers) && ends_with_any(footer, ends));
}

/* ---- attributions ---- */

/* Is there a year of this century, or a time of day? */
static bool has_date(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (at[0] == '2' && at[1] == '0' && g_ascii_isdigit(at[2]) &&
		    g_ascii_isdigit(at[3]))
			return true;
		if (at > text && *at == ':' && g_ascii_isdigit(at[-1]) &&
		    g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]))
			return true;
	}
	return false;
}

/* Does it end like an attribution: who wrote, or an address, and a colon? */
static bool is_attribution(const char *text)
{
	static const char *const colons[] = { ":", "：", NULL };
	static const char *const english[] = { " wrote", " writes", ">wrote", NULL };
	static const char *const japanese[] = { "書きました", "書き込みました", NULL };
	static const char *const dated[] = { "のメール", "のメッセージ", ">", NULL };
	g_autofree char *trimmed = trim_end(text);
	g_autofree char *saying = NULL;

	if (!ends_with_any(trimmed, colons))
		return false;
	*g_utf8_prev_char(trimmed + strlen(trimmed)) = '\0';
	saying = trim_end(trimmed);
	if (ends_with_any(saying, english) || strcmp(saying, "wrote") == 0)
		return true;
	if (ends_with_any(saying, japanese))
		return has_date(saying) || strstr(saying, "さん") != NULL ||
		       strchr(saying, '@') != NULL;
	return ends_with_any(saying, dated) && has_date(saying) &&
	       (strchr(saying, '@') != NULL || !g_str_has_suffix(saying, ">"));
}

/* A date at the start of a line, from which an attribution may run over lines. */
static bool is_attribution_start(const char *line)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
					    "Sat", "Sun", "Jan", "Feb", "Mar",
					    "Apr", "May", "Jun", "Jul", "Aug",
					    "Sep", "Oct", "Nov", "Dec", NULL };

	line = quote_skip_blank(line);
	if (g_str_has_prefix(line, "On ") || g_str_has_prefix(line, "At "))
		return g_ascii_isdigit(line[3]) || match_any(line + 3, days) > 0;
	for (int i = 0; i < 4; i++)
		if (!g_ascii_isdigit(line[i]))
			return false;
	return true;
}

/* How many lines from here are an attribution; 0 when none is. A second start, a blank
 * line or a quoted line ends the search. */
static int count_attribution(char **lines)
{
	g_autoptr(GString) joined = g_string_new(lines[0]);

	if (is_attribution(lines[0]))
		return 1;
	if (!is_attribution_start(lines[0]))
		return 0;
	for (int i = 1; i <= 2 && lines[i] != NULL && !is_quoted(lines[i]) &&
			!is_blank(lines[i]) && !is_attribution_start(lines[i]);
	     i++) {
		g_string_append_printf(joined, " %s", lines[i]);
		if (has_date(joined->str) && is_attribution(joined->str))
			return i + 1;
	}
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
