/*
 * NAME
 *	mta_log_time - the time at the beginning of a line of a log
 *
 * DESCRIPTION
 *	Debian 12's rsyslog and later ones write RFC 3339; older ones, and Postfix by itself
 *	(maillog_file), what syslog has always had.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/round/mta_log_time.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400

static int find_month(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (strncmp(months + (ptrdiff_t)3 * i, name, 3) == 0)
			return i;
	return -1;
}

static int64_t in_year(struct tm when, int year)
{
	when.tm_year = year;
	when.tm_isdst = -1;
	return (int64_t)mktime(&when);
}

static const char *read_old(const char *line, int64_t now, int64_t *at_r)
{
	const time_t today = (time_t)now;
	struct tm when = { 0 }, present;
	int length = 0;

	when.tm_mon = find_month(line);
	if (when.tm_mon < 0 ||
	    sscanf(line + 3, "%2d %2d:%2d:%2d %n", &when.tm_mday, &when.tm_hour,
		   &when.tm_min, &when.tm_sec, &length) != 4 ||
	    length == 0 || localtime_r(&today, &present) == NULL)
		return NULL;
	*at_r = in_year(when, present.tm_year);
	if (*at_r > now + DAY_SECONDS)
		*at_r = in_year(when, present.tm_year - 1);
	return line + 3 + length;
}

const char *mta_log_time_read(const char *line, int64_t now, int64_t *at_r)
{
	const char *end = strchr(line, ' ');
	g_autofree char *stamp = NULL;
	GDateTime *when;

	if (!g_ascii_isdigit(*line) || end == NULL || end - line > 40)
		return read_old(line, now, at_r);
	stamp = g_strndup(line, (gsize)(end - line));
	when = g_date_time_new_from_iso8601(stamp, NULL);
	if (when == NULL)
		return NULL;
	*at_r = g_date_time_to_unix(when);
	g_date_time_unref(when);
	return end + 1;
}
