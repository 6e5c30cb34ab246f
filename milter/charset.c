/*
 * NAME
 *	charset - octets to UTF-8 and back, strictly
 *
 * DESCRIPTION
 *	iconv without transliteration; a conversion that stops is a failure with its place.
 *	The names that clients use for what they write are mapped by one table: a Shift_JIS
 *	from Windows is CP932, which glibc has; ISO-2022-JP stays what the standard says, so
 *	that vendor characters in it are found and not guessed.
 *
 * DIAGNOSTICS
 *	Errors name the charset, the line and the octet, and show the octets in hex.
 */
#include "config.h"

#include "milter/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *label;
	const char *name;
} charset_names[] = {
	{ "shift_jis", "CP932" },   { "shift-jis", "CP932" },	  { "sjis", "CP932" },
	{ "x-sjis", "CP932" },	    { "ms_kanji", "CP932" },	  { "cp932", "CP932" },
	{ "windows-31j", "CP932" }, { "windows-932", "CP932" },	  { "csshiftjis", "CP932" },
	{ "euc-jp", "EUC-JP" },	    { "x-euc-jp", "EUC-JP" },	  { "eucjp", "EUC-JP" },
	{ "cp51932", "EUC-JP" },    { "utf8", "UTF-8" },	  { "utf-8", "UTF-8" },
	{ "us-ascii", "US-ASCII" }, { "ascii", "US-ASCII" },	  { "", "US-ASCII" },
	{ "iso-2022-jp", "ISO-2022-JP" },
};

/* The name for iconv_open(). A label that is not in the table is used as it is, when it
 * consists of what names consist of: "//TRANSLIT" would make iconv lenient. */
static const char *find_name(const char *label)
{
	if (label == NULL)
		label = "";
	for (size_t i = 0; i < sizeof(charset_names) / sizeof(charset_names[0]); i++)
		if (strcasecmp(charset_names[i].label, label) == 0)
			return charset_names[i].name;
	if (strlen(label) > 40 ||
	    label[strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789-_.:")] != '\0')
		return NULL;
	return label;
}

/* Convert everything, or stop: *done_r is how many octets were converted. */
static bool convert(iconv_t converter, const char *from, size_t length, char **to_r,
		    size_t *done_r)
{
	size_t size = 4 * length + 16, room = size;
	char *text = malloc(size + 1);
	char *in = (char *)from, *out = text;
	size_t left = length;
	bool ok;

	*done_r = 0;
	if (text == NULL)
		return false;
	ok = iconv(converter, &in, &left, &out, &room) == 0 && left == 0 &&
	     iconv(converter, NULL, NULL, &out, &room) == 0;
	*done_r = length - left;
	*out = '\0';
	if (!ok) {
		free(text);
		return false;
	}
	*to_r = text;
	return true;
}

static void describe_place(const char *label, const unsigned char *octets, size_t length,
			   size_t offset, struct kairan_error *error_r)
{
	size_t line = 1, start = 0, used = 0;
	char hex[16] = "the end";

	for (size_t i = 0; i < offset; i++) {
		if (octets[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	for (size_t i = offset; i < length && i < offset + 4 && octets[i] != '\n'; i++)
		used += (size_t)snprintf(hex + used, sizeof(hex) - used, "%s%02x",
					 i > offset ? " " : "", octets[i]);
	(void)error_set(error_r, "line %zu, octet %zu: %s is not %s", line, offset - start + 1,
			hex, *label != '\0' ? label : "us-ascii");
}

bool charset_decode(const char *charset, const void *octets, size_t length, char **utf8_r,
		    size_t *offset_r, struct kairan_error *error_r)
{
	const char *label = charset != NULL ? charset : "";
	const char *name = find_name(label);
	const unsigned char *nul = memchr(octets, '\0', length);
	iconv_t converter = (iconv_t)-1;
	size_t offset = 0;
	bool ok = false;

	if (name != NULL)
		converter = iconv_open("UTF-8", name);
	if (converter == (iconv_t)-1)
		return error_set(error_r, "the charset \"%.60s\" is not known", label);
	if (nul != NULL)
		offset = (size_t)(nul - (const unsigned char *)octets);
	else
		ok = convert(converter, octets, length, utf8_r, &offset);
	(void)iconv_close(converter);
	if (ok)
		return true;
	if (offset_r != NULL)
		*offset_r = offset;
	describe_place(label, octets, length, offset, error_r);
	return false;
}

char *charset_encode_iso2022jp(const char *utf8)
{
	iconv_t converter = iconv_open("ISO-2022-JP", "UTF-8");
	char *encoded = NULL;
	size_t done;

	if (converter == (iconv_t)-1)
		return NULL;
	if (!convert(converter, utf8, strlen(utf8), &encoded, &done))
		encoded = NULL;
	(void)iconv_close(converter);
	return encoded;
}

bool charset_fits_iso2022jp(const char *utf8)
{
	char *encoded = charset_encode_iso2022jp(utf8);
	bool fits = encoded != NULL;

	free(encoded);
	return fits;
}
