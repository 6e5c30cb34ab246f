/*
 * The Message-IDs of notices. Clients put the id of the mail that they answer into
 * In-Reply-To and References (RFC 5322 3.6.4), and where they answer to an address without a
 * token, the id has it:
 *
 *	<notice.NUMBER.decide.TOKEN@service_domain>	a notice that can be answered
 *	<notice.NUMBER.incident.INCIDENT@service_domain>	a notice about an incident
 *	<notice.NUMBER.TIME@service_domain>		any other
 */
#ifndef KAIRAN_POLICY_NOTICE_ID_H
#define KAIRAN_POLICY_NOTICE_ID_H

#include <stddef.h>
#include <stdint.h>

#include "policy/service_address.h"
#include "policy/token.h"

/* An id with its angle brackets and its NUL. */
#define NOTICE_ID_SIZE 400

struct notice_id {
	int64_t number;
	int64_t made_at;
	/* The address that it may be answered to; kind SERVICE_NONE: it may not. */
	struct service_address answer;
};

void notice_id_write(const struct notice_id *id, const char *service_domain,
		     char text_r[NOTICE_ID_SIZE]);

/* The number of the incident that the last id of a header field's value is about, which is
 * "<notice.NUMBER.incident.INCIDENT@service_domain>"; 0: of none. */
int64_t notice_id_find_incident(const char *value, const char *service_domain);

/* What a mail refers to. */
struct notice_references {
	size_t count; /* different ones: another draft, another person, another purpose */
	/* The last of them: those of an address of the service. */
	enum service_kind kind;
	char token[TOKEN_TEXT_MAX + 1];
};

/* Add the notices that a header field's value names. Clients fold the value anywhere and change
 * its case; what is not an id of ours is passed over. Nothing is verified here. */
void notice_id_collect(const char *value, const char *service_domain,
		       struct notice_references *references);

#endif
