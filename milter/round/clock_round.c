/*
 * NAME
 *	clock_round - has the machine's clock jumped?
 *
 * DESCRIPTION
 *	A clock that is set wrong for a minute would let drafts expire for good, broadcasts of next
 *	month go out, and the trail of years be let go. So it is held against the time since the
 *	machine was started, which nobody sets (and against what was last seen, at a start). After a
 *	jump of more than an hour, what was planned before is judged by the clock as it was, nothing
 *	is let go, and the administrators are told; until it is right again, or they confirm it
 *	(kairanctl clock confirm). When it goes back, what was planned far ahead is due at once.
 *
 * DIAGNOSTICS
 *	Error: the clock has jumped. Info: it is right again. The administrators hear of it.
 */
#include "config.h"

#include "milter/round/clock_round.h"

#include <glib.h>
#include <stdlib.h>
#include <time.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "schema/store_audit.h"
#include "schema/store_clock.h"

#define JUMP_SECONDS 3600
#define SEE_SECONDS  600
#define DAY_SECONDS  86400

static GMutex clock_lock;
static struct {
	bool begun;
	int64_t wall, running;
	int64_t seen;
} clock_last;

/* Seconds since the machine was started, with those that it slept. */
static int64_t read_running(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec;
}

static bool record(struct store *store, int64_t jump, int64_t now,
		   struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%lld seconds", (long long)jump);
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.action = "clock",
		.outcome = jump > 0 ? "forward" : "back",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static bool keep(struct store *store, int64_t jump, int64_t most, int64_t *left_r,
		 struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	int64_t brought = 0;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_clock_jump(store, jump, now, left_r, error_r) &&
	     record(store, jump, now, error_r) &&
	     (jump > 0 || store_clock_bring_back(store, now, most, &brought, error_r));
	if (!store_end(store, ok, error_r))
		return false;
	log_error("the clock has jumped by %lld seconds", (long long)jump);
	if (brought > 0)
		log_info("%lld plans that were far ahead are due now",
			 (long long)brought);
	return true;
}

static bool handle(struct kairan *kairan, int64_t jump, struct kairan_error *error_r)
{
	struct setup *setup = kairan_get_setup(kairan);
	const int64_t most = MAX(2 * setup->settings->retry_most, DAY_SECONDS);
	int64_t left = 0;
	const bool ok = keep(kairan_get_store(kairan), jump, most, &left, error_r);

	setup_unref(setup);
	if (!ok)
		return false;
	if (left == 0) {
		log_info("the clock is right again");
		alarm_clear(kairan, ALARM_CLOCK, "jump");
	} else {
		g_autofree char *hours =
		    g_strdup_printf("%+lld h", (long long)(left / 3600));

		alarm_raise(kairan, ALARM_CLOCK, "jump",
			    left > 0 ? "clock-forward" : "clock-back", hours);
	}
	kairan_wake_all(kairan);
	return true;
}

/* Against what an earlier run has seen: only a clock behind that is wrong for sure. */
static int64_t judge_start(struct store *store, int64_t wall)
{
	struct kairan_error error;
	int64_t seen = 0;
	enum answer answer;

	if (!store_begin(store, &error))
		return 0;
	answer = store_clock_find_seen(store, &seen, &error);
	store_rollback(store);
	return answer == ANSWER_YES && wall < seen ? wall - seen : 0;
}

static void see(struct store *store, int64_t wall)
{
	struct kairan_error error;

	if (llabs(wall - clock_last.seen) < SEE_SECONDS)
		return;
	clock_last.seen = wall;
	if (store_begin(store, &error))
		(void)store_end(store, store_clock_see(store, wall, &error), &error);
}

/* An administrator has confirmed it. */
static void look_whether_confirmed(struct kairan *kairan, struct store *store)
{
	enum answer doubted = ANSWER_UNKNOWN;
	struct kairan_error error;
	int64_t jump;

	if (!alarm_board_has(kairan_get_alarm_board(kairan), ALARM_CLOCK " jump"))
		return;
	if (store_begin(store, &error)) {
		doubted = store_clock_find_jump(store, &jump, &error);
		store_rollback(store);
	}
	if (doubted == ANSWER_NO)
		alarm_clear(kairan, ALARM_CLOCK, "jump");
}

static void look(struct kairan *kairan)
{
	struct store *store = kairan_get_store(kairan);
	const int64_t wall = clock_unmoved(), running = read_running();
	struct kairan_error error;
	int64_t jump;

	if (store_failing_since(store, NULL) != 0)
		return;
	jump = clock_last.begun ? wall - clock_last.wall - (running - clock_last.running)
				: judge_start(store, wall);
	/* What could not be kept is found again. */
	if (llabs(jump) > JUMP_SECONDS && !handle(kairan, jump, &error)) {
		log_error("the clock: %s", error.text);
		return;
	}
	clock_last.begun = true;
	clock_last.wall = wall;
	clock_last.running = running;
	see(store, wall);
	look_whether_confirmed(kairan, store);
}

void clock_round_look(struct kairan *kairan)
{
	g_mutex_lock(&clock_lock);
	look(kairan);
	g_mutex_unlock(&clock_lock);
}

enum answer clock_round_is_in_doubt(struct store *store, struct kairan_error *error_r)
{
	enum answer answer;
	int64_t jump;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_clock_find_jump(store, &jump, error_r);
	store_rollback(store);
	return answer;
}
