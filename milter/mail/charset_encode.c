/*
 * NAME
 *	charset_encode - UTF-8 to ISO-2022-JP, strictly
 *
 * DESCRIPTION
 *	Where two characters look the same the one that JIS X 0208 has is taken (policy/twins.h).
 *	glibc drops tag characters when it encodes: what was encoded must read back.
 *
 * DIAGNOSTICS
 *	None: what does not fit, does not.
 */
#include "config.h"

#include "milter/mail/charset.h"

#include <glib.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/twins.h"

/* The names that glibc's ISO-2022-JP knows. The Angstrom sign (2-82) is here and not among
 * the twins, because NFC turns it into the letter. */
static char *use_standard_twins(const char *utf8)
{
	char *standard = twins_standardize(utf8);
	char **parts = g_strsplit(standard, "\u00c5", -1);
	char *out = g_strjoinv("\u212b", parts);

	g_strfreev(parts);
	free(standard);
	return out;
}

/* Append one line; the reset at its end brings it back to ASCII. */
static bool encode_line(iconv_t codec, const char *line, size_t length, GString *out)
{
	/* Escapes of three octets around a character of two. */
	const size_t most = 8 * length + 16;
	char *room = g_malloc(most), *to = room;
	char *from = (char *)(uintptr_t)line;
	size_t from_left = length, to_left = most;
	const bool ok = iconv(codec, &from, &from_left, &to, &to_left) == 0 &&
			from_left == 0 &&
			iconv(codec, NULL, NULL, &to, &to_left) != (size_t)-1;

	if (ok)
		g_string_append_len(out, room, to - room);
	g_free(room);
	return ok;
}

static bool encode_lines(const char *utf8, GString *out)
{
	iconv_t codec = iconv_open("ISO-2022-JP", "UTF-8");
	bool ok = codec != (iconv_t)-1;

	while (ok) {
		const size_t length = strcspn(utf8, "\n");

		ok = encode_line(codec, utf8, length, out);
		utf8 += length;
		if (*utf8 == '\0')
			break;
		g_string_append_c(out, *utf8++);
	}
	if (codec != (iconv_t)-1)
		(void)iconv_close(codec);
	return ok;
}

/* What cannot be read back is not carried: that finds whatever iconv drops by itself. */
static bool reads_back(const GString *encoded, const char *utf8)
{
	char *again = NULL;
	const bool same = charset_decode("iso-2022-jp", encoded->str, encoded->len,
					 &again, NULL, NULL) &&
			  strcmp(again, utf8) == 0;

	free(again);
	return same;
}

char *charset_encode_iso2022jp(const char *utf8)
{
	char *standard = use_standard_twins(utf8);
	GString *out = g_string_sized_new(strlen(utf8));
	const bool ok = encode_lines(standard, out) && reads_back(out, standard);

	g_free(standard);
	return g_string_free(out, !ok);
}

bool charset_fits_iso2022jp(const char *utf8)
{
	char *encoded = charset_encode_iso2022jp(utf8);

	free(encoded);
	return encoded != NULL;
}
