/*
 * NAME
 *	blanks - what was to be filled in
 *
 * DESCRIPTION
 *	People mark a blank by two circles or more (○○), two low lines (＿＿), a date of marks
 *	(●月●日, 12月○日, ○時) or brackets around nothing (（　）).
 *
 *	None of these is a row of marks without a word, which rules off a text or adorns a line,
 *	nor the zeros of a number in Japanese numerals (二〇〇〇年, 午前〇時), nor the low lines of
 *	an address.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/blanks.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

#define ZERO 0x3007 /* the numeral, which people also take for a circle */

/* So many of them at both ends of a line adorn it. */
#define ADORNING_LEAST 3
/* And so many characters rule off. */
#define RULER_LEAST 5

static bool is_one_of(gunichar c, const char *set)
{
	return c != 0 && g_utf8_strchr(set, -1, c) != NULL;
}

static bool is_circle(gunichar c)
{
	return is_one_of(c, "○◯〇●");
}

static bool is_low_line(gunichar c)
{
	return is_one_of(c, "＿_");
}

/* Two of these are a blank. */
static bool is_mark(gunichar c)
{
	return is_circle(c) || is_low_line(c) || is_one_of(c, "△□×");
}

/* In a date one is enough. */
static bool is_date_mark(gunichar c)
{
	return is_mark(c) || is_one_of(c, "✕XxＸｘ");
}

static bool is_numeral(gunichar c)
{
	return g_unichar_isdigit(c) || is_one_of(c, "一二三四五六七八九十百千万億兆");
}

/* Do both belong to one row? Circles of two codes look the same. */
static bool is_same_mark(gunichar c, gunichar other)
{
	static const char round[] = "○◯〇";

	return c == other || (is_one_of(c, round) && is_one_of(other, round));
}

static gunichar read_at(const char *at)
{
	return *at != '\0' ? g_utf8_get_char(at) : 0;
}

static gunichar read_before(const char *text, const char *at)
{
	return at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : 0;
}

/* Behind the marks that begin here and are the same. */
static const char *skip_row(const char *at, size_t *count_r)
{
	const gunichar first = read_at(at);

	*count_r = 0;
	while (*at != '\0' && is_same_mark(first, g_utf8_get_char(at))) {
		at = g_utf8_next_char(at);
		(*count_r)++;
	}
	return at;
}

/* The zeros of a number: behind a numeral, and of that code or before what is counted. */
static bool is_of_number(gunichar before, gunichar mark, gunichar behind)
{
	return is_numeral(before) && is_circle(mark) &&
	       (mark == ZERO || is_numeral(behind) ||
		is_one_of(behind, "年月日時分秒人名円件度個戸番号世"));
}

/* Low lines within an address or a name of a file. */
static bool is_of_word(gunichar before, gunichar behind)
{
	return (before < 0x80 &&
		(g_ascii_isalnum((gchar)before) || is_one_of(before, "/.=?&%#-"))) ||
	       (behind < 0x80 && g_ascii_isalnum((gchar)behind));
}

/* Two marks or more. */
static const char *match_row(const char *text, const char *at)
{
	const gunichar mark = read_at(at), before = read_before(text, at);
	const char *end;
	size_t count;

	if (!is_mark(mark))
		return NULL;
	end = skip_row(at, &count);
	if (count < 2 || is_of_number(before, mark, read_at(end)) ||
	    (mark == '_' && is_of_word(before, read_at(end))))
		return NULL;
	return end;
}

/* One mark and what it would count, such as "○月"; NULL: none. */
static const char *match_unit(const char *at, const char *units)
{
	size_t count;
	const char *end;

	if (!is_date_mark(read_at(at)))
		return NULL;
	end = skip_row(at, &count);
	return is_one_of(read_at(end), units) ? g_utf8_next_char(end) : NULL;
}

/* A date or a time of marks, the first or the last of which may be known: ●月●日, 12月○日, ○時. */
static const char *match_date(const char *text, const char *at)
{
	const gunichar mark = read_at(at), before = read_before(text, at);
	const char *end = match_unit(at, "年月日時分");
	const char *next;
	gunichar unit;
	size_t units = 1;

	if (end == NULL || is_numeral(before) ||
	    (g_unichar_isalpha(mark) && before < 0x80 && g_ascii_isalnum((gchar)before)))
		return NULL;
	unit = g_utf8_get_char(g_utf8_prev_char(end));
	while ((next = match_unit(end, "年月日時分")) != NULL) {
		end = next;
		units++;
	}
	if (units > 1 || (unit == g_utf8_get_char("時") && mark != ZERO &&
			  (is_circle(mark) || is_low_line(mark))))
		return end;
	if (g_unichar_isalpha(mark))
		return NULL;
	if ((unit == g_utf8_get_char("日") && before == g_utf8_get_char("月")) ||
	    (unit == g_utf8_get_char("月") && before == g_utf8_get_char("年")) ||
	    (unit == g_utf8_get_char("分") && before == g_utf8_get_char("時")))
		return end;
	return NULL;
}

/* Brackets around blanks alone. Half-width ones with nothing in them are of a program's name. */
static const char *match_brackets(const char *at)
{
	static const struct {
		const char *open, *close;
		bool may_be_empty;
	} pairs[] = {
		{ "（", "）", true }, { "(", ")", false },  { "「", "」", true },
		{ "『", "』", true }, { "【", "】", true }, { "［", "］", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		const char *end;

		if (!text_begins_with(at, pairs[i].open))
			continue;
		end = at + strlen(pairs[i].open);
		while (*end == ' ' || read_at(end) == 0x3000)
			end = g_utf8_next_char(end);
		if (text_begins_with(end, pairs[i].close) &&
		    (pairs[i].may_be_empty || end > at + strlen(pairs[i].open)))
			return end + strlen(pairs[i].close);
	}
	return NULL;
}

/* ---- lines that are adorned ---- */

static const char *find_line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

/* No letter and no digit in it. */
static bool is_ruler(const char *line)
{
	const char *end = find_line_end(line);

	for (const char *at = line; at < end; at = g_utf8_next_char(at))
		if (g_unichar_isalnum(g_utf8_get_char(at)) && g_utf8_get_char(at) != ZERO)
			return false;
	return g_utf8_strlen(line, end - line) >= RULER_LEAST;
}

/* Is it three marks or more at both ends of its line? */
static bool is_adorned(const char *line)
{
	const char *end = find_line_end(line), *at = end;
	const gunichar first = read_at(line);
	size_t before, behind = 0;

	if (!is_mark(first))
		return false;
	(void)skip_row(line, &before);
	while (at > line && is_same_mark(first, read_before(line, at))) {
		at = g_utf8_prev_char(at);
		behind++;
	}
	return before >= ADORNING_LEAST && behind >= ADORNING_LEAST;
}

static const char *match(const char *text, const char *at)
{
	const char *end = match_date(text, at);

	if (end == NULL)
		end = match_row(text, at);
	return end != NULL ? end : match_brackets(at);
}

/* A blank of a line from here on; NULL: there is none. */
static const char *find_in_line(const char *text, const char *at, const char **end_r)
{
	const char *end = find_line_end(at);

	while (at < end) {
		size_t count = 1;

		*end_r = match(text, at);
		if (*end_r != NULL)
			return at;
		/* What is no blank as a whole is none in part. */
		if (is_mark(read_at(at)))
			at = skip_row(at, &count);
		else
			at = g_utf8_next_char(at);
	}
	return NULL;
}

bool blanks_find(const char *utf8, size_t *offset_r, size_t *length_r)
{
	const char *at = utf8 + *offset_r;

	for (;;) {
		const char *line = at, *found = NULL, *end;

		while (line > utf8 && line[-1] != '\n')
			line--;
		if (!is_ruler(line) && !is_adorned(line))
			found = find_in_line(utf8, at, &end);
		if (found != NULL) {
			*offset_r = (size_t)(found - utf8);
			*length_r = (size_t)(end - found);
			return true;
		}
		at = find_line_end(at);
		if (*at == '\0')
			return false;
		at++;
	}
}
