/*
 * NAME
 *	hours - when broadcasts may go out
 *
 * DESCRIPTION
 *	Quiet hours are told by the clocks on the wall of the town (Art. 13-2(1)). The end of
 *	the quiet hours is looked for minute by minute: a day on which clocks are set forward
 *	or back needs no rule of its own.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/hours.h"

#include <string.h>

#define MINUTE_SECONDS 60
#define DAY_MINUTES    (24 * 60)

/* "21:00"; behind it, or NULL. 24:00 is the end of the day. */
static const char *read_minutes(const char *text, int *minutes_r)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : !g_ascii_isdigit(text[i]))
			return NULL;
	*minutes_r = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 +
		     text[4] - '0';
	return text[3] < '6' && *minutes_r <= DAY_MINUTES ? text + 5 : NULL;
}

bool hours_read(const char *text, struct quiet_hours *hours_r)
{
	if (strcmp(text, "none") == 0) {
		*hours_r = (struct quiet_hours){ 0, 0 };
		return true;
	}
	text = read_minutes(text, &hours_r->begin);
	if (text == NULL || *text++ != '-')
		return false;
	text = read_minutes(text, &hours_r->end);
	/* Hours that never end would keep everything back without a word. */
	return text != NULL && *text == '\0' &&
	       hours_r->end - hours_r->begin < DAY_MINUTES;
}

static int find_minute_of_day(GTimeZone *zone, int64_t at)
{
	const int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at);
	const int64_t local = at + g_time_zone_get_offset(zone, interval);
	const int64_t minutes =
	    (local - ((local % MINUTE_SECONDS) + MINUTE_SECONDS) % MINUTE_SECONDS) /
	    MINUTE_SECONDS;

	return (int)(((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES);
}

bool hours_is_quiet(const struct quiet_hours *hours, GTimeZone *zone, int64_t at)
{
	const int minute = find_minute_of_day(zone, at);

	if (hours->begin <= hours->end)
		return minute >= hours->begin && minute < hours->end;
	return minute >= hours->begin || minute < hours->end;
}

int64_t hours_find_opening(const struct quiet_hours *hours, GTimeZone *zone, int64_t at)
{
	/* Two days: quiet hours over midnight, and an hour that comes twice. */
	for (int i = 0; i <= 2 * DAY_MINUTES && hours_is_quiet(hours, zone, at); i++)
		at += MINUTE_SECONDS -
		      ((at % MINUTE_SECONDS) + MINUTE_SECONDS) % MINUTE_SECONDS;
	return at;
}
