/*
 * The time at the beginning of a line of a log.
 */
#ifndef KAIRAN_MILTER_ROUND_MTA_LOG_TIME_H
#define KAIRAN_MILTER_ROUND_MTA_LOG_TIME_H

#include <stdint.h>

/* Read it: "Nov 27 10:41:50 " (RFC 3164 section 4.1.2, in the machine's zone; of the year in which
 * it is not later than tomorrow), or "2026-11-27T10:41:50.123456+09:00 " (RFC 3339). Returns what
 * stands behind it; NULL where there is none. now: by the machine's clock. */
const char *mta_log_time_read(const char *line, int64_t now, int64_t *at_r);

#endif
