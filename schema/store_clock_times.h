/*
 * The times of the store that are planned by, or counted from, and what becomes of those that were
 * written by a clock that was wrong. Every column with a time is in store_clock_times or among those
 * that stay (tests/schema/test_clock_times.c knows all of them).
 */
#ifndef KAIRAN_SCHEMA_STORE_CLOCK_TIMES_H
#define KAIRAN_SCHEMA_STORE_CLOCK_TIMES_H

#include <glib.h>

#include "schema/store.h"

struct store_clock_time {
	const char *table;
	const char *columns; /* with spaces between them */
	const char *sql;     /* moves them; NULL: they stay */
};

/* All of them; the last has no table. */
extern const struct store_clock_time store_clock_times[];

/* What was written between two times, by a clock that was wrong, is moved by some seconds. */
struct store_clock_shift {
	int64_t seconds;
	int64_t from, to;
	int64_t mark; /* the trail's last row of before */
	bool ahead;   /* that clock was ahead, and nothing else lies where it was */
};

/* In a transaction. *moved_r: how many rows. */
bool store_clock_times_move(struct store *store, const struct store_clock_shift *shift,
			    int64_t *moved_r, struct kairan_error *error_r);

/* Drafts that somebody had read the clock for before it went back, and wrote after that: no draft is
 * written or decided in the future. It is as if it had been done now. */
bool store_clock_times_bring_late(struct store *store, int64_t now, int64_t *moved_r,
				  struct kairan_error *error_r);

/* Ids of approved drafts whose times were moved and that wait for an end of quiet hours: the moved
 * time may lie in them. Free with g_array_unref(); NULL with the error. */
GArray *store_clock_times_list_moved(struct store *store,
				     const struct store_clock_shift *shift,
				     struct kairan_error *error_r);

#endif
