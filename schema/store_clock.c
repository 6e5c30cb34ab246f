/*
 * NAME
 *	store_clock - jumps of the machine's clock
 *
 * DESCRIPTION
 *	The sum of the jumps, and where the clock was after the first of them. Jumps that take each
 *	other back, to within an hour, leave nothing; where one was found at a start of the machine,
 *	the time that it was off is in it, and may be left.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_clock.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/sql.h"
#include "schema/store_position.h"

/* SQL of store_clock.h reads the first two. */
#define JUMP      "clock-jump"
#define JUMPED_AT "clock-jumped-at"
#define MARK      "clock-mark"
#define OUTAGE    "clock-outage"
#define SEEN      "clock-seen"
#define BOOT      "clock-boot" /* "ID SECONDS" */

/* Within this it is right again. */
#define TOLERANCE_SECONDS 3600

static enum answer find_number(struct store *store, const char *name, int64_t *number_r,
			       struct kairan_error *error_r)
{
	g_autofree char *value = NULL;
	const enum answer answer = store_position_find(store, name, &value, error_r);

	*number_r = answer == ANSWER_YES ? g_ascii_strtoll(value, NULL, 10) : 0;
	return answer;
}

static bool put_number(struct store *store, const char *name, int64_t number,
		       struct kairan_error *error_r)
{
	g_autofree char *value = g_strdup_printf("%lld", (long long)number);

	return store_position_put(store, name, value, error_r);
}

enum answer store_clock_find_jump(struct store *store, int64_t *jump_r,
				  struct kairan_error *error_r)
{
	return find_number(store, JUMP, jump_r, error_r);
}

/* The trail's last row of before the jump. After one forward nothing has to be told apart. After one
 * back, what is later than now is from before; where nobody did anything of late, all is. */
static bool find_mark(struct store *store, const struct store_clock_jump *jump,
		      int64_t *mark_r, struct kairan_error *error_r)
{
	*mark_r = 0;
	return jump->seconds > 0 ||
	       sql_number(
		   store, error_r, mark_r,
		   "SELECT coalesce(max(CASE WHEN at > ? THEN seq END), max(seq), 0)"
		   " FROM (SELECT seq, at FROM audit ORDER BY seq DESC LIMIT 1000) AS late",
		   "i", jump->now + TOLERANCE_SECONDS / 2);
}

static bool doubt(struct store *store, const struct store_clock_jump *jump,
		  struct kairan_error *error_r)
{
	int64_t mark;

	return find_mark(store, jump, &mark, error_r) &&
	       put_number(store, JUMPED_AT, jump->landed, error_r) &&
	       put_number(store, MARK, mark, error_r);
}

/* A jump after the first: what was written since that goes with the clock. */
static bool move_with(struct store *store, const struct store_clock_jump *jump,
		      int64_t before, struct store_clock_change *change_r,
		      struct kairan_error *error_r)
{
	struct store_clock_shift *shift = &change_r->shift;

	*shift = (struct store_clock_shift){
		.seconds = jump->seconds,
		.to = jump->now - jump->seconds,
		.ahead = before > 0,
	};
	return find_number(store, JUMPED_AT, &shift->from, error_r) != ANSWER_UNKNOWN &&
	       find_number(store, MARK, &shift->mark, error_r) != ANSWER_UNKNOWN &&
	       store_clock_times_move(store, shift, &change_r->moved, error_r) &&
	       put_number(store, JUMPED_AT, shift->from + jump->seconds, error_r);
}

bool store_clock_jump(struct store *store, const struct store_clock_jump *jump,
		      struct store_clock_change *change_r, struct kairan_error *error_r)
{
	int64_t before, outage;
	const enum answer doubted = find_number(store, JUMP, &before, error_r);

	*change_r = (struct store_clock_change){ .left = before + jump->seconds };
	if (doubted == ANSWER_UNKNOWN ||
	    find_number(store, OUTAGE, &outage, error_r) == ANSWER_UNKNOWN ||
	    !(doubted == ANSWER_YES ? move_with(store, jump, before, change_r, error_r)
				    : doubt(store, jump, error_r)))
		return false;
	if (llabs(change_r->left) <= TOLERANCE_SECONDS ||
	    (outage != 0 && change_r->left > 0 &&
	     change_r->left <= STORE_CLOCK_OUTAGE_MOST)) {
		change_r->left = 0;
		return store_clock_trust(store, error_r);
	}
	return put_number(store, JUMP, change_r->left, error_r) &&
	       (!jump->with_outage || put_number(store, OUTAGE, 1, error_r));
}

bool store_clock_trust(struct store *store, struct kairan_error *error_r)
{
	return sql_run(store, error_r, "DELETE FROM position WHERE name IN (?, ?, ?, ?)",
		       "ssss", JUMP, JUMPED_AT, MARK, OUTAGE);
}

/* Each state for itself, so that the index finds them. What a courier hands over at this moment, or
 * has handed over, must not be handed over again while its receipt may be on its way. */
bool store_clock_bring_tries_back(struct store *store,
				  const struct store_clock_ahead *ahead,
				  int64_t *brought_r, struct kairan_error *error_r)
{
	static const char *const updates[] = {
		"UPDATE shard SET next_try = CASE WHEN held_until > 0 THEN ?1 + ?3 ELSE ?1 END,"
		" held_until = CASE WHEN held_until > 0 THEN ?1 + ?3 ELSE 0 END"
		" WHERE state = 1 AND next_try > ?2",
		"UPDATE shard SET next_try = ?1 + ?3,"
		" held_until = CASE WHEN held_until > 0 THEN ?1 + ?3 ELSE 0 END"
		" WHERE state = 2 AND next_try > ?2",
	};
	const int64_t far = ahead->now + MAX(ahead->tries, ahead->under_way);

	if (!sql_run(store, error_r,
		     "UPDATE outbox SET next_try = ?1 WHERE state = 1 AND next_try > ?2",
		     "ii", ahead->now, far))
		return false;
	*brought_r = sql_changes(store);
	for (size_t i = 0; i < G_N_ELEMENTS(updates); i++) {
		if (!sql_run(store, error_r, updates[i], "iii", ahead->now, far,
			     ahead->under_way))
			return false;
		*brought_r += sql_changes(store);
	}
	return true;
}

bool store_clock_bring_back(struct store *store, const struct store_clock_ahead *ahead,
			    int64_t *brought_r, struct kairan_error *error_r)
{
	if (!store_clock_bring_tries_back(store, ahead, brought_r, error_r) ||
	    !sql_run(store, error_r, "UPDATE draft SET look_at = ?1 WHERE look_at > ?2",
		     "ii", ahead->now, ahead->now + ahead->looks))
		return false;
	*brought_r += sql_changes(store);
	return true;
}

bool store_clock_find_own(struct store *store, int64_t kept_at, int64_t now,
			  int64_t *own_r, struct kairan_error *error_r)
{
	return sql_number(store, error_r, own_r,
			  "SELECT ?2 - " STORE_CLOCK_AHEAD_SINCE("?1"), "ii", kept_at,
			  now);
}

enum answer store_clock_find_seen(struct store *store, struct clock_sight *sight_r,
				  struct kairan_error *error_r)
{
	g_autofree char *boot = NULL;
	long long running = 0;
	enum answer answer = find_number(store, SEEN, &sight_r->wall, error_r);

	sight_r->running = 0;
	sight_r->boot[0] = '\0';
	if (answer != ANSWER_YES)
		return answer;
	answer = store_position_find(store, BOOT, &boot, error_r);
	if (answer == ANSWER_YES &&
	    sscanf(boot, "%39s %lld", sight_r->boot, &running) == 2)
		sight_r->running = running;
	else
		sight_r->boot[0] = '\0';
	return answer == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_YES;
}

bool store_clock_see(struct store *store, const struct clock_sight *sight,
		     struct kairan_error *error_r)
{
	g_autofree char *boot =
	    g_strdup_printf("%s %lld", sight->boot, (long long)sight->running);

	return put_number(store, SEEN, sight->wall, error_r) &&
	       store_position_put(store, BOOT, boot, error_r);
}

enum answer store_clock_find_newest(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r)
{
	struct sql_stmt *stmt;
	const enum answer answer = sql_first(
	    store, error_r, &stmt, "SELECT at FROM audit ORDER BY seq DESC LIMIT 1", "");

	if (answer == ANSWER_YES) {
		*at_r = sql_int(stmt, 0);
		sql_done(stmt);
	}
	return answer;
}
