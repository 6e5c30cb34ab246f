/*
 * The directory is watched: who is registered, suspended, removed (Art. 10, 11), and what
 * contradicts itself (Art. 4).
 */
#ifndef KAIRAN_MILTER_ROUND_DUTY_ROUND_H
#define KAIRAN_MILTER_ROUND_DUTY_ROUND_H

#include "milter/core/kairan.h"

/* Compare the directory with what it was; record and tell what changed. Returns when to look
 * again. */
int64_t duty_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
