/*
 * Fiscal years of the town's calendar (Art. 8: 1 April to 31 March), for what is counted by them.
 */
#ifndef KAIRAN_POLICY_FISCAL_YEAR_H
#define KAIRAN_POLICY_FISCAL_YEAR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FISCAL_YEAR_MONTHS 12

struct fiscal_year {
	int year;             /* of the calendar, in which it begins */
	int64_t since, until; /* seconds since the epoch; until is the next one's first */
};

/* The fiscal year that the zone's calendar shows at a time, where each begins with this month (1 to
 * 12); and the one before one. */
void fiscal_year_of_time(int64_t at, int first_month, GTimeZone *zone,
			 struct fiscal_year *year_r);
void fiscal_year_before(const struct fiscal_year *year, int first_month, GTimeZone *zone,
			struct fiscal_year *year_r);

/* Read "2026"; false when it is no year of these times. */
bool fiscal_year_read(const char *text, int first_month, GTimeZone *zone,
		      struct fiscal_year *year_r);

/* The year of Reiwa as the fiscal year is counted, 1 for the one of 2019; 0: it is before that. */
int fiscal_year_find_reiwa(const struct fiscal_year *year);

#endif
