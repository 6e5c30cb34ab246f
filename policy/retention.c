/*
 * NAME
 *	retention - how long the audit trail is kept
 *
 * DESCRIPTION
 *	In fiscal year Y the logs of Y and of Y-1 are kept, so the cutoff is the beginning of
 *	Y-1: midnight of the first of its first month.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "policy/retention.h"

#include "policy/day.h"

static int64_t find_start(int year, int first_month, GTimeZone *zone)
{
	GDateTime *start = g_date_time_new(zone, year, first_month, 1, 0, 0, 0);
	const int64_t at = g_date_time_to_unix(start);

	g_date_time_unref(start);
	return at;
}

int64_t retention_find_cutoff(int64_t now, int first_month, GTimeZone *zone)
{
	const int64_t today = day_of_time(now, zone);
	int year = day_find_year(today);

	if (day_count(year, first_month, 1) > today)
		year--;
	return find_start(year - 1, first_month, zone);
}

void retention_find_year(int year, int first_month, GTimeZone *zone, int64_t *since_r,
			 int64_t *until_r)
{
	*since_r = find_start(year, first_month, zone);
	*until_r = find_start(year + 1, first_month, zone);
}
