/*
 * The figures for Prometheus are written now and then.
 */
#ifndef KAIRAN_MILTER_ROUND_STATUS_ROUND_H
#define KAIRAN_MILTER_ROUND_STATUS_ROUND_H

#include "milter/core/kairan.h"

/* Write them, where the settings name a file. Returns when to do it again. */
int64_t status_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
