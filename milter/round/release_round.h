/*
 * Approved drafts that fall due.
 */
#ifndef KAIRAN_MILTER_ROUND_RELEASE_ROUND_H
#define KAIRAN_MILTER_ROUND_RELEASE_ROUND_H

#include "milter/core/kairan.h"

/* How long a draft that stays goes out by itself once it may. */
#define RELEASE_ROUND_STAY_SECONDS 3600

/* Begin the release of the first approved draft that is due, or find why it stays. YES: there may
 * be another one. NO: none is due. UNKNOWN: the store failed. Outside a transaction. */
enum answer release_round_step(struct kairan *kairan, const struct setup *setup,
			       struct kairan_error *error_r);

#endif
