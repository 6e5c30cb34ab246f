/*
 * How long the audit trail is kept (Art. 8).
 */
#ifndef KAIRAN_POLICY_RETENTION_H
#define KAIRAN_POLICY_RETENTION_H

#include <glib.h>
#include <stdint.h>

/* Logs are kept until the end of the fiscal year after the one they were taken in: at a time,
 * those from before the returned time may go. first_month (1 to 12) is the fiscal year's
 * (April in Japan), by the calendar of the zone. */
int64_t retention_find_cutoff(int64_t now, int first_month, GTimeZone *zone);

/* The beginning and the end (the next one's beginning) of the fiscal year that begins in a year
 * of the calendar. */
void retention_find_year(int year, int first_month, GTimeZone *zone, int64_t *since_r,
			 int64_t *until_r);

#endif
