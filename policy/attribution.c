/*
 * NAME
 *	attribution - "On ... wrote:"
 *
 * DESCRIPTION
 *	An attribution says who wrote, and when or from which address. It ends with a colon,
 *	or quoted lines follow; it may run over three lines when it begins with a date.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/attribution.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/reply_doubt.h"
#include "policy/text.h"

/* clang-format off */
static const char *const attribution_wrote[] = { " wrote", " writes", ">wrote", NULL };
static const char *const attribution_wrote_ja[] = {
	"書きました", "書き込みました", "書かれました", "と書いています", NULL,
};
static const char *const attribution_mails[] = { "のメール", "のメッセージ", ">", NULL };
static const char *const attribution_quotes[] = {
	"引用 ", "引用:", "quoting ", "quote from ", "zitat von ", "citando ", "citat ", NULL,
};
static const char *const attribution_quotes_ja[] = {
	"から引用", "より引用", "からの引用", "を引用", NULL,
};
static const char *const attribution_wrote_abroad[] = {
	" schrieb", " a écrit", " escribió", " ha scritto", " escreveu", " schreef", " skrev",
	" kirjoitti", " napsal", " napisał", " írta", " yazdı", " написал", "写道", "寫道",
	"님이 작성", NULL,
};
/* clang-format on */

/* Does it (folded, without a colon at its end) say who wrote, and when or from where? */
static bool says_who_wrote(const char *saying)
{
	const bool evident = line_has_date(saying) || strchr(saying, '@') != NULL;

	if (line_match_end(saying, attribution_wrote) > 0 || strcmp(saying, "wrote") == 0)
		return evident || text_begins_with(saying, "on ");
	if (line_match_end(saying, attribution_wrote_ja) > 0)
		return evident || strstr(saying, "さん") != NULL;
	if (line_match_start(saying, attribution_quotes) > 0)
		return strchr(saying, '@') != NULL;
	if (line_match_end(saying, attribution_quotes_ja) > 0 ||
	    line_has_any(saying, attribution_wrote_abroad))
		return evident;
	return line_match_end(saying, attribution_mails) > 0 && line_has_year(saying) &&
	       (strchr(saying, '@') != NULL || !g_str_has_suffix(saying, ">"));
}

/* Is this a sentence of the person's? A date in it does not count. */
static bool is_sentence(const char *saying)
{
	static const char *const requests[] = { "ください", "下さい", "お願い", "please ",
						NULL };
	g_autofree char *words = g_strdup(saying);

	for (char *at = words; *at != '\0'; at++)
		if (g_ascii_isdigit(*at))
			*at = ' ';
	return line_has_any(words, requests) || reply_doubt_is_found(words, false);
}

/* Is this an attribution, where perhaps quoted lines follow? Then it may do without its
 * colon, when nothing in it is a sentence of the person's. */
static bool is_attribution(const char *text, bool quote_follows)
{
	g_autofree char *folded = NULL;
	char *saying;
	bool colon;

	if (strlen(text) > 600 || (!quote_follows && !line_has_colon(text)))
		return false;
	folded = text_fold_case(text, strlen(text));
	saying = line_strip(folded, "");
	colon = g_str_has_suffix(saying, ":");
	saying = line_strip(folded, ":");
	if (!colon && (!quote_follows || is_sentence(saying)))
		return false;
	return says_who_wrote(saying);
}

/* A date at the start of a line, from which an attribution may run over lines. */
static bool is_attribution_start(const char *line)
{
	static const char *const starts[] = { "on ", "at ", "am ", "le ",  "el ",  "il ",
					      "op ", "em ", "w ",  "den ", "dne ", NULL };
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri",
					    "sat", "sun", "jan", "feb", "mar",
					    "apr", "may", "jun", "jul", "aug",
					    "sep", "oct", "nov", "dec", NULL };
	char start[24];

	line = line_skip_blank(line);
	for (size_t i = 0; i < sizeof(start); i++) {
		start[i] = g_ascii_tolower(line[i]);
		if (line[i] == '\0')
			break;
	}
	start[sizeof(start) - 1] = '\0';
	if (line_match_start(start, starts) > 0) {
		const char *behind = strchr(start, ' ') + 1;

		return strpbrk(behind, "0123456789") != NULL ||
		       line_match_start(behind, days) > 0;
	}
	for (int i = 0; i < 4; i++)
		if (!g_ascii_isdigit(line[i]))
			return false;
	return true;
}

/* A second start, a blank line or a quoted line ends the search. */
size_t attribution_count_lines(char *const *lines)
{
	GString *joined;
	size_t count = 0;

	if (is_attribution(lines[0], line_is_quote_next(lines + 1)))
		return 1;
	if (!is_attribution_start(lines[0]))
		return 0;
	joined = g_string_new(lines[0]);
	for (size_t i = 1;
	     count == 0 && i <= 2 && lines[i] != NULL && !line_is_quoted(lines[i]) &&
	     !line_is_blank(lines[i]) && !is_attribution_start(lines[i]);
	     i++) {
		g_string_append_printf(joined, " %s", lines[i]);
		if (line_has_date(joined->str) &&
		    is_attribution(joined->str, line_is_quote_next(lines + i + 1)))
			count = i + 1;
	}
	(void)g_string_free(joined, TRUE);
	return count;
}
