/*
 * The monthly report, by mail to every system administrator (Art. 3).
 */
#ifndef KAIRAN_MILTER_ROUND_REPORT_ROUND_H
#define KAIRAN_MILTER_ROUND_REPORT_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Report the months that are over and have not been reported, once the setting report_day has
 * come. Returns when to look again. */
int64_t report_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
