/*
 * How long the audit trail is kept (Art. 8), and how much shorter what residents are named in.
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

/* What else has an end. The drafts go with the trail that tells of them. */
enum retention_kind {
	RETENTION_RECIPIENTS,
	RETENTION_ORIGINALS,
	RETENTION_TEXTS,
	RETENTION_NOTICES,
	RETENTION_BOUNCES,
	RETENTION_LEFT,
	RETENTION_DRAFTS,
};
#define RETENTION_KINDS (RETENTION_DRAFTS + 1)

/* Settings, in seconds. */
struct retention_periods {
	int64_t recipients, originals, notices, left;
	int64_t texts;             /* 0: as long as the trail */
	int64_t correction_window; /* a correction wants what it corrects (Art. 13-3) */
	int64_t duplicate_window;  /* new texts are compared with those that went out */
};

/* The time from before which what has ended may go. before is that of the trail: nothing is kept
 * longer. */
int64_t retention_find_end(enum retention_kind kind,
			   const struct retention_periods *periods, int64_t now,
			   int64_t before);

#endif
