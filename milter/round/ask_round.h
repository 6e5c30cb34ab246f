/*
 * Asking for decisions later than at submission: when a suspended approver is active again,
 * and when the directory names somebody new while drafts wait (Art. 4, 6).
 */
#ifndef KAIRAN_MILTER_ROUND_ASK_ROUND_H
#define KAIRAN_MILTER_ROUND_ASK_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Look at every held draft, and ask whoever may decide it and has not been asked. Returns
 * when to look again. */
int64_t ask_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
