/*
 * The one clock. Everything that compares, records or shows a time asks here, so that a
 * test can move it.
 */
#ifndef KAIRAN_CONF_CLOCK_H
#define KAIRAN_CONF_CLOCK_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds since the epoch, plus the test offset when the clock is moved. */
int64_t clock_now(void);

/* The machine's own clock, in which jumps are looked for. Tests that move the clock mean time to go
 * by; with "jump" behind the seconds they mean a jump. */
int64_t clock_unmoved(void);

/* Let tests move the clock: the file holds the seconds to add, as text, and is read at
 * each question. "" turns it off. Says so loudly in the log. Called before any thread. */
void clock_open_test(const char *path);

/* A zone by its IANA name, UTC when it is not known. Free with g_time_zone_unref(). */
GTimeZone *clock_open_zone(const char *name);

/* Show a time in a zone (IANA name): strftime format, in the C locale. A zone that is not
 * known is shown as UTC. */
void clock_format(int64_t when, const char *zone, const char *format, char *out_r,
		  size_t size);

#endif
