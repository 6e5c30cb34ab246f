/*
 * Until when a resident wants no mail, as people write it.
 */
#ifndef KAIRAN_POLICY_PAUSE_DATE_H
#define KAIRAN_POLICY_PAUSE_DATE_H

#include <glib.h>
#include <stdint.h>

enum pause_date_status {
	PAUSE_DATE_NONE,       /* nothing that looks like a date */
	PAUSE_DATE_READ,       /* one day that is to come */
	PAUSE_DATE_UNREADABLE, /* two dates, or one that does not exist */
	PAUSE_DATE_PAST,       /* today or before */
	PAUSE_DATE_FAR,        /* more than that many days ahead */
};

/* Read the last day of a pause from a line (UTF-8): 2026-12-31, 2026/12/31, 2026年12月31日,
 * 令和8年12月31日, 12/31 or 12月31日 (the next one), 31 December 2026, Dec 31; or a length:
 * 10日間, 2週間, 1か月, 10 days, 2 weeks, a month. Full-width digits are taken as well; what
 * else the line says does not matter. days_most: how far ahead it may be. *until_r: when the
 * pause is over, the beginning of the day after in the zone (seconds since the epoch). */
enum pause_date_status pause_date_read(const char *line, int64_t now, GTimeZone *zone,
				       int days_most, int64_t *until_r);

#endif
