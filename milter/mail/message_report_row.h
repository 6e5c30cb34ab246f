/*
 * One recipient's part of what a mail system reports.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_REPORT_ROW_H
#define KAIRAN_MILTER_MAIL_MESSAGE_REPORT_ROW_H

#include <glib.h>

#include "policy/bounce.h"

/* What it says of one recipient. Strings are owned, "" when it does not say. */
struct message_report_row {
	enum bounce_action action; /* NONE: it is said in words alone */
	char *recipient;           /* the address where it ended */
	char *original;            /* the one to which it was sent, where that is told */
	char *status;              /* enhanced status code */
	GString *words;            /* UTF-8: diagnostic, or the lines about it */
};

#endif
