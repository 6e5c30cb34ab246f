/*
 * NAME
 *	text - text as a person counts and reads it
 *
 * DESCRIPTION
 *	Normal form, grapheme clusters, format=flowed and the signature. What
 *	is counted and shown here is what is sent later, so every function
 *	gives the same answer when it is given its own result.
 *
 * DIAGNOSTICS
 *	None: all input is valid UTF-8, checked where it came in.
 */
#include "policy/text.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define ANGSTROM_SIGN   0x212b

/* The characters after which a line is over (UAX #14 classes BK, CR, LF, NL). */
static bool is_line_break(ucs4_t character)
{
	return (character >= 0x0a && character <= 0x0d) || character == 0x85 ||
	       character == 0x2028 || character == 0x2029;
}

static bool is_control(ucs4_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

static const char *read_character(const char *place, const char *end, ucs4_t *character_r)
{
	return place +
	       u8_mbtouc(character_r, (const uint8_t *)place, (size_t)(end - place));
}

/* Where the white space at the end of a line begins. The ideographic space counts: people
 * indent with it and leave it behind. */
static const char *find_line_tail(const char *line, const char *end)
{
	const char *tail = line;
	ucs4_t character;

	for (const char *place = line; place < end;) {
		place = read_character(place, end, &character);
		if (!uc_is_property_white_space(character))
			tail = place;
	}
	return tail;
}

static void append_lines(GString *out, const char *utf8)
{
	for (;;) {
		const size_t length = strcspn(utf8, "\r\n");

		g_string_append_len(out, utf8,
				    find_line_tail(utf8, utf8 + length) - utf8);
		utf8 += length;
		if (*utf8 == '\0')
			return;
		utf8 += utf8[0] == '\r' && utf8[1] == '\n' ? 2 : 1;
		g_string_append_c(out, '\n');
	}
}

/* A second code for a character, such as the Kanji of other standards (CJK compatibility
 * ideographs), which the normal form would change in silence. The Angstrom sign is one, too, but
 * JIS X 0208 has that, and has no other. */
static bool is_second_code(ucs4_t character)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

	return character >= 0x300 && character != ANGSTROM_SIGN &&
	       uc_canonical_decomposition(character, parts) == 1;
}

/* Up to the next second code, or to its end. */
static const char *find_second_code(const char *utf8, const char *end)
{
	ucs4_t character;

	while (utf8 < end) {
		const char *next = read_character(utf8, end, &character);

		if (is_second_code(character))
			break;
		utf8 = next;
	}
	return utf8;
}

/* NFC, but for second codes, which stay. malloc'd; NULL when memory ran out. */
static char *compose(const char *utf8)
{
	const char *end = utf8 + strlen(utf8);
	GString *normal;

	/* It is its own normal form, and may be megabytes. */
	if (g_str_is_ascii(utf8))
		return g_strdup(utf8);
	normal = g_string_sized_new(strlen(utf8));
	while (utf8 < end) {
		const char *next = find_second_code(utf8, end);
		size_t length = 0;
		uint8_t *piece = u8_normalize(UNINORM_NFC, (const uint8_t *)utf8,
					      (size_t)(next - utf8), NULL, &length);
		ucs4_t character;

		if (piece == NULL && next > utf8) {
			(void)g_string_free(normal, TRUE);
			return NULL;
		}
		g_string_append_len(normal, (const char *)piece, (gssize)length);
		free(piece);
		utf8 = next < end ? read_character(next, end, &character) : end;
		g_string_append_len(normal, next, utf8 - next);
	}
	return g_string_free(normal, FALSE);
}

char *text_normalize(const char *utf8)
{
	GString *lines = g_string_sized_new(strlen(utf8));
	const char *start;
	char *normal;

	append_lines(lines, utf8);
	while (lines->len > 0 && lines->str[lines->len - 1] == '\n')
		g_string_truncate(lines, lines->len - 1);
	for (start = lines->str;;) {
		if (*start == '\n')
			start++;
		else if (text_begins_with(start, BYTE_ORDER_MARK))
			start += strlen(BYTE_ORDER_MARK);
		else
			break;
	}
	normal = compose(start);
	(void)g_string_free(lines, TRUE);
	return normal;
}

static size_t count_characters(const char *utf8, size_t length)
{
	char *breaks = malloc(length + 1);
	size_t count = 0;

	if (breaks == NULL)
		return SIZE_MAX;
	u8_grapheme_breaks((const uint8_t *)utf8, length, breaks);
	for (const char *place = utf8; place < utf8 + length;) {
		const bool begins = breaks[place - utf8] != 0;
		ucs4_t character;

		place = read_character(place, utf8 + length, &character);
		if (begins && !is_line_break(character))
			count++;
	}
	free(breaks);
	return count;
}

size_t text_count_characters(const char *utf8)
{
	return count_characters(utf8, strlen(utf8));
}

/* A line of format=flowed, taken apart (RFC 3676 4.4, 4.5). */
struct flowed_line {
	size_t depth; /* quote marks before it */
	const char *body;
	size_t length;
	bool signature;
	bool flowed; /* goes on in the next line */
};

static void read_flowed_line(const char *line, size_t length, struct flowed_line *line_r)
{
	const char *end = line + length;

	line_r->depth = strspn(line, ">");
	line += line_r->depth;
	if (line < end && *line == ' ')
		line++;
	line_r->body = line;
	line_r->length = (size_t)(end - line);
	line_r->signature = line_r->length == 3 && memcmp(line, "-- ", 3) == 0;
	line_r->flowed = !line_r->signature && line_r->length > 0 && end[-1] == ' ';
}

static void append_quote_marks(GString *out, const struct flowed_line *line)
{
	for (size_t i = 0; i < line->depth; i++)
		g_string_append_c(out, '>');
	if (line->depth > 0 && line->length > 0)
		g_string_append_c(out, ' ');
}

char *text_unflow(const char *utf8, bool delsp)
{
	GString *out = g_string_sized_new(strlen(utf8));
	struct flowed_line line, above = { 0 };

	while (*utf8 != '\0') {
		const size_t length = strcspn(utf8, "\n");
		const bool last = utf8[length] == '\0';

		read_flowed_line(utf8, length, &line);
		if (!above.flowed || above.depth != line.depth || line.signature) {
			if (above.flowed)
				g_string_append_c(out, '\n');
			append_quote_marks(out, &line);
		}
		g_string_append_len(out, line.body,
				    (gssize)line.length - (line.flowed && delsp ? 1 : 0));
		if (!last && !line.flowed)
			g_string_append_c(out, '\n');
		above = line;
		utf8 += length + (last ? 0 : 1);
	}
	return g_string_free(out, FALSE);
}

const char *text_cut_signature(char *utf8)
{
	for (char *line = utf8; *line != '\0';) {
		const size_t length = strcspn(line, "\r\n");

		if (length == 3 && memcmp(line, "-- ", 3) == 0) {
			*line = '\0';
			return line + length + strspn(line + length, "\r\n");
		}
		line += length;
		line += strspn(line, "\r\n");
	}
	return NULL;
}

/* The part between white space of any kind at both ends. */
static void trim(char *utf8)
{
	const char *start = utf8;
	const char *end = find_line_tail(utf8, utf8 + strlen(utf8));

	while (start < end) {
		ucs4_t character;
		const char *next = read_character(start, end, &character);

		if (!uc_is_property_white_space(character))
			break;
		start = next;
	}
	memmove(utf8, start, (size_t)(end - start));
	utf8[end - start] = '\0';
}

void text_fold_line(char *utf8)
{
	const char *end = utf8 + strlen(utf8);
	char *out = utf8;
	bool after_space = false;

	for (const char *place = utf8; place < end;) {
		ucs4_t character;
		const char *next = read_character(place, end, &character);
		const bool space =
		    character == ' ' || is_control(character) || is_line_break(character);

		if (!space) {
			memmove(out, place, (size_t)(next - place));
			out += next - place;
		} else if (!after_space) {
			*out++ = ' ';
		}
		after_space = space;
		place = next;
	}
	*out = '\0';
	trim(utf8);
}

char *text_fold_case(const char *utf8, size_t length)
{
	size_t size;
	uint8_t *folded =
	    u8_casefold((const uint8_t *)utf8, length, NULL, UNINORM_NFKC, NULL, &size);
	char *result;

	if (folded == NULL)
		return g_strdup("?");
	result = g_strndup((const char *)folded, size);
	free(folded);
	return result;
}

void text_place(const char *utf8, size_t offset, size_t *line_r, size_t *column_r)
{
	const size_t length = strlen(utf8);
	size_t line = 1, start = 0;

	if (offset > length)
		offset = length;
	for (size_t i = 0; i < offset; i++) {
		if (utf8[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	*line_r = line;
	*column_r = count_characters(utf8 + start, offset - start) + 1;
}

bool text_is_control(unsigned int character)
{
	return is_control(character) || character == 0x2028 || character == 0x2029 ||
	       character == 0x061c || character == 0x200e || character == 0x200f ||
	       (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

char *text_clean_line(const char *text, size_t length)
{
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
	GString *clean = g_string_new(NULL);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		/* What ends a line parts words; ESC and its kin part nothing. */
		if (!text_is_control(c))
			g_string_append_unichar(clean, c);
		else if (is_line_break(c) || c == '\t')
			g_string_append_c(clean, ' ');
	}
	text_fold_line(clean->str);
	return g_string_free(clean, FALSE);
}
