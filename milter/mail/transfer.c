/*
 * NAME
 *	transfer - base64 and quoted-printable, decoded strictly
 *
 * DESCRIPTION
 *	Well-known decoders pass over what they do not understand, and so
 *	change a text without a word. These three say no instead.
 *
 * DIAGNOSTICS
 *	Errors have the line and octet of what is malformed; the octets are
 *	then not to be used.
 */
#include "config.h"

#include "milter/mail/transfer.h"

#include <string.h>

static bool refuse(const char *encoding, const char *text, const char *bad,
		   struct kairan_error *error_r)
{
	const char *start = text;
	size_t line = 1;

	for (const char *at = text; at < bad; at++) {
		if (*at == '\n') {
			line++;
			start = at + 1;
		}
	}
	return error_set(error_r, "%s is malformed at line %zu, octet %zu", encoding,
			 line, (size_t)(bad - start) + 1);
}

static int base64_value(char c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c != '\0' ? strchr(alphabet, c) : NULL;

	return found != NULL ? (int)(found - alphabet) : -1;
}

bool transfer_decode_base64(const char *text, size_t length, GString *octets,
			    struct kairan_error *error_r)
{
	unsigned int bits = 0, held = 0;
	size_t digits = 0, padding = 0;

	for (size_t i = 0; i < length; i++) {
		const int value = base64_value(text[i]);

		if (memchr(" \t\r\n", text[i], 4) != NULL)
			continue;
		if (text[i] == '=' && digits % 4 >= 2 && digits % 4 + padding < 4) {
			padding++;
			continue;
		}
		/* Data behind padding is another stream, and hides from other readers. */
		if (value < 0 || padding > 0)
			return refuse("base64", text, text + i, error_r);
		digits++;
		bits = bits << 6 | (unsigned int)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			g_string_append_c(octets, (char)(bits >> held & 0xff));
			bits &= (1u << held) - 1;
		}
	}
	if (digits % 4 == 1 || bits != 0 || (padding > 0 && (digits + padding) % 4 != 0))
		return refuse("base64", text, text + length, error_r);
	return true;
}

static bool append_hex(const char *at, const char *end, GString *octets)
{
	if (end - at < 3 || !g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2]))
		return false;
	g_string_append_c(octets, (char)(g_ascii_xdigit_value(at[1]) << 4 |
					 g_ascii_xdigit_value(at[2])));
	return true;
}

/* One line or word; *bad_r is where it is malformed. */
static bool append_quoted(const char *at, const char *end, bool underscore_is_space,
			  GString *octets, const char **bad_r)
{
	for (; at < end; at++) {
		*bad_r = at;
		if (*at == '=') {
			if (!append_hex(at, end, octets))
				return false;
			at += 2;
		} else if (*at == '_' && underscore_is_space) {
			g_string_append_c(octets, ' ');
		} else if ((*at >= ' ' && *at <= '~') || *at == '\t') {
			g_string_append_c(octets, *at);
		} else {
			return false;
		}
	}
	return true;
}

/* The end of a line without the white space that mail systems may have added. */
static const char *find_useful_end(const char *line, const char *end)
{
	if (end > line && end[-1] == '\r')
		end--;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

bool transfer_decode_quoted(const char *text, size_t length, GString *octets,
			    struct kairan_error *error_r)
{
	const char *end = text + length;
	const char *bad;

	for (const char *line = text; line < end;) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		const char *stop = find_useful_end(line, feed != NULL ? feed : end);
		const bool soft = stop > line && stop[-1] == '=';

		if (!append_quoted(line, stop - (soft ? 1 : 0), false, octets, &bad))
			return refuse("quoted-printable", text, bad, error_r);
		if (feed != NULL && !soft)
			g_string_append(octets, "\r\n");
		line = feed != NULL ? feed + 1 : end;
	}
	return true;
}

bool transfer_decode_q(const char *text, size_t length, GString *octets,
		       struct kairan_error *error_r)
{
	const char *bad;

	if (append_quoted(text, text + length, true, octets, &bad))
		return true;
	return refuse("Q encoding", text, bad, error_r);
}
