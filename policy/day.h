/*
 * Days of the Gregorian calendar, as numbers that can be counted with.
 */
#ifndef KAIRAN_POLICY_DAY_H
#define KAIRAN_POLICY_DAY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Does this date exist? */
bool day_is_valid(int year, int month, int day);

/* Days since 1970-01-01 of a date that exists; day_find_weekday(): 0 is Sunday. */
int64_t day_count(int year, int month, int day);
int day_find_weekday(int64_t day);

/* The day that a zone's calendar shows at a time (seconds since the epoch), and its year. */
int64_t day_of_time(int64_t at, GTimeZone *zone);
int day_find_year(int64_t day);

#endif
