/*
 * Handing one mail to the MTA (libcurl).
 */
#ifndef KAIRAN_MILTER_COURIER_SMTP_H
#define KAIRAN_MILTER_COURIER_SMTP_H

#include <stdbool.h>
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
	bool at_recipient;  /* refused at RCPT */
	bool is_of_person;  /* so, and not by a rule against our mail */
	char response[256]; /* the server's last line, or what went wrong */
};

/* A connection that stays open from one mail to the next, for one thread. */
struct smtp;

struct smtp *smtp_new(void);
void smtp_free(struct smtp *smtp);

/* One mail to one recipient; all of it is the caller's. */
struct smtp_mail {
	const char *sender; /* addr-specs */
	const char *recipient;
	const char *octets; /* CRLF line ends, no dot-stuffing */
	size_t length;
};
void smtp_send(struct smtp *smtp, const struct settings *settings,
	       const struct smtp_mail *mail, struct smtp_result *result_r);

/* Nothing follows for now: do not keep the MTA waiting. The next mail connects again. */
void smtp_close(struct smtp *smtp);

#endif
