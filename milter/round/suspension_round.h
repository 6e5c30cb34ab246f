/*
 * The people of the sections are told of suspensions (Art. 7).
 */
#ifndef KAIRAN_MILTER_ROUND_SUSPENSION_ROUND_H
#define KAIRAN_MILTER_ROUND_SUSPENSION_ROUND_H

#include "milter/core/kairan.h"

/* Tell what is to be told. Returns when to try again, INT64_MAX when all is told. */
int64_t suspension_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now);

#endif
