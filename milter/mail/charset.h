/*
 * Octets to UTF-8, strictly: glibc iconv, no transliteration, nothing dropped (DESIGN.md,
 * "GMime's decoded text must not be judged").
 */
#ifndef KAIRAN_MILTER_MAIL_CHARSET_H
#define KAIRAN_MILTER_MAIL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

/* Load all codecs, until they are unloaded. A codec is a file: where none can be opened for a moment, a text would
 * count as one that cannot be read, and glibc remembers that for longer. */
void charset_load(void);
void charset_unload(void);

/* Decode octets labelled with a MIME charset name (any case; NULL or "" means us-ascii).
 * ISO-2022-JP under no label, or under us-ascii, is known by its escapes, which mean nothing
 * else. Only names of a table are known. They are mapped to what people's clients mean by them:
 * shift_jis, x-sjis, cp932, windows-31j, ms_kanji -> CP932; euc-jp, x-euc-jp,
 * cp51932, eucjp-ms -> EUC-JP-MS; iso-2022-jp stays strict (RFC 1468), but for the pairs of
 * NEC and IBM, which become the character that was meant. NUL octets and
 * private-use characters of a vendor charset are refused. The result is NUL-terminated
 * valid UTF-8, malloc'd, in *utf8_r; it may have control characters. On failure the error
 * names the charset, the line and octet position (from 1) and the octets in hex, and
 * *offset_r (if not NULL) has the octet offset. */
bool charset_decode(const char *charset, const void *octets, size_t length, char **utf8_r,
		    size_t *offset_r, struct kairan_error *error_r);

/* Where charset_decode() failed: do the octets there look like an emoji of a Japanese
 * carrier, which have places of their own beyond the charset? */
bool charset_is_emoji_at(const char *charset, const void *octets, size_t length,
			 size_t offset);

/* Can every character of the text be carried by strict ISO-2022-JP? Its vendor twins count
 * as what they stand for (U+FF5E as U+301C, ...). */
bool charset_fits_iso2022jp(const char *utf8);

/* Encode to ISO-2022-JP; NULL when a character has no place in it. malloc'd,
 * NUL-terminated (the encoding has no NUL octets). Each line ends in ASCII. */
char *charset_encode_iso2022jp(const char *utf8);

#endif
