/*
 * The header of a mail, line by line, as every mail system sees it (RFC 5322 2.2). Our
 * own reader: what counts is how often a field is there, and its octets.
 */
#ifndef KAIRAN_MILTER_MAIL_HEADER_H
#define KAIRAN_MILTER_MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

#define HEADER_LINES_MOST  10000
#define HEADER_OCTETS_MOST (256 * 1024)

struct header;

/* Read the header at the start of a mail (CRLF or LF) up to the blank line or the end;
 * *body_r is the offset of what follows. Refused, with the line: lines that are neither a
 * field nor its continuation, names with spaces or 8-bit octets, NUL, bare CR, and more
 * than the limits above. The octets are not needed afterwards. */
bool header_read(const void *octets, size_t length, struct header **header_r,
		 size_t *body_r, struct kairan_error *error_r);
void header_free(struct header *header);

/* How often a field occurs (ASCII case-insensitive), and the raw value of the n-th (from
 * 0) without the white space before it; NULL when there is none. Owned by the header. */
size_t header_count(const struct header *header, const char *name);
const char *header_get(const struct header *header, const char *name, size_t n);

#endif
