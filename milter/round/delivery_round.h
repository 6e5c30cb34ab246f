/*
 * What the mail system's log says of releases: when recipients' mail systems took them, and which
 * do not.
 */
#ifndef KAIRAN_MILTER_ROUND_DELIVERY_ROUND_H
#define KAIRAN_MILTER_ROUND_DELIVERY_ROUND_H

#include "milter/core/kairan.h"

/* Read the log on (setting mta_log). Returns when to look again. */
int64_t delivery_round_walk(struct kairan *kairan, const struct setup *setup,
			    int64_t now);

#endif
