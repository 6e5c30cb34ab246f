/*
 * Transfer encodings, decoded strictly: what a lenient decoder skips in silence is an
 * error here (RFC 2045 6.7 and 6.8, RFC 2047 4).
 */
#ifndef KAIRAN_MILTER_MAIL_TRANSFER_H
#define KAIRAN_MILTER_MAIL_TRANSFER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

/* Append the decoded octets. White space and line breaks inside base64 are skipped.
 * Padding may be missing at the very end, but not wrong; bits left over must be zero, and
 * nothing follows padding. All errors name the line and the octet of the encoded text
 * (from 1). */
bool transfer_decode_base64(const char *text, size_t length, GString *octets,
			    struct kairan_error *error_r);

/* Quoted-printable of a body: soft line breaks removed, white space at line ends dropped,
 * lower-case hex accepted; other controls and octets above 7E are refused. */
bool transfer_decode_quoted(const char *text, size_t length, GString *octets,
			    struct kairan_error *error_r);

/* The Q encoding of an encoded word: '_' is a space. */
bool transfer_decode_q(const char *text, size_t length, GString *octets,
		       struct kairan_error *error_r);

#endif
