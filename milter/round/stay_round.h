/*
 * The administrators are told of approved drafts that stay.
 */
#ifndef KAIRAN_MILTER_ROUND_STAY_ROUND_H
#define KAIRAN_MILTER_ROUND_STAY_ROUND_H

#include "milter/core/kairan.h"

/* An alarm for each that stays, and none for any other. Whoever has one stay, or go on, wakes
 * KAIRAN_SLOW_ROUNDS for it. */
void stay_round_walk(struct kairan *kairan);

#endif
