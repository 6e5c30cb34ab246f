/*
 * Instructions that were not answered in time are brought to mind (Art. 6-2).
 */
#ifndef KAIRAN_MILTER_ROUND_INSTRUCTION_ROUND_H
#define KAIRAN_MILTER_ROUND_INSTRUCTION_ROUND_H

#include "milter/core/kairan.h"

/* Tell of those that are overdue. Returns when the next one is, or when to try again; INT64_MAX:
 * never. */
int64_t instruction_round_walk(struct kairan *kairan, const struct setup *setup,
			       int64_t now);

#endif
