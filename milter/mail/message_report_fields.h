/*
 * A report in RFC 3464's form, and what is read of a mail that is none. For message_report.c only.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_REPORT_FIELDS_H
#define KAIRAN_MILTER_MAIL_MESSAGE_REPORT_FIELDS_H

#include "milter/mail/message_parts.h"
#include "milter/mail/message_report_row.h"

/* The first part of this type, not within a mail within the mail. */
GMimeObject *report_find_part(GMimeObject *object, const char *type, const char *subtype);

/* Its octets after the transfer encoding, with a NUL behind them. */
GByteArray *report_read_octets(GMimeObject *part);

/* UTF-8 of octets whose label may be wrong, or missing (NULL). For g_free(). */
char *report_decode(const char *charset, const char *octets, size_t length);

void report_free_row(void *row);

/* Add a row for each recipient of RFC 3464's part, where the mail has one. */
void report_read_fields(GMimeObject *root, GPtrArray *rows);

#endif
