/*
 * What stands above a decision.
 */
#ifndef KAIRAN_POLICY_ABOVE_H
#define KAIRAN_POLICY_ABOVE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/decision.h"
#include "policy/own_words.h"
#include "policy/reply_facts.h"

/* Where the reading from the top has ended. */
struct above {
	size_t at; /* the line that counts: the first that may not stand above */
	struct decision_line line; /* what it decides */
	bool greeted; /* somebody's words, not only a gateway's, stand above */
};

/* Pass over the lines (UTF-8, NULL-terminated array; facts may be NULL) that may stand above a
 * decision. at is that of the array's end when there is no other. */
struct above above_read(char *const *lines, const struct reply_facts *facts,
			const struct own_words *own);

#endif
