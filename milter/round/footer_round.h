/*
 * Lines below replies, with time: alarms about those that the settings know by now end, and
 * what nobody has had below a reply for long is forgotten.
 */
#ifndef KAIRAN_MILTER_ROUND_FOOTER_ROUND_H
#define KAIRAN_MILTER_ROUND_FOOTER_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Walk once. Returns when it wants to be called next at the latest. */
int64_t footer_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
