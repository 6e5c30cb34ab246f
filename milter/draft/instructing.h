/*
 * Mails about an instruction (Art. 6-2), and the address that it is answered to.
 */
#ifndef KAIRAN_MILTER_DRAFT_INSTRUCTING_H
#define KAIRAN_MILTER_DRAFT_INSTRUCTING_H

#include "milter/core/kairan.h"
#include "schema/store_instruction.h"

/* What is known of a reader who may answer: kept with the notice, since the address itself is
 * only made when that is mailed. */
struct instruction_answering {
	int64_t id;
	const char *uid;    /* who is instructed */
	const char *reason; /* as it was said */
	int64_t made_at;
};

/* The signed address; NULL when it cannot be made. Free with g_free(). */
char *instructing_make_address(const struct setup *setup,
			       const struct instruction_answering *answering);

/* What somebody is told of an instruction. */
struct instruction_notice {
	const char *kind; /* NOTICE_... */
	const struct person *reader;
	bool may_answer;         /* it is who was instructed */
	const char *quoted_text; /* the answer, as mail quotes it; NULL: none */
	int64_t now;
};

/* In a transaction. */
bool instructing_tell(struct store *store, const struct instruction *instruction,
		      const struct instruction_notice *notice,
		      struct kairan_error *error_r);

#endif
