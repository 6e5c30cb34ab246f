/*
 * NAME
 *	text - text as a person counts and reads it
 *
 * DESCRIPTION
 *	libunistring does what Unicode defines (NFC, grapheme clusters); the rest is about
 *	lines.
 *
 * DIAGNOSTICS
 *	None; NULL only when memory ran out.
 */
#include "policy/text.h"

#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

static const char text_bom[] = "\xef\xbb\xbf";

/* CRLF and lone CR to LF, in place. */
static void unify_line_ends(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from != '\r')
			*to++ = *from;
		else if (from[1] != '\n')
			*to++ = '\n';
	}
	*to = '\0';
}

/* The length of a line without the white space at its end, U+3000 included. */
static size_t trimmed_length(const char *line, size_t length)
{
	for (;;) {
		if (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
			length--;
		else if (length >= 3 && memcmp(line + length - 3, "\xe3\x80\x80", 3) == 0)
			length -= 3;
		else
			return length;
	}
}

static void trim_lines(char *text)
{
	char *to = text, *last = text;
	const char *from = text;
	bool any = false;

	while (*from != '\0') {
		size_t length = strcspn(from, "\n");
		size_t kept = trimmed_length(from, length);

		if (kept > 0 || any) {
			memmove(to, from, kept);
			to += kept;
			*to++ = '\n';
		}
		if (kept > 0) {
			any = true;
			last = to - 1;
		}
		from += length + (from[length] == '\n' ? 1 : 0);
	}
	*last = '\0';
}

char *text_normalize(const char *utf8)
{
	size_t length;
	uint8_t *composed;
	char *text;

	if (strncmp(utf8, text_bom, 3) == 0)
		utf8 += 3;
	composed = u8_normalize(UNINORM_NFC, (const uint8_t *)utf8, strlen(utf8), NULL, &length);
	if (composed == NULL)
		return NULL;
	/* trim_lines() may add one line feed before it cuts the last one off. */
	text = realloc(composed, length + 2);
	if (text == NULL) {
		free(composed);
		return NULL;
	}
	text[length] = '\0';
	unify_line_ends(text);
	trim_lines(text);
	return text;
}

size_t text_count_characters(const char *utf8)
{
	const uint8_t *at = (const uint8_t *)utf8;
	size_t count = 0;

	while ((at != NULL) && *at != '\0') {
		if (*at != '\n' && *at != '\r')
			count++;
		at = u8_grapheme_next(at, at + strlen((const char *)at));
	}
	return count;
}

/* How many '>' a line begins with (RFC 3676 4.5). */
static size_t quote_depth(const char *line)
{
	return strspn(line, ">");
}

struct flowed_line {
	const char *text; /* behind quote marks and stuffed space */
	size_t length;
	size_t depth;
	bool flows; /* goes on in the next line */
};

static const char *read_flowed_line(const char *at, struct flowed_line *line)
{
	size_t whole = strcspn(at, "\n");

	line->depth = quote_depth(at);
	line->text = at + line->depth;
	line->length = whole - line->depth;
	if (line->length > 0 && *line->text == ' ') {
		line->text++;
		line->length--;
	}
	line->flows = line->length > 0 && line->text[line->length - 1] == ' ' &&
		      !(line->length == 3 && memcmp(line->text, "-- ", 3) == 0);
	return at + whole + (at[whole] == '\n' ? 1 : 0);
}

char *text_unflow(const char *utf8, bool delsp)
{
	/* Only marks and stuffed spaces go, but quote marks are written with one space. */
	char *text = malloc(2 * strlen(utf8) + 2);
	char *to = text;
	size_t depth = 0;
	bool inside = false;

	if (text == NULL)
		return NULL;
	while (*utf8 != '\0') {
		struct flowed_line line;

		utf8 = read_flowed_line(utf8, &line);
		if (inside && line.depth != depth)
			*to++ = '\n';
		if ((!inside || line.depth != depth) && line.depth > 0) {
			memset(to, '>', line.depth);
			to += line.depth;
			*to++ = ' ';
		}
		if (line.flows && delsp)
			line.length--;
		memcpy(to, line.text, line.length);
		to += line.length;
		depth = line.depth;
		inside = line.flows;
		if (!inside)
			*to++ = '\n';
	}
	*to = '\0';
	return text;
}

void text_cut_signature(char *utf8)
{
	char *line = utf8;

	while (line != NULL && *line != '\0') {
		if (strncmp(line, "-- ", 3) == 0 && (line[3] == '\n' || line[3] == '\0')) {
			*line = '\0';
			return;
		}
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
}

/* Does a character break, or end, a line on some device? */
static bool is_line_breaker(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

void text_fold_line(char *utf8)
{
	const uint8_t *from = (const uint8_t *)utf8;
	char *to = utf8;
	bool space = false;
	ucs4_t c;

	while ((from = u8_next(&c, from)) != NULL) {
		int length = u8_uctomb((uint8_t[6]){ 0 }, c, 6);

		if (is_line_breaker(c) || c == ' ') {
			space = true;
			continue;
		}
		if (space && to != utf8)
			*to++ = ' ';
		space = false;
		memmove(to, from - length, (size_t)length);
		to += length;
	}
	*to = '\0';
}

void text_place(const char *utf8, size_t offset, size_t *line_r, size_t *column_r)
{
	size_t length = strlen(utf8);
	size_t start = 0;

	if (offset > length)
		offset = length;
	*line_r = 1;
	for (size_t i = 0; i < offset; i++) {
		if (utf8[i] == '\n') {
			(*line_r)++;
			start = i + 1;
		}
	}
	*column_r = 1;
	for (const uint8_t *at = (const uint8_t *)utf8 + start,
			   *end = (const uint8_t *)utf8 + offset;
	     at != NULL && at < end; at = u8_grapheme_next(at, end))
		(*column_r)++;
}
