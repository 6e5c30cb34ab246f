/*
 * RFC 2047 encoded words, decoded strictly and written.
 */
#ifndef KAIRAN_MILTER_MAIL_ENCODED_WORD_H
#define KAIRAN_MILTER_MAIL_ENCODED_WORD_H

#include <stdbool.h>

#include "policy/error.h"

/* Decode an unstructured header value (folded, raw) to one line of NFC UTF-8. Adjacent
 * encoded words of one charset are joined as octets before decoding, since clients split
 * characters between them; white space between encoded words is dropped (RFC 2047 6.2).
 * Words that stick to other text are decoded too, as clients do. Raw 8-bit octets are
 * accepted when they are valid UTF-8, raw ISO-2022-JP by its escapes. A malformed encoded word, an undecodable octet, and
 * a control character (tabs are spaces) are errors that say where. malloc'd in *utf8_r.
 */
bool encoded_word_decode(const char *value, char **utf8_r, struct kairan_error *error_r);

enum encoded_word_charset {
	ENCODED_WORD_UTF8,
	ENCODED_WORD_ISO2022JP, /* text that does not fit is written in UTF-8 */
};

/* Encode one line of UTF-8 for a header: ASCII as it is, otherwise B-encoded words of at
 * most 75 octets, folded with CRLF SP so that no line passes 76; first_line_used is the
 * octets already on the line ("Subject: " is 9). ASCII that would be taken for an encoded
 * word, or that has no space to fold it at, is encoded too. Control characters become
 * spaces. Characters are never split. malloc'd. */
char *encoded_word_encode(const char *utf8, enum encoded_word_charset charset,
			  int first_line_used);

/* Fold a line of ASCII at its spaces, never inside a word: for structured headers, whose
 * words may not be encoded. malloc'd. */
char *encoded_word_fold(const char *ascii, int first_line_used);

#endif
