/*
 * NAME
 *	fiscal_year - fiscal years of the town's calendar
 *
 * DESCRIPTION
 *	A fiscal year has the number of the year in which it begins. That of 2019 began in
 *	Heisei, a month before Reiwa, and is called by the new era all the same.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/fiscal_year.h"

#include <string.h>

#include "policy/day.h"
#include "policy/retention.h"

#define BEFORE_REIWA 2018

#define YEAR_FIRST 2000
#define YEAR_LAST  2999

static void fill(int year, int first_month, GTimeZone *zone, struct fiscal_year *year_r)
{
	year_r->year = year;
	retention_find_year(year, first_month, zone, &year_r->since, &year_r->until);
}

void fiscal_year_of_time(int64_t at, int first_month, GTimeZone *zone,
			 struct fiscal_year *year_r)
{
	const int64_t today = day_of_time(at, zone);
	const int year = day_find_year(today);

	fill(day_count(year, first_month, 1) > today ? year - 1 : year, first_month, zone,
	     year_r);
}

void fiscal_year_before(const struct fiscal_year *year, int first_month, GTimeZone *zone,
			struct fiscal_year *year_r)
{
	fill(year->year - 1, first_month, zone, year_r);
}

bool fiscal_year_read(const char *text, int first_month, GTimeZone *zone,
		      struct fiscal_year *year_r)
{
	int year;

	if (strlen(text) != 4 || strspn(text, "0123456789") != 4)
		return false;
	year = (int)g_ascii_strtoll(text, NULL, 10);
	if (year < YEAR_FIRST || year > YEAR_LAST)
		return false;
	fill(year, first_month, zone, year_r);
	return true;
}

int fiscal_year_find_reiwa(const struct fiscal_year *year)
{
	return year->year > BEFORE_REIWA ? year->year - BEFORE_REIWA : 0;
}
