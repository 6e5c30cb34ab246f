/*
 * NAME
 *	misfits - machine-dependent characters
 *
 * DESCRIPTION
 *	A line that iconv encodes as it is has none. The others are halved until single
 *	characters are left.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/misfits.h"

#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>

#include "milter/mail/charset.h"
#include "policy/machine_dependent.h"

static void free_misfit(void *context)
{
	struct misfit *misfit = context;

	g_free(misfit->instead);
	g_free(misfit);
}

GPtrArray *misfits_new(void)
{
	return g_ptr_array_new_with_free_func(free_misfit);
}

static bool fits(const char *utf8, size_t length)
{
	g_autofree char *part = g_strndup(utf8, length);

	return charset_fits_iso2022jp(part);
}

/* Half-width Katakana next to others of their kind make one misfit. */
static bool join_misfit(const char *utf8, size_t offset, size_t length,
			const GPtrArray *misfits)
{
	struct misfit *last =
	    misfits->len > 0 ? g_ptr_array_index(misfits, misfits->len - 1) : NULL;

	if (last == NULL || last->offset + last->length != offset ||
	    !machine_dependent_is_half_kana(utf8 + last->offset, last->length) ||
	    !machine_dependent_is_half_kana(utf8 + offset, length))
		return false;
	last->length += length;
	return true;
}

struct line {
	enum finding_place place;
	const char *utf8;   /* the whole text */
	size_t start;       /* of the line */
	const char *breaks; /* for each octet of the line: does a character begin? */
	GPtrArray *misfits;
	guint before; /* how many there were */
};

static void add_misfit(const struct line *line, size_t offset, size_t length)
{
	struct misfit *misfit;

	if (line->misfits->len > line->before &&
	    join_misfit(line->utf8, offset, length, line->misfits))
		return;
	misfit = g_new0(struct misfit, 1);
	misfit->place = line->place;
	misfit->offset = offset;
	misfit->length = length;
	g_ptr_array_add(line->misfits, misfit);
}

/* Where a character begins, near the middle of a span; its start when it is one character. */
static size_t find_middle(const struct line *line, size_t start, size_t end)
{
	const size_t middle = start + (end - start) / 2;

	for (size_t i = middle; i < end; i++)
		if (i > start && line->breaks[i - line->start] != 0)
			return i;
	for (size_t i = middle; i > start; i--)
		if (line->breaks[i - line->start] != 0)
			return i;
	return start;
}

/* By halves: one misfit in a long line costs few questions. */
static void find_in_span(const struct line *line, size_t start, size_t end)
{
	size_t middle;

	if (line->misfits->len >= FINDINGS_MOST || fits(line->utf8 + start, end - start))
		return;
	middle = find_middle(line, start, end);
	if (middle == start) {
		add_misfit(line, start, end - start);
		return;
	}
	find_in_span(line, start, middle);
	find_in_span(line, middle, end);
}

static void find_in_line(enum finding_place place, const char *utf8, size_t start,
			 size_t end, GPtrArray *misfits)
{
	char *breaks = g_malloc(end - start + 1);
	const struct line line = { place, utf8, start, breaks, misfits, misfits->len };

	u8_grapheme_breaks((const uint8_t *)utf8 + start, end - start, breaks);
	find_in_span(&line, start, end);
	g_free(breaks);
}

static void suggest(const char *utf8, struct misfit *misfit)
{
	char *instead = machine_dependent_suggest(utf8 + misfit->offset, misfit->length);

	if (instead != NULL && *instead != '\0' && charset_fits_iso2022jp(instead))
		misfit->instead = instead;
	else
		g_free(instead);
}

void misfits_find(enum finding_place place, const char *utf8, GPtrArray *misfits)
{
	const guint before = misfits->len;
	size_t start = 0;

	while (utf8[start] != '\0' && misfits->len < FINDINGS_MOST) {
		const size_t end = start + strcspn(utf8 + start, "\n");

		if (!fits(utf8 + start, end - start))
			find_in_line(place, utf8, start, end, misfits);
		start = end + (utf8[end] == '\n' ? 1 : 0);
	}
	for (guint i = before; i < misfits->len; i++)
		suggest(utf8, g_ptr_array_index(misfits, i));
}
