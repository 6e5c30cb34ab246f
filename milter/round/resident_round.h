/*
 * What falls due of residents' requests.
 */
#ifndef KAIRAN_MILTER_ROUND_RESIDENT_ROUND_H
#define KAIRAN_MILTER_ROUND_RESIDENT_ROUND_H

#include "milter/core/kairan.h"

/* *next_r is lowered to when there is more to do. */
bool resident_round_walk(struct kairan *kairan, const struct setup *setup,
			 int64_t *next_r, struct kairan_error *error_r);

#endif
