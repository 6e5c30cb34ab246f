/*
 * The archive: a file for each broadcast that went out.
 */
#ifndef KAIRAN_MILTER_ROUND_ARCHIVE_ROUND_H
#define KAIRAN_MILTER_ROUND_ARCHIVE_ROUND_H

#include "milter/core/kairan.h"

/* Write what is not in the folder yet. Returns when to look again; whoever ends a release wakes
 * KAIRAN_SLOW_ROUNDS for it. */
int64_t archive_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
