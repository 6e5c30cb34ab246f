/*
 * The directory's contradictions, as the daemon sees them.
 */
#ifndef KAIRAN_MILTER_ROUND_CHECK_ROUND_H
#define KAIRAN_MILTER_ROUND_CHECK_ROUND_H

#include "milter/core/kairan.h"

/* Check the whole directory (directory_check.h), raise an alarm for each thing that is wrong, and
 * clear those that are mended. Returns when to do so again. */
int64_t check_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
