/*
 * NAME
 *	ctl_time - times on the command line
 *
 * DESCRIPTION
 *	A date and time in the town's time zone, or a duration as in kairan.conf.
 *
 * DIAGNOSTICS
 *	None: what is no time is said by the answer.
 */
#include "config.h"

#include "ctl/ctl_time.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/setting_value.h"

static bool read_date(const struct settings *settings, const char *text, int64_t *at_r)
{
	int year, month, day, hour, minute, length = 0;
	GTimeZone *zone;
	GDateTime *date;

	if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &year, &month, &day, &hour, &minute,
		   &length) != 5 ||
	    text[length] != '\0')
		return false;
	zone = clock_open_zone(settings->time_zone);
	date = g_date_time_new(zone, year, month, day, hour, minute, 0);
	g_time_zone_unref(zone);
	if (date == NULL)
		return false;
	*at_r = g_date_time_to_unix(date);
	g_date_time_unref(date);
	return true;
}

bool ctl_time_read(const struct settings *settings, const char *text, int64_t now,
		   int64_t *at_r)
{
	int64_t seconds;

	if (strchr(text, '-') != NULL)
		return read_date(settings, text, at_r);
	if (!setting_value_parse(TYPE_DURATION, text, &seconds))
		return false;
	*at_r = now + seconds;
	return true;
}

bool ctl_time_read_day(const struct settings *settings, const char *text, int64_t now,
		       int64_t *at_r)
{
	g_autofree char *end = g_strconcat(text, " 23:59", NULL);

	return (read_date(settings, end, at_r) ||
		ctl_time_read(settings, text, now, at_r)) &&
	       *at_r > now;
}

bool ctl_time_read_past(const struct settings *settings, const char *text, int64_t now,
			int64_t *at_r)
{
	g_autofree char *midnight = g_strconcat(text, " 00:00", NULL);

	if (strchr(text, '-') != NULL)
		return read_date(settings, text, at_r) ||
		       read_date(settings, midnight, at_r);
	if (!ctl_time_read(settings, text, 0, at_r))
		return false;
	*at_r = now - *at_r;
	return true;
}

char *ctl_time_show(const struct settings *settings, int64_t at)
{
	char text[64];

	clock_format(at, settings->time_zone, "%Y-%m-%d %H:%M %Z", text, sizeof(text));
	return g_strdup(text);
}
