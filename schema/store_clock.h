/*
 * Jumps of the machine's clock: by how much, and since when, until it is right again or somebody
 * has confirmed it. Times that were kept before a jump forward are judged by the clock as it went
 * on before (store_draft_find_due()).
 *
 * And when it was last seen, on which boot of the machine, for the next start.
 */
#ifndef KAIRAN_SCHEMA_STORE_CLOCK_H
#define KAIRAN_SCHEMA_STORE_CLOCK_H

#include "schema/store.h"
#include "schema/store_clock_times.h"

/* SQL: by how much the clock is ahead of the one that was believed before; 0 where nothing stands in
 * doubt, or it is behind. */
#define STORE_CLOCK_AHEAD                                                   \
	"coalesce((SELECT greatest(0, CAST(value AS bigint)) FROM position" \
	" WHERE name = 'clock-jump'), 0)"

/* The same for what was kept at this time: what was planned before the jump is judged by the clock as
 * it went on. */
#define STORE_CLOCK_AHEAD_SINCE(column)                                      \
	"CASE WHEN " column " < (SELECT CAST(value AS bigint) FROM position" \
	" WHERE name = 'clock-jumped-at') THEN " STORE_CLOCK_AHEAD " ELSE 0 END"

/* How much of this time is the clock's being ahead: what was kept after the jump. */
#define STORE_CLOCK_AHEAD_OF(column)                                          \
	"CASE WHEN " column " >= (SELECT CAST(value AS bigint) FROM position" \
	" WHERE name = 'clock-jumped-at') THEN " STORE_CLOCK_AHEAD " ELSE 0 END"

/* What stands in doubt, in seconds: positive where the clock is ahead of what it was. NO: nothing.
 * In a transaction, as are the next. */
enum answer store_clock_find_jump(struct store *store, int64_t *jump_r,
				  struct kairan_error *error_r);

/* A machine that was off for longer is not believed without being asked about: nobody closes a town
 * hall for a month, and a clock that is wrong after a start mostly is by years. */
#define STORE_CLOCK_OUTAGE_MOST (30 * (int64_t)86400)

/* What time it is by the clock by which something was kept then. In a transaction. */
bool store_clock_find_own(struct store *store, int64_t kept_at, int64_t now,
			  int64_t *own_r, struct kairan_error *error_r);

struct store_clock_jump {
	int64_t seconds;  /* by how much */
	int64_t now;      /* where it is after it */
	int64_t landed;   /* not later than it was at once after it */
	bool with_outage; /* of it so much may be the time that the machine was off */
};

struct store_clock_change {
	int64_t
	    left; /* what stands in doubt, with the jumps before; 0: it is right again */
	int64_t
	    moved; /* rows that were written since the first jump, and went with the clock */
	struct store_clock_shift shift; /* how they were moved */
};

/* The clock has jumped. Where it stood in doubt before, what was written since goes with it. */
bool store_clock_jump(struct store *store, const struct store_clock_jump *jump,
		      struct store_clock_change *change_r, struct kairan_error *error_r);

/* It is right as it is. */
bool store_clock_trust(struct store *store, struct kairan_error *error_r);

/* What lies further ahead than this was planned by a clock that has gone back. Seconds. */
struct store_clock_ahead {
	int64_t now;
	int64_t tries;     /* more than any pause between hand-overs */
	int64_t looks;     /* more than a draft waits until it is looked at again */
	int64_t under_way; /* a hand-over and the wait for its receipt */
};

/* Tries of notices and shards that are further ahead are due now; those under way when they would
 * be over. Whoever computed such a time before the clock went back may write it after this: it is
 * called again and again, and finds nothing by an index. *brought_r: how many. */
bool store_clock_bring_tries_back(struct store *store,
				  const struct store_clock_ahead *ahead,
				  int64_t *brought_r, struct kairan_error *error_r);

/* The same, and looks at drafts, as the clock goes back. Those are computed where they are written,
 * and some are rightly days ahead (release_round.c). */
bool store_clock_bring_back(struct store *store, const struct store_clock_ahead *ahead,
			    int64_t *brought_r, struct kairan_error *error_r);

struct clock_sight {
	int64_t wall;
	int64_t running; /* seconds since the machine was started */
	char boot[40];   /* which start that was; "": not known */
};

/* The clock as it was last seen; NO: never. */
enum answer store_clock_find_seen(struct store *store, struct clock_sight *sight_r,
				  struct kairan_error *error_r);
bool store_clock_see(struct store *store, const struct clock_sight *sight,
		     struct kairan_error *error_r);

/* The time of the trail's last row; NO: it has none. */
enum answer store_clock_find_newest(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r);

#endif
