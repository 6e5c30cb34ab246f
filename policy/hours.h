/*
 * When broadcasts may go out (Art. 13-2(1)): not at night or in the early morning.
 */
#ifndef KAIRAN_POLICY_HOURS_H
#define KAIRAN_POLICY_HOURS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The quiet part of each day, in minutes since local midnight: begin is quiet, end is not
 * any more. begin > end runs over midnight; begin == end: no hour is quiet. */
struct quiet_hours {
	int begin;
	int end;
};

/* Read "21:00-07:00", or "none". False when it is neither, or the whole day. */
bool hours_read(const char *text, struct quiet_hours *hours_r);

/* Is it quiet at a time (seconds since the epoch), on the clocks of a zone? */
bool hours_is_quiet(const struct quiet_hours *hours, GTimeZone *zone, int64_t at);

/* The first time that is not before at, and not quiet. Where clocks are set forward or
 * back, the end of the quiet hours is what the clocks on the wall show. */
int64_t hours_find_opening(const struct quiet_hours *hours, GTimeZone *zone, int64_t at);

#endif
