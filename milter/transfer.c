/*
 * NAME
 *	transfer - base64 and quoted-printable, decoded strictly
 *
 * DESCRIPTION
 *	Well-known decoders pass over what they do not understand, and so change a text without
 *	a word. These three say no instead.
 *
 * DIAGNOSTICS
 *	False for malformed input; the octets are then not to be used.
 */
#include "config.h"

#include "milter/transfer.h"

#include <string.h>

static int base64_value(char c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c != '\0' ? strchr(alphabet, c) : NULL;

	return found != NULL ? (int)(found - alphabet) : -1;
}

bool transfer_decode_base64(const char *text, size_t length, GString *octets)
{
	unsigned int bits = 0, held = 0, padding = 0;

	for (size_t i = 0; i < length; i++) {
		int value = base64_value(text[i]);

		if (memchr(" \t\r\n", text[i], 4) != NULL)
			continue;
		if (text[i] == '=') {
			padding++;
			continue;
		}
		/* Data behind padding is another stream, and hides from other readers. */
		if (value < 0 || padding > 0)
			return false;
		bits = bits << 6 | (unsigned int)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			g_string_append_c(octets, (char)(bits >> held & 0xff));
			bits &= (1u << held) - 1;
		}
	}
	/* Six bits left over would be a single character of a group. */
	return held != 6 && padding <= 2 && bits == 0;
}

static bool append_hex(const char *at, const char *end, GString *octets)
{
	if (end - at < 3 || !g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2]))
		return false;
	g_string_append_c(octets, (char)(g_ascii_xdigit_value(at[1]) << 4 |
					 g_ascii_xdigit_value(at[2])));
	return true;
}

/* The octets of a line without the white space that mail systems may have added. */
static size_t useful_length(const char *line, size_t length)
{
	while (length > 0 && memchr(" \t\r", line[length - 1], 3) != NULL)
		length--;
	return length;
}

bool transfer_decode_quoted(const char *text, size_t length, GString *octets)
{
	const char *end = text + length;

	while (text < end) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		size_t whole = feed != NULL ? (size_t)(feed - text) : (size_t)(end - text);
		const char *stop = text + useful_length(text, whole);
		bool soft = stop > text && stop[-1] == '=';

		for (const char *at = text; at < stop - (soft ? 1 : 0); at++) {
			if (*at != '=') {
				g_string_append_c(octets, *at);
				continue;
			}
			if (!append_hex(at, stop, octets))
				return false;
			at += 2;
		}
		if (feed != NULL && !soft)
			g_string_append(octets, "\r\n");
		text += whole + (feed != NULL ? 1 : 0);
	}
	return true;
}

bool transfer_decode_q(const char *text, size_t length, GString *octets)
{
	const char *end = text + length;

	for (; text < end; text++) {
		if (*text == '_') {
			g_string_append_c(octets, ' ');
		} else if (*text != '=') {
			g_string_append_c(octets, *text);
		} else {
			if (!append_hex(text, end, octets))
				return false;
			text += 2;
		}
	}
	return true;
}
