/*
 * NAME
 *	clock - what time it is
 *
 * DESCRIPTION
 *	The real clock, plus an offset from the file named by the setting test_clock. Time
 *	zones are GLib's, so that no thread changes TZ for another.
 *
 * DIAGNOSTICS
 *	Warning: the clock is moved by a test setting. A test file that cannot be read, or
 *	moves the clock by millennia, counts as an offset of zero.
 */
#include "config.h"

#include "conf/clock.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/log.h"

/* Some thousand years; the sum with the real time stays far from overflowing. */
#define CLOCK_OFFSET_MOST ((int64_t)1 << 36)

static char clock_test_path[512];

void clock_open_test(const char *path)
{
	(void)snprintf(clock_test_path, sizeof(clock_test_path), "%s", path);
	if (clock_test_path[0] != '\0')
		log_warning(
		    "TEST CLOCK: times are moved by the file %s (setting test_clock); "
		    "this must never be on where real mail is sent",
		    clock_test_path);
}

/* jumps_r: is it a jump of the machine's clock? */
static int64_t read_offset(bool *jumps_r)
{
	char text[64] = "";
	int64_t offset;
	FILE *file;

	*jumps_r = false;
	if (clock_test_path[0] == '\0')
		return 0;
	file = fopen(clock_test_path, "re");
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	*jumps_r = strstr(text, "jump") != NULL;
	offset = strtoll(text, NULL, 10);
	return offset >= -CLOCK_OFFSET_MOST && offset <= CLOCK_OFFSET_MOST ? offset : 0;
}

int64_t clock_now(void)
{
	bool jumps;

	return (int64_t)time(NULL) + read_offset(&jumps);
}

int64_t clock_unmoved(void)
{
	bool jumps;
	const int64_t offset = read_offset(&jumps);

	return (int64_t)time(NULL) + (jumps ? offset : 0);
}

GTimeZone *clock_open_zone(const char *name)
{
	GTimeZone *zone = g_time_zone_new_identifier(name);

	return zone != NULL ? zone : g_time_zone_new_utc();
}

void clock_format(int64_t when, const char *zone, const char *format, char *out_r,
		  size_t size)
{
	GTimeZone *tz = clock_open_zone(zone);
	GDateTime *utc = g_date_time_new_from_unix_utc(when);
	GDateTime *local = NULL;
	char *text = NULL;

	if (utc != NULL)
		local = g_date_time_to_timezone(utc, tz);
	if (local != NULL)
		text = g_date_time_format(local, format);
	(void)snprintf(out_r, size, "%s", text != NULL ? text : "");
	g_free(text);
	if (local != NULL)
		g_date_time_unref(local);
	if (utc != NULL)
		g_date_time_unref(utc);
	g_time_zone_unref(tz);
}
