/*
 * NAME
 *	day - days of the Gregorian calendar
 *
 * DESCRIPTION
 *	Counts from 1970-01-01. March is taken as the first month, so that the leap day is the
 *	last of its year and the months' lengths follow one rule.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/day.h"

#define DAY_SECONDS 86400

bool day_is_valid(int year, int month, int day)
{
	return year >= 1900 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= g_date_get_days_in_month((GDateMonth)month, (GDateYear)year);
}

int64_t day_count(int year, int month, int day)
{
	const int64_t y = month > 2 ? year : year - 1;
	const int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

int day_find_weekday(int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(((day + 4) % 7 + 7) % 7);
}

int64_t day_of_time(int64_t at, GTimeZone *zone)
{
	const int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at);
	const int64_t local = at + g_time_zone_get_offset(zone, interval);

	return (local - ((local % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) /
	       DAY_SECONDS;
}

int day_find_year(int64_t day)
{
	int year = (int)(1970 + day / 366);

	while (day_count(year + 1, 1, 1) <= day)
		year++;
	return year;
}
