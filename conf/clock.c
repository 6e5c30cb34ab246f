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
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/log.h"

/* Some thousand years; the sum with the real time stays far from overflowing. */
#define CLOCK_OFFSET_MOST ((int64_t)1 << 36)

/* What a clock is set by, now and then. */
#define CLOCK_STEP_MOST 60

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

static int64_t keep_offset(int64_t offset)
{
	return offset >= -CLOCK_OFFSET_MOST && offset <= CLOCK_OFFSET_MOST ? offset : 0;
}

/* *jump_r: how much of it is a jump of the machine's clock; all, where no number says it. */
static int64_t read_offset(int64_t *jump_r)
{
	char text[64] = "", *end = NULL;
	const char *jump;
	int64_t offset;
	FILE *file;

	*jump_r = 0;
	if (clock_test_path[0] == '\0')
		return 0;
	file = fopen(clock_test_path, "re");
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	offset = keep_offset(strtoll(text, NULL, 10));
	jump = strstr(text, "jump");
	if (jump != NULL) {
		jump += strlen("jump");
		*jump_r = keep_offset(strtoll(jump, &end, 10));
		if (end == jump)
			*jump_r = offset;
	}
	return offset;
}

int64_t clock_now(void)
{
	int64_t jump;

	return (int64_t)time(NULL) + read_offset(&jump);
}

int64_t clock_unmoved(void)
{
	int64_t jump;

	(void)read_offset(&jump);
	return (int64_t)time(NULL) + jump;
}

int64_t clock_running(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec;
}

/* Both change together. */
static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool noted;
	int64_t started; /* when the machine was, by its clock as it was looked at last */
	int64_t ahead;
} clock_believed;

void clock_note_ahead(int64_t started, int64_t seconds)
{
	pthread_mutex_lock(&clock_lock);
	clock_believed.noted = true;
	clock_believed.started = started;
	clock_believed.ahead = MAX(seconds, 0);
	pthread_mutex_unlock(&clock_lock);
}

/* The time is read first: a jump that it has is seen after it. */
static int64_t take_away(bool noted_too)
{
	const int64_t now = clock_now();
	const int64_t started = clock_unmoved() - clock_running();
	int64_t ahead = 0;

	pthread_mutex_lock(&clock_lock);
	if (clock_believed.noted) {
		const int64_t jump = started - clock_believed.started;

		ahead = (noted_too ? clock_believed.ahead : 0) +
			(llabs(jump) > CLOCK_STEP_MOST ? jump : 0);
	}
	pthread_mutex_unlock(&clock_lock);
	return now - MAX(ahead, 0);
}

int64_t clock_at_least(void)
{
	return take_away(true);
}

int64_t clock_as_looked(void)
{
	return take_away(false);
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
