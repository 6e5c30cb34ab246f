/*
 * The addresses of the service domain (DESIGN.md, "Addresses").
 */
#ifndef KAIRAN_POLICY_SERVICE_ADDRESS_H
#define KAIRAN_POLICY_SERVICE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/address.h"

enum service_kind {
	SERVICE_NONE,    /* another domain, or no address of the service */
	SERVICE_DECIDE,  /* decide+TOKEN: the approver's or a delegate's decision */
	SERVICE_DRAFT,   /* draft+TOKEN: the author withdraws */
	SERVICE_CORRECT, /* correct+TOKEN: the text of a correction (Art. 13-3) */
	SERVICE_ANSWER,  /* answer+TOKEN: what came of an instruction (Art. 6-2) */
	SERVICE_RELEASE, /* release+TOKEN: kairan's own expansion of a shard */
	SERVICE_RECEIPT, /* receipt+TOKEN: proof that the MTA queued a shard */
	SERVICE_PROBE,   /* probe+TOKEN: kairan's own look at the way of a mail */
	SERVICE_BOUNCE,  /* bounce+ANYTHING: mail systems' reports */
	SERVICE_INCIDENT, /* incident: a fault or a misuse is reported (Art. 9); with a number
			     for a token: something is added to that one */
	SERVICE_NOTICE, /* the sender of notices: an answer to one of them */
	SERVICE_ROLE,   /* postmaster, abuse: mail to the administrators */
	SERVICE_JOIN, /* join-LIST: a resident registers (Art. 2(2)); the list is the token */
	SERVICE_LEAVE,        /* leave-LIST: a resident leaves */
	SERVICE_LEAVE_SIGNED, /* leave+TOKEN: the same, from a mail to that resident alone */
	SERVICE_PAUSE,        /* pause-LIST: nothing until a date */
	SERVICE_PREVIEW, /* preview+LIST: staff see what residents would get; likewise */
	SERVICE_CONFIRM, /* confirm+TOKEN: the answer to what one of these three asks back */
	SERVICE_STATUS,   /* status: what a resident is registered for */
	SERVICE_HELP,     /* help: staff and approvers ask what they may do */
	SERVICE_TEMPLATE, /* template: staff ask for a ready text */
	SERVICE_OWNER,   /* LIST-owner: whom to ask about a list; the list is the token */
	SERVICE_UNKNOWN, /* in the service domain, but none of these */
};

/* Each of them, between the word and the token, is understood. */
#define SERVICE_DELIMITERS "+-."

/* Digits of an incident's number. */
#define SERVICE_NUMBER_MOST 9

/* Between such a word and the name of a list, as it is written to people. */
#define SERVICE_LIST_DELIMITER "-"

struct service_address {
	enum service_kind kind;
	/* What follows the delimiter, inside the address; NULL when none does. Of SERVICE_OWNER
	 * what stands before it. Names of lists are to be compared without case. */
	const char *token;
	size_t token_length;
	/* A person would answer to it, but what there is is not a token (token_has_shape()). */
	bool is_cut;
};

/* Could a mail system take a path of the envelope to be of the service's domain, which it is not
 * as address_read() has it? Such are routes and their kin ("bosai%DOMAIN", "DOMAIN!bosai"), full-
 * width letters, comments, and local parts that need their quotes. */
bool service_address_is_disguised(const char *path, const char *service_domain);

/* Which address of the service is this? Case folded. notice_local is the local part of
 * the notices' sender. */
void service_address_read(const struct address *address, const char *service_domain,
			  const char *notice_local, struct service_address *service_r);

/* The word by which the addresses of this kind begin, or which is all of their local part; NULL for
 * the other kinds. */
const char *service_address_word(enum service_kind kind);

#endif
