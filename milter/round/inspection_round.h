/*
 * The administrators inspect the audit trail regularly (Art. 8-3), and are reminded.
 */
#ifndef KAIRAN_MILTER_ROUND_INSPECTION_ROUND_H
#define KAIRAN_MILTER_ROUND_INSPECTION_ROUND_H

#include "milter/core/kairan.h"

/* Raise an alarm where an inspection is due. Returns when to look again. */
int64_t inspection_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now);

#endif
