/*
 * Is the store being written?
 */
#ifndef KAIRAN_MILTER_ROUND_STORE_ROUND_H
#define KAIRAN_MILTER_ROUND_STORE_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Tell the administrators, once, of a store that has taken nothing for stuck_after. Returns when
 * to look again. */
int64_t store_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
