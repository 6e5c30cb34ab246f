/*
 * RFC 2047 encoded words, decoded strictly and written.
 */
#ifndef KAIRAN_MILTER_ENCODED_WORD_H
#define KAIRAN_MILTER_ENCODED_WORD_H

#include <stdbool.h>

#include "policy/error.h"

/* Decode an unstructured header value (folded, raw) to one line of NFC UTF-8. Adjacent
 * encoded words of one charset are joined as octets before decoding, since clients split
 * characters between them; white space between encoded words is dropped (RFC 2047 6.2).
 * Raw 8-bit octets are accepted when they are valid UTF-8. A malformed encoded word or an
 * undecodable octet is an error that says where. Never contains a line break or another
 * control character. malloc'd in *utf8_r. */
bool encoded_word_decode(const char *value, char **utf8_r, struct kairan_error *error_r);

enum encoded_word_charset {
	ENCODED_WORD_UTF8,
	ENCODED_WORD_ISO2022JP, /* only when charset_fits_iso2022jp() */
};

/* Encode one line of UTF-8 for a header: ASCII as it is, otherwise B-encoded words of at
 * most 75 octets, folded with CRLF SP so that no line passes 76; first_line_used is the
 * octets already on the line ("Subject: " is 9). Characters are never split. malloc'd. */
char *encoded_word_encode(const char *utf8, enum encoded_word_charset charset,
			  int first_line_used);

#endif
