/*
 * One message as it comes in: its envelope, and its octets as far as they have arrived.
 */
#ifndef KAIRAN_MILTER_INTAKE_ENVELOPE_H
#define KAIRAN_MILTER_INTAKE_ENVELOPE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/draft/standing.h"
#include "policy/address.h"
#include "policy/service_address.h"
#include "policy/verdict.h"

/* A recipient that is ours. */
struct recipient {
	char *path; /* as the RCPT command had it */
	struct address address;
	struct service_address service; /* kind SERVICE_NONE for a broadcast address */
	struct broadcast *broadcast;    /* NULL for a service address */
	struct person *person;          /* a draft's author, once the RCPT was judged */
	struct standing standing;       /* of the section they write for, likewise */
	struct verdict refusal; /* of a draft by whoever may be answering a notice */
};

struct envelope {
	char *sender; /* path as the MAIL command had it */
	char *login;  /* SASL login; "" when there is none */
	char *host;   /* address of the MTA's client; "" when it is not known */
	char *queue_id;
	GPtrArray *recipients; /* struct recipient, each address once */
	GPtrArray *paths; /* theirs, in every spelling, exactly as the RCPT commands had
				  them: smfi_delrcpt wants them so */
	size_t others;    /* recipients that are none of ours, and stay */
	GString *octets;  /* header and body, CRLF */
	size_t header_lines;
	bool told;      /* its sender gets a mail that explains */
	bool too_large; /* octets were dropped: the message is refused */
};

/* login and host may be NULL. */
struct envelope *envelope_new(const char *sender, const char *login, const char *host);
void envelope_free(struct envelope *envelope);

void recipient_free(struct recipient *recipient);

/* Is the same address, however it is written, a recipient before this one, or before this one is
 * added? */
bool envelope_has_before(const struct envelope *envelope,
			 const struct recipient *recipient);

/* Is one of the recipients of this kind? */
bool envelope_has_kind(const struct envelope *envelope, enum service_kind kind);

/* Append a header field or a piece of the body. Past the limits nothing is kept. */
void envelope_add_header(struct envelope *envelope, const char *name, const char *value,
			 size_t most);
void envelope_add_body(struct envelope *envelope, const unsigned char *piece,
		       size_t length, size_t most);

#endif
