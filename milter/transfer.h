/*
 * Transfer encodings, decoded strictly: what a lenient decoder skips in silence is an error
 * here (RFC 2045 6.7 and 6.8, RFC 2047 4).
 */
#ifndef KAIRAN_MILTER_TRANSFER_H
#define KAIRAN_MILTER_TRANSFER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Append the decoded octets. White space and line breaks inside base64 are skipped; missing
 * padding at the very end is accepted; anything else foreign is refused. */
bool transfer_decode_base64(const char *text, size_t length, GString *octets);

/* Quoted-printable of a body: soft line breaks removed, white space at line ends dropped. */
bool transfer_decode_quoted(const char *text, size_t length, GString *octets);

/* The Q encoding of an encoded word: '_' is a space. */
bool transfer_decode_q(const char *text, size_t length, GString *octets);

#endif
