/*
 * What a mail system reports of a mail of ours: a report as RFC 3464 has it, or a mail that says
 * so in words.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_REPORT_H
#define KAIRAN_MILTER_MAIL_MESSAGE_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "milter/mail/message_report_row.h"

struct message_report {
	GPtrArray *rows;   /* struct message_report_row */
	char *text;        /* what people see of it, UTF-8, without a copy of our mail */
	char *opening;     /* of that, what stands before the first address */
	char *subject;     /* decoded */
	bool is_automatic; /* a program answers for somebody (RFC 3834) */
	bool is_local;     /* our own MTA has written it: it came by no connection */
};

/* Read it, whatever state it is in: octets that are no mail at all are a text. After
 * message_init(). */
void message_read_report(const void *octets, size_t length,
			 struct message_report *report_r);
void message_report_clear(struct message_report *report);

/* What is known of one of its rows; NULL: of the mail as a whole. is_only: nobody else is
 * reported, so that all of the text is about this one. The strings are the report's;
 * text_r is kept by the caller until the facts are not needed any more. */
void message_report_get_facts(const struct message_report *report,
			      const struct message_report_row *row, bool is_only,
			      GString *text_r, struct bounce_facts *facts_r);

#endif
