/*
 * NAME
 *	drill - drills are known by their subjects
 *
 * DESCRIPTION
 *	A drill that is taken for the real thing empties a town, and the real thing that is taken
 *	for a drill warns nobody. So only what is clearly the mark is one: the word 訓練 (drill)
 *	alone in brackets. What a person may have meant to be it is neither: a bracket that was
 *	forgotten, 【緊急・訓練】, 【これは訓練です】, the mark behind another one. Such a draft is
 *	refused. 【防災訓練】 is the title of a notice.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/drill.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "policy/folded.h"
#include "policy/line.h"
#include "policy/subject_mark.h"
#include "policy/text.h"
#include "policy/urgency.h"

/* clang-format off */
/* All folded: full-width brackets are ASCII's. */
static const char *const drill_opens[] = {
	"[", "【", "(", "〔", "〖", "〘", "〚", "{", "<", "《", "〈", "「", "『", "≪", "«", "*",
	"#", "■", "□", "★", "☆", "◆", "◇", "●", "○", "※", "▼", "▲", NULL,
};
static const char *const drill_closes[] = {
	"]", "】", ")", "〕", "〗", "〙", "〛", "}", ">", "》", "〉", "」", "』", "≫", "»", "*",
	"#", "■", "□", "★", "☆", "◆", "◇", "●", "○", "※", "▼", "▲", NULL,
};
static const char *const drill_words[] = { "訓練", "drill", NULL };
/* What says no more about it when it stands in the same brackets. */
static const char *const drill_beside[] = {
	"緊急", "至急", "重要", "urgent", "これは", "this is a", "this is", "です", "のみ", "用",
	"中", "only", "訂正", "correction", "・", "/", ",", "、", "。", ".", "+", "&", "!", ":",
	"-", "ー", "|", "#", "*", NULL,
};
/* clang-format on */

static const char *skip_blank(const char *at)
{
	return line_skip_blank(at);
}

/* The word with blanks anywhere in it; NULL: another one. */
static const char *skip_word(const char *at)
{
	for (size_t i = 0; drill_words[i] != NULL; i++) {
		const char *word = drill_words[i], *here = at;

		while (*word != '\0') {
			here = skip_blank(here);
			if (*here == '\0' ||
			    g_utf8_get_char(here) != g_utf8_get_char(word))
				break;
			here = g_utf8_next_char(here);
			word = g_utf8_next_char(word);
		}
		if (*word == '\0')
			return here;
	}
	return NULL;
}

/* Behind brackets, with blanks between them; the same where there is none. */
static const char *skip_brackets(const char *at, const char *const *brackets)
{
	size_t length;

	at = skip_blank(at);
	while ((length = line_match_start(at, brackets)) > 0)
		at = skip_blank(at + length);
	return at;
}

/* Is the word all that the brackets say, but for what says nothing about it? */
static bool has_word_alone(const char *from, const char *to)
{
	bool found = false;

	for (const char *at = skip_blank(from); at < to; at = skip_blank(at)) {
		const size_t beside = line_match_start(at, drill_beside);
		const char *behind = skip_word(at);

		if (behind != NULL && behind <= to)
			found = true;
		else if (beside == 0)
			return false;
		at = behind != NULL && behind <= to ? behind : at + beside;
	}
	return found;
}

/* Where the brackets end; NULL: they do not. */
static const char *find_close(const char *at)
{
	for (; *at != '\0'; at = g_utf8_next_char(at))
		if (line_match_start(at, drill_closes) > 0)
			return at;
	return NULL;
}

/* No bracket before it. */
static enum drill_mark read_bare(const char *folded)
{
	const char *behind = skip_word(folded);
	const bool is_long = behind != NULL && line_is_blank_at(behind);

	if (behind == NULL)
		return DRILL_NONE;
	if (*skip_blank(behind) == '\0' || *skip_blank(behind) == ':' ||
	    line_match_start(skip_blank(behind), drill_closes) > 0)
		return DRILL_HALF;
	/* "Drill tomorrow" is a title. */
	return is_long && (unsigned char)*folded >= 0x80 ? DRILL_HALF : DRILL_NONE;
}

/* The first brackets of a folded text. *end_r: behind them. */
static enum drill_mark read_brackets(const char *folded, const char **end_r)
{
	const char *inside = skip_brackets(folded, drill_opens);
	const char *close, *behind;

	*end_r = NULL;
	if (inside == skip_blank(folded))
		return read_bare(inside);
	close = find_close(inside);
	behind = skip_word(inside);
	if (close == NULL)
		return behind != NULL ? DRILL_HALF : DRILL_NONE;
	*end_r = skip_brackets(close, drill_closes);
	if (behind != NULL && skip_blank(behind) == close)
		return DRILL_MARKED;
	return has_word_alone(inside, close) ? DRILL_HALF : DRILL_NONE;
}

/* Is there a mark behind other brackets? */
static bool has_later(const char *end)
{
	while (end != NULL && skip_brackets(end, drill_opens) != skip_blank(end)) {
		const char *next;

		if (read_brackets(end, &next) != DRILL_NONE)
			return true;
		end = next;
	}
	return false;
}

/* Behind what may stand before the mark. */
static const char *skip_before(const char *subject)
{
	const char *at = subject_mark_skip_all(subject), *next;

	while ((next = urgency_skip_mark(at)) != NULL)
		at = subject_mark_skip_all(next);
	return line_skip_blank(at);
}

enum drill_mark drill_read_mark(const char *subject, char **marked_r)
{
	const char *at = skip_before(subject), *end;
	struct folded folded;
	enum drill_mark mark;

	folded_make(at, &folded);
	mark = read_brackets(folded.text, &end);
	if (mark == DRILL_NONE && has_later(end))
		mark = DRILL_HALF;
	if (marked_r != NULL)
		*marked_r = NULL;
	if (marked_r != NULL && mark == DRILL_MARKED)
		*marked_r =
		    g_strdup_printf(DRILL_MARK "%.*s%s", (int)(at - subject), subject,
				    at + folded.origin[end - folded.text]);
	folded_clear(&folded);
	return mark;
}

char *drill_add_mark(const char *mark, const char *text, const char *separator)
{
	if (text_begins_with(text, mark))
		return g_strdup(text);
	return g_strconcat(mark, separator, text, NULL);
}
