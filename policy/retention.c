/*
 * NAME
 *	retention - how long what is kept is kept
 *
 * DESCRIPTION
 *	In fiscal year Y the logs of Y and of Y-1 are kept, so the cutoff is the beginning of
 *	Y-1: midnight of the first of its first month.
 *
 *	What residents are named in goes earlier, by settings; but not before those who still look
 *	at it: a correction at the recipients and the text, the search for twins at the text, and
 *	limits per day at the notices.
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

#define DAY_SECONDS 86400
/* Limits look back over days, and reports of what could not be delivered come within five. */
#define NOTICES_LEAST ((int64_t)7 * DAY_SECONDS)

int64_t retention_find_end(enum retention_kind kind,
			   const struct retention_periods *periods, int64_t now,
			   int64_t before)
{
	int64_t period = 0;

	switch (kind) {
	case RETENTION_RECIPIENTS:
	case RETENTION_BOUNCES: /* what was reported of them */
		period = MAX(periods->recipients, periods->correction_window);
		break;
	case RETENTION_ORIGINALS:
		period = MAX(periods->originals, periods->correction_window);
		break;
	case RETENTION_TEXTS:
		if (periods->texts == 0)
			return before;
		period = MAX(periods->texts,
			     MAX(periods->correction_window, periods->duplicate_window));
		break;
	case RETENTION_NOTICES:
		period = MAX(periods->notices, NOTICES_LEAST);
		break;
	case RETENTION_LEFT:
		period = periods->left;
		break;
	case RETENTION_DRAFTS:
		return before;
	}
	return MAX(now - period, before);
}
