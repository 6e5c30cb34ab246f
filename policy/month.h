/*
 * Months of the town's calendar, and their weeks, for what is counted by them.
 */
#ifndef KAIRAN_POLICY_MONTH_H
#define KAIRAN_POLICY_MONTH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MONTH_WEEKS_MOST 6
#define MONTH_NAME_MAX   8 /* "2026-11" and its end */

/* Weeks begin on Monday; the first and the last are cut at the month's ends. */
struct month {
	char name[MONTH_NAME_MAX]; /* names sort as months do */
	int64_t since,
	    until; /* seconds since the epoch; until is the next month's first */
	int weeks;
	int64_t
	    week_days[MONTH_WEEKS_MOST + 1]; /* first day of each week (policy/day.h), and
						    the day after the last one's end */
};

/* The month that the zone's calendar shows at a time, and the months beside one. */
void month_of_time(int64_t at, GTimeZone *zone, struct month *month_r);
void month_before(const struct month *month, GTimeZone *zone, struct month *month_r);
void month_after(const struct month *month, GTimeZone *zone, struct month *month_r);

/* Read "2026-11"; false when it is no month. */
bool month_read(const char *text, GTimeZone *zone, struct month *month_r);

/* Which week (from 0) a time of the month is in; -1 for any other time. */
int month_find_week(const struct month *month, int64_t at, GTimeZone *zone);

#endif
