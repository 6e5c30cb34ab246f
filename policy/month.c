/*
 * NAME
 *	month - months of the town's calendar, and their weeks
 *
 * DESCRIPTION
 *	A month begins when the clocks of the zone show midnight of its first day; where they
 *	skip that midnight, at the first time that they show.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/month.h"

#include <stdio.h>
#include <string.h>

#include "policy/day.h"

#define MONDAY 1

static int64_t find_start(int year, int month, GTimeZone *zone)
{
	GDateTime *start = g_date_time_new(zone, year, month, 1, 0, 0, 0);
	const int64_t at = g_date_time_to_unix(start);

	g_date_time_unref(start);
	return at;
}

static void fill(int year, int month, GTimeZone *zone, struct month *month_r)
{
	const int next_year = month == 12 ? year + 1 : year;
	const int next_month = month == 12 ? 1 : month + 1;
	const int64_t end = day_count(next_year, next_month, 1);

	*month_r = (struct month){ .since = find_start(year, month, zone),
				   .until = find_start(next_year, next_month, zone) };
	(void)snprintf(month_r->name, sizeof(month_r->name), "%04u-%02u",
		       (unsigned)year % 10000, (unsigned)month % 100);
	for (int64_t day = day_count(year, month, 1); day < end; day++)
		if (month_r->weeks == 0 || day_find_weekday(day) == MONDAY)
			month_r->week_days[month_r->weeks++] = day;
	month_r->week_days[month_r->weeks] = end;
}

void month_of_time(int64_t at, GTimeZone *zone, struct month *month_r)
{
	const int64_t today = day_of_time(at, zone);
	const int year = day_find_year(today);
	int month = 12;

	while (day_count(year, month, 1) > today)
		month--;
	fill(year, month, zone, month_r);
}

void month_before(const struct month *month, GTimeZone *zone, struct month *month_r)
{
	month_of_time(month->since - 1, zone, month_r);
}

void month_after(const struct month *month, GTimeZone *zone, struct month *month_r)
{
	month_of_time(month->until, zone, month_r);
}

bool month_read(const char *text, GTimeZone *zone, struct month *month_r)
{
	const char *digits = "0123456789";
	int year, month;

	if (strlen(text) != MONTH_NAME_MAX - 1 || strspn(text, digits) != 4 ||
	    text[4] != '-' || strspn(text + 5, digits) != 2)
		return false;
	year = (int)g_ascii_strtoll(text, NULL, 10);
	month = (int)g_ascii_strtoll(text + 5, NULL, 10);
	if (!day_is_valid(year, month, 1))
		return false;
	fill(year, month, zone, month_r);
	return true;
}

int month_find_week(const struct month *month, int64_t at, GTimeZone *zone)
{
	const int64_t day = day_of_time(at, zone);

	for (int week = 0; week < month->weeks; week++)
		if (day >= month->week_days[week] && day < month->week_days[week + 1])
			return week;
	return -1;
}
