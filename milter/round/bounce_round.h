/*
 * What mail systems reported of a release: whose fault it is, and what becomes of it.
 */
#ifndef KAIRAN_MILTER_ROUND_BOUNCE_ROUND_H
#define KAIRAN_MILTER_ROUND_BOUNCE_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* A domain that refuses a release is an alarm at once; addresses are judged an hour after a report
 * of them. Returns when to look again. */
int64_t bounce_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
