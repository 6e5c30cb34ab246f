/*
 * The addresses by which a draft's people answer.
 */
#ifndef KAIRAN_MILTER_DRAFT_ANSWER_ADDRESS_H
#define KAIRAN_MILTER_DRAFT_ANSWER_ADDRESS_H

#include <stdint.h>

#include "milter/core/kairan.h"
#include "policy/service_address.h"
#include "policy/token.h"
#include "schema/store_draft.h"

/* What somebody may do by answering, and until when. */
struct answering {
	enum token_purpose purpose;
	enum service_kind kind;
	int64_t expires;
};

/* The signed address of one of the draft's people; NULL when it cannot be made. Free with
 * g_free(). */
char *answer_address_make(const struct setup *setup, const struct answering *answering,
			  const struct draft *draft, const struct party *party);

/* A link (RFC 6068) that opens an answer that is written already. Free with g_free(). */
char *answer_address_link(const char *address, const char *subject, const char *words);

#endif
