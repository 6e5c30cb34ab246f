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
 * by; with "jump" behind the seconds they mean a jump; with "jump N" of N of them. */
int64_t clock_unmoved(void);

/* What it is at least: seconds like clock_now(), less what the clock is ahead of the one that was
 * believed last, as the daemon has noted it and as it has jumped since. Where nothing was noted,
 * clock_now(). For what is safe as long as it is not over. */
int64_t clock_at_least(void);

/* The same, less only what it has jumped ahead since it was looked at: what the store says of jumps
 * (schema/store_clock.h) is about this. For what is ended, sent or let go by its time. */
int64_t clock_as_looked(void);

/* The machine's clock was looked at: by it the machine was started at that time (clock_unmoved() less
 * clock_running()), and it is ahead by so much, or not (0). What it jumps since is seen by
 * the two above at once. Thread-safe, as all are. */
void clock_note_ahead(int64_t started, int64_t seconds);

/* Seconds since the machine was started, with those that it slept. */
int64_t clock_running(void);

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
