/*
 * What became of a mail that a mail system reports of.
 */
#ifndef KAIRAN_POLICY_BOUNCE_KIND_H
#define KAIRAN_POLICY_BOUNCE_KIND_H

#include <stdbool.h>

/* The numbers are stored: never renumber, only add. */
enum bounce_kind {
	BOUNCE_UNKNOWN = 1,     /* not delivered, and why is not to be seen */
	BOUNCE_NO_USER = 2,     /* there is no such address */
	BOUNCE_NO_DOMAIN = 3,   /* or no such domain */
	BOUNCE_CLOSED = 4,      /* there was one, and it takes nothing any more */
	BOUNCE_FULL = 5,        /* the mailbox is full */
	BOUNCE_UNREACHABLE = 6, /* its system did not take it in time */
	BOUNCE_POLICY = 7,      /* the mail is not wanted, or its sender */
	BOUNCE_DELAYED = 8,     /* tried further: not failed */
	BOUNCE_DELIVERED = 9,   /* not failed */
	BOUNCE_AUTOMATIC = 10,  /* no report: somebody's vacation answer, or the like */
};

#define BOUNCE_KINDS 11

/* It did not arrive. */
bool bounce_kind_is_failure(enum bounce_kind kind);

/* It did not arrive, and nothing that is sent to the address will. */
bool bounce_kind_is_permanent(enum bounce_kind kind);

/* A short word: "no-user". */
const char *bounce_kind_name(enum bounce_kind kind);

#endif
