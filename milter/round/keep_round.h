/*
 * What is kept, and its end.
 */
#ifndef KAIRAN_MILTER_ROUND_KEEP_ROUND_H
#define KAIRAN_MILTER_ROUND_KEEP_ROUND_H

#include "milter/core/kairan.h"

/* Let go of what is past its time (settings keep_*); returns when to be called next. */
int64_t keep_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

/* Go on with addresses that are being forgotten (kairanctl subscribers forget). */
int64_t keep_round_forget(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
