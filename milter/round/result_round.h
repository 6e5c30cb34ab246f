/*
 * The report of a release is completed with what could not be delivered.
 */
#ifndef KAIRAN_MILTER_ROUND_RESULT_ROUND_H
#define KAIRAN_MILTER_ROUND_RESULT_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Returns when the next is due. */
int64_t result_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
