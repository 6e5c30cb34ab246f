/*
 * What a mail system reports of a mail of ours (RFC 3464).
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_REPORT_H
#define KAIRAN_MILTER_MAIL_MESSAGE_REPORT_H

#include "milter/mail/message.h"

enum report_action {
	REPORT_NONE,      /* it is no report, or none that can be read */
	REPORT_FAILED,    /* the recipient will not get it */
	REPORT_DELAYED,   /* it is tried further: no bounce */
	REPORT_DELIVERED, /* delivered, relayed or expanded: no bounce */
};

/* Strings are owned, "" when the report does not say. Free with message_report_clear(). */
struct message_report {
	enum report_action action;
	char *recipient; /* the final recipient's address, as it is written */
	char *status;    /* the enhanced status code */
};

/* Read the report of the first recipient that failed, or else of the first one. */
void message_read_report(const struct message *message, struct message_report *report_r);
void message_report_clear(struct message_report *report);

#endif
