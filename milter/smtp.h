/*
 * Handing one mail to the MTA (libcurl).
 */
#ifndef KAIRAN_MILTER_SMTP_H
#define KAIRAN_MILTER_SMTP_H

#include <stddef.h>

#include "conf/settings.h"

enum smtp_outcome {
	SMTP_ACCEPTED,  /* 250 after the message */
	SMTP_TEMPORARY, /* 4xx, or no connection: nothing was queued */
	SMTP_REFUSED,   /* 5xx: nothing was queued */
	SMTP_UNKNOWN,   /* the whole message was sent, and no answer came */
};

struct smtp_result {
	enum smtp_outcome outcome;
	char response[256]; /* the server's last line, or what went wrong */
};

/* Send octets (CRLF line ends, no dot-stuffing) from sender to one recipient. Sender and
 * recipient are addr-specs. */
void smtp_send(const struct settings *settings, const char *sender, const char *recipient,
	       const char *octets, size_t length, struct smtp_result *result_r);

#endif
