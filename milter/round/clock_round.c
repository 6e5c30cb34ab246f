/*
 * NAME
 *	clock_round - has the machine's clock jumped?
 *
 * DESCRIPTION
 *	A clock that is set wrong for a minute would let drafts expire for good, broadcasts of next
 *	month go out, and the trail of years be let go. So it is held against the time since the
 *	machine was started, which nobody sets. At a start it is held against when it was last seen:
 *	where the machine has not been started since, in the same way; else the machine was off, for
 *	a weekend or a week, and only a clock that is behind, or ahead by more than a month, is
 *	doubted. After a
 *	jump of more than an hour, what was planned before is judged by the clock as it was, nothing
 *	is let go, and the administrators are told; until it is right again, or they confirm it
 *	(kairanctl clock confirm). When it goes back, tries that were planned far ahead are due at once;
 *	and so are, some seconds later, those that somebody planned before that and wrote after it.
 *	What else was written by the wrong clock goes back with it (store_clock_times.c).
 *
 * DIAGNOSTICS
 *	Error: the clock has jumped. Info: it is right again. The administrators hear of it.
 */
#include "config.h"

#include "milter/round/clock_round.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/draft/schedule.h"
#include "schema/store_audit.h"
#include "schema/store_clock.h"
#include "schema/store_draft.h"

#define JUMP_SECONDS 3600
#define SEE_SECONDS  600
#define DAY_SECONDS  86400
/* How often is looked for tries that lie far ahead. */
#define BRING_SECONDS 10
#define BOOT_ID       "/proc/sys/kernel/random/boot_id"

static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool begun;
	bool noted;    /* by how much it is ahead */
	int64_t ahead; /* or behind */
	struct clock_sight sight;
	int64_t seen;    /* as it is kept */
	int64_t brought; /* when the tries were; as sight.running */
} clock_last;

/* Seconds since the machine was started, with those that it slept, and which start it was. */
static void look_at_clock(struct clock_sight *sight_r)
{
	g_autofree char *boot = NULL;

	sight_r->wall = clock_unmoved();
	sight_r->running = clock_running();
	if (!g_file_get_contents(BOOT_ID, &boot, NULL, NULL))
		boot = g_strdup("");
	(void)g_strlcpy(sight_r->boot, g_strstrip(boot), sizeof(sight_r->boot));
}

static bool record(struct store *store, const struct store_clock_jump *jump,
		   int64_t moved, struct kairan_error *error_r)
{
	g_autofree char *more =
	    moved > 0 ? g_strdup_printf("; %lld rows written since went with it",
					(long long)moved)
		      : g_strdup("");
	g_autofree char *detail =
	    g_strdup_printf("%lld seconds%s", (long long)jump->seconds, more);
	const struct audit_event event = {
		.at = jump->now,
		.uid = "kairan",
		.role = "system",
		.action = "clock",
		.outcome = jump->seconds > 0 ? "forward" : "back",
		.detail = detail,
	};

	return store_audit_append(store, &event, error_r);
}

static void log_brought(int64_t brought)
{
	log_info("%lld plans that were far ahead are due now", (long long)brought);
}

/* A pause has up to a quarter of jitter (courier.c), and the settings may just have been changed. */
static void find_ahead(struct kairan *kairan, int64_t now,
		       struct store_clock_ahead *ahead_r)
{
	struct setup *setup = kairan_get_setup(kairan);
	const struct settings *settings = setup->settings;
	const int64_t under_way = settings->mta_timeout + settings->receipt_wait;

	*ahead_r = (struct store_clock_ahead){
		.now = now,
		.tries = 2 * MAX(settings->retry_most, under_way),
		.looks = DAY_SECONDS,
		.under_way = under_way,
	};
	setup_unref(setup);
}

/* An approval waited for the end of quiet hours, and the clock went on by another time of the day. */
static bool mend_opening(const struct setup *setup, struct store *store, int64_t id,
			 int64_t now, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = now, .uid = "kairan", .role = "system", .action = "clock"
	};
	struct draft *draft = NULL;
	const enum answer answer = store_draft_find(store, id, &draft, error_r);
	bool ok = answer != ANSWER_UNKNOWN;

	if (answer == ANSWER_YES) {
		const int64_t at =
		    draft_schedule_find_opening(setup, draft, draft->due_at);

		ok = at == draft->due_at ||
		     store_draft_put_off(store, draft, at, &event, error_r);
	}
	draft_free(draft);
	return ok;
}

static bool mend_openings(struct kairan *kairan, const struct store_clock_change *change,
			  int64_t now, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	GArray *drafts;
	struct setup *setup;
	bool ok = true;

	if (change->moved == 0)
		return true;
	drafts = store_clock_times_list_moved(store, &change->shift, error_r);
	if (drafts == NULL)
		return false;
	setup = kairan_get_setup(kairan);
	for (guint i = 0; ok && i < drafts->len; i++)
		ok = mend_opening(setup, store, g_array_index(drafts, int64_t, i), now,
				  error_r);
	setup_unref(setup);
	g_array_unref(drafts);
	return ok;
}

/* Where the clock is now is kept with it, so that no start finds the same jump again. */
static bool keep(struct kairan *kairan, const struct store_clock_jump *jump,
		 const struct store_clock_ahead *ahead, int64_t *left_r,
		 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct store_clock_change change = { 0 };
	struct clock_sight sight;
	int64_t brought = 0;
	bool ok;

	look_at_clock(&sight);
	if (!store_begin(store, error_r))
		return false;
	ok = store_clock_jump(store, jump, &change, error_r) &&
	     store_clock_see(store, &sight, error_r) &&
	     record(store, jump, change.moved, error_r) &&
	     mend_openings(kairan, &change, jump->now, error_r) &&
	     (jump->seconds > 0 ||
	      store_clock_bring_back(store, ahead, &brought, error_r));
	if (!store_end(store, ok, error_r))
		return false;
	*left_r = change.left;
	log_error("the clock has jumped by %lld seconds", (long long)jump->seconds);
	if (change.moved > 0)
		log_info("%lld rows that were written by the wrong clock went with it",
			 (long long)change.moved);
	if (brought > 0)
		log_brought(brought);
	return true;
}

static bool handle(struct kairan *kairan, const struct clock_sight *sight,
		   const struct store_clock_jump *jump, struct kairan_error *error_r)
{
	struct store_clock_ahead ahead;
	int64_t left = 0;

	find_ahead(kairan, jump->now, &ahead);
	if (!keep(kairan, jump, &ahead, &left, error_r))
		return false;
	clock_last.noted = true;
	clock_last.ahead = left;
	clock_note_ahead(sight->wall - sight->running, left);
	if (left == 0) {
		log_info("the clock is right again");
		alarm_clear(kairan, ALARM_CLOCK, "jump");
	} else {
		g_autofree char *hours =
		    g_strdup_printf("%+lld h", (long long)(left / 3600));

		alarm_raise(kairan, ALARM_CLOCK, "jump",
			    left < 0            ? "clock-back"
			    : jump->with_outage ? "clock-far"
						: "clock-forward",
			    hours);
	}
	kairan_wake_all(kairan);
	return true;
}

/* ---- at a start ---- */

/* What an earlier run has left; false: nothing. */
static bool find_last(struct store *store, struct clock_sight *seen_r, int64_t *newest_r)
{
	struct kairan_error error;
	enum answer seen, newest = ANSWER_NO;

	if (!store_begin(store, &error))
		return false;
	seen = store_clock_find_seen(store, seen_r, &error);
	if (seen == ANSWER_YES)
		newest = store_clock_find_newest(store, newest_r, &error);
	store_rollback(store);
	if (newest == ANSWER_NO)
		*newest_r = clock_now();
	return seen == ANSWER_YES && newest != ANSWER_UNKNOWN;
}

static int64_t find_jump(const struct clock_sight *before, const struct clock_sight *now)
{
	return now->wall - before->wall - (now->running - before->running);
}

/* The machine was started anew: how long was it off? Nobody knows; but what was done last, by the
 * daemon or by kairanctl (a store that is restored is an old one), is not ahead of now. */
static void judge_outage(int64_t away, struct store_clock_jump *jump_r)
{
	jump_r->with_outage = away > STORE_CLOCK_OUTAGE_MOST;
	if (away < 0 || jump_r->with_outage)
		jump_r->seconds = away;
}

static void judge_start(struct store *store, const struct clock_sight *now,
			struct store_clock_jump *jump_r)
{
	struct clock_sight seen;
	int64_t newest = 0;

	if (!find_last(store, &seen, &newest))
		return;
	if (*seen.boot != '\0' && strcmp(seen.boot, now->boot) == 0 &&
	    seen.running <= now->running)
		jump_r->seconds = find_jump(&seen, now);
	else
		judge_outage(MIN(now->wall - seen.wall, clock_now() - newest), jump_r);
}

/* ---- all of it ---- */

static void see(struct store *store, const struct clock_sight *sight)
{
	struct kairan_error error;

	if (llabs(sight->wall - clock_last.seen) < SEE_SECONDS)
		return;
	clock_last.seen = sight->wall;
	if (store_begin(store, &error))
		(void)store_end(store, store_clock_see(store, sight, &error), &error);
}

/* Nobody has read a time that was later than this: not by a clock that is behind. */
static bool bring_late_drafts(struct store *store, int64_t now, int64_t *brought_r,
			      struct kairan_error *error_r)
{
	int64_t jump = 0, moved = 0;

	if (store_clock_find_jump(store, &jump, error_r) == ANSWER_UNKNOWN)
		return false;
	if (jump >= 0 && !store_clock_times_bring_late(store, now, &moved, error_r))
		return false;
	*brought_r += moved;
	return true;
}

/* What was written with a time of before the last jump, after that was kept. */
static void bring_late_ones(struct kairan *kairan, const struct clock_sight *sight)
{
	struct store *store = kairan_get_store(kairan);
	struct store_clock_ahead ahead;
	struct kairan_error error;
	int64_t brought = 0;

	if (sight->running - clock_last.brought < BRING_SECONDS)
		return;
	clock_last.brought = sight->running;
	if (!store_begin(store, &error))
		return;
	/* As it is judged by whoever writes after this. */
	find_ahead(kairan, clock_now(), &ahead);
	if (!store_end(store,
		       store_clock_bring_tries_back(store, &ahead, &brought, &error) &&
			   bring_late_drafts(store, ahead.now, &brought, &error),
		       &error)) {
		log_error("the clock: %s", error.text);
	} else if (brought > 0) {
		log_brought(brought);
		kairan_wake_all(kairan);
	}
}

/* What stands in doubt; an administrator may have confirmed it. */
static void look_at_doubt(struct kairan *kairan, struct store *store)
{
	enum answer doubted = ANSWER_UNKNOWN;
	struct kairan_error error;
	int64_t jump = 0;

	if (clock_last.noted &&
	    !alarm_board_has(kairan_get_alarm_board(kairan), ALARM_CLOCK " jump"))
		return;
	if (store_begin(store, &error)) {
		doubted = store_clock_find_jump(store, &jump, &error);
		store_rollback(store);
	}
	if (doubted == ANSWER_NO)
		alarm_clear(kairan, ALARM_CLOCK, "jump");
	if (doubted != ANSWER_UNKNOWN) {
		clock_last.noted = true;
		clock_last.ahead = jump;
	}
}

/* It was looked at some seconds ago; where the daemon was down, the clock may have jumped at any time,
 * but what is that far ahead of the one that was believed was not written by that. */
static int64_t find_landing(const struct store_clock_jump *jump)
{
	const int64_t ahead = jump->now - jump->seconds + JUMP_SECONDS / 2;

	if (!clock_last.begun && jump->seconds > 0)
		return ahead;
	return jump->seconds > 0 ? MAX(jump->now - SEE_SECONDS, ahead)
				 : jump->now - SEE_SECONDS;
}

static void look(struct kairan *kairan)
{
	struct store *store = kairan_get_store(kairan);
	struct store_clock_jump jump = { .now = clock_now() };
	struct clock_sight sight;
	struct kairan_error error;

	if (store_failing_since(store, NULL) != 0)
		return;
	look_at_clock(&sight);
	if (clock_last.begun)
		jump.seconds = find_jump(&clock_last.sight, &sight);
	else
		judge_start(store, &sight, &jump);
	jump.landed = find_landing(&jump);
	/* What could not be kept is found again. */
	if (llabs(jump.seconds) > JUMP_SECONDS &&
	    !handle(kairan, &sight, &jump, &error)) {
		log_error("the clock: %s", error.text);
		return;
	}
	clock_last.begun = true;
	clock_last.sight = sight;
	see(store, &sight);
	bring_late_ones(kairan, &sight);
	look_at_doubt(kairan, store);
	if (clock_last.noted)
		clock_note_ahead(sight.wall - sight.running, clock_last.ahead);
}

void clock_round_look(struct kairan *kairan)
{
	pthread_mutex_lock(&clock_lock);
	look(kairan);
	pthread_mutex_unlock(&clock_lock);
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
