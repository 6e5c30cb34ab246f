/*
 * The audit trail is looked after (Art. 8): checked every day, and let go of at the end of its
 * time.
 */
#ifndef KAIRAN_MILTER_ROUND_AUDIT_ROUND_H
#define KAIRAN_MILTER_ROUND_AUDIT_ROUND_H

#include "milter/core/kairan.h"

/* Prune and check. Returns when to do it again. */
int64_t audit_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
