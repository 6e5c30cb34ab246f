/*
 * Is the text of a draft fit to be broadcast (Art. 13-2)?
 */
#ifndef KAIRAN_POLICY_DRAFT_RULES_H
#define KAIRAN_POLICY_DRAFT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/verdict.h"

/* The draft as it was read, and the town's limits. */
struct draft_facts {
	const char *subject;     /* NFC, one line */
	const char *text;        /* NFC, LF */
	const char *attachments; /* names; "" when none */
	bool fits_iso2022jp;     /* subject and text */
	bool must_fit_iso2022jp; /* the outgoing charset allows nothing else */
	bool is_automatic;
	size_t character_limit;
};

/* The first rule that the draft breaks, or a pass. */
void draft_rules_judge(const struct draft_facts *facts, struct verdict *verdict_r);

#endif
