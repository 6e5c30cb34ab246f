/*
 * NAME
 *	rounds - what happens with time
 *
 * DESCRIPTION
 *	Each round looks for one thing after another: suspensions whose time is over end, so
 *	that what rested gets its time back; held drafts whose time is over expire; releases
 *	whose shards have all been accepted are reported; approved drafts that are due begin to
 *	go out (release_round.c); what residents asked for and did not confirm is forgotten
 *	(resident_round.c). Every step is one transaction, so that a round which is cut off
 *	is simply walked again.
 *
 * DIAGNOSTICS
 *	Error: the store cannot be used; the round is repeated after a pause.
 */
#include "config.h"

#include "milter/round/rounds.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/intake/suspension.h"
#include "milter/round/clock_round.h"
#include "milter/round/release_round.h"
#include "milter/round/resident_round.h"
#include "schema/store_release.h"
#include "schema/store_suspension_plan.h"

#define ROUNDS_IDLE_SECONDS    3600
#define ROUNDS_TROUBLE_SECONDS 5

/* What every task of a round is given. */
struct round {
	struct store *store;
	int64_t now;
	const struct setup *setup;
};

static struct audit_event clock_event(const struct round *round, const char *action)
{
	return (struct audit_event){
		.at = round->now, .uid = "kairan", .role = "system", .action = action
	};
}

static enum answer find_undecided(const struct round *round, struct draft **draft_r,
				  struct kairan_error *error_r)
{
	return store_draft_find_due(round->store, DRAFT_HELD, round->now, draft_r,
				    error_r);
}

static bool expire_draft(const struct round *round, struct draft *draft,
			 struct kairan_error *error_r)
{
	const struct draft_step step = {
		.to = DRAFT_EXPIRED,
		.event = clock_event(round, "expire"),
	};

	return store_draft_enter(round->store, draft, &step, error_r) == ANSWER_YES &&
	       notice_add_parties(
		   round->store,
		   &(struct notice){ NOTICE_EXPIRED, draft->id, NULL, round->now }, -1,
		   error_r);
}

static enum answer find_complete(const struct round *round, struct draft **draft_r,
				 struct kairan_error *error_r)
{
	int64_t id;
	enum answer answer = store_release_find_complete(round->store, &id, error_r);

	return answer == ANSWER_YES ? store_draft_find(round->store, id, draft_r, error_r)
				    : answer;
}

/* The audit row of a correction says how long the error has stood (Art. 13-3). */
static bool describe_correction(const struct round *round, const struct draft *draft,
				char **detail_r, struct kairan_error *error_r)
{
	struct draft *corrected = NULL;

	if (draft->corrects == 0)
		return true;
	if (store_draft_find(round->store, draft->corrects, &corrected, error_r) !=
	    ANSWER_YES)
		return false;
	*detail_r =
	    g_strdup_printf("corrects %lld after %lld s", (long long)corrected->id,
			    (long long)(round->now - draft_sent_at(corrected)));
	draft_free(corrected);
	return true;
}

static bool finish_release(const struct round *round, struct draft *draft,
			   struct kairan_error *error_r)
{
	g_autofree char *detail = NULL;
	struct draft_step step = {
		.to = DRAFT_RELEASED,
		.event = clock_event(round, "released"),
	};

	if (!describe_correction(round, draft, &detail, error_r))
		return false;
	step.event.detail = detail;

	return store_draft_enter(round->store, draft, &step, error_r) == ANSWER_YES &&
	       notice_add_parties(
		   round->store,
		   &(struct notice){ NOTICE_RELEASED, draft->id, NULL, round->now }, -1,
		   error_r);
}

/* Which draft a task looks for, and what it does to it. */
static const struct {
	const char *name;
	enum answer (*find)(const struct round *, struct draft **, struct kairan_error *);
	bool (*handle)(const struct round *, struct draft *, struct kairan_error *);
} rounds_tasks[] = {
	{ "expire", find_undecided, expire_draft },
	{ "report", find_complete, finish_release },
};

/* One draft of one task. YES when there was one, and so may be another. */
static enum answer walk_task(struct kairan *kairan, const struct setup *setup,
			     size_t task, struct kairan_error *error_r)
{
	const struct round round = { kairan_get_store(kairan), clock_as_looked(), setup };
	struct draft *draft = NULL;
	enum answer found;

	if (!store_begin(round.store, error_r))
		return ANSWER_UNKNOWN;
	found = rounds_tasks[task].find(&round, &draft, error_r);
	if (found == ANSWER_YES && !rounds_tasks[task].handle(&round, draft, error_r))
		found = ANSWER_UNKNOWN;
	found = store_finish(round.store, found, error_r);
	if (found == ANSWER_YES) {
		log_event(LOG_LEVEL_INFO, draft->queue_id, draft->id, "%s: is now %s",
			  rounds_tasks[task].name, lifecycle_name(draft->state));
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
		/* For the archive. */
		waker_wake(kairan_get_waker(kairan, KAIRAN_SLOW_ROUNDS));
		waker_wake(kairan_get_waker(kairan, KAIRAN_PUBLICATIONS));
	}
	draft_free(draft);
	return found;
}

static enum answer next_expiry(struct store *store, int64_t *at_r,
			       struct kairan_error *error_r)
{
	return store_draft_next_due(store, DRAFT_HELD, at_r, error_r);
}

static enum answer next_release(struct store *store, int64_t *at_r,
				struct kairan_error *error_r)
{
	return store_draft_next_due(store, DRAFT_APPROVED, at_r, error_r);
}

/* The earliest time at which a task may have something to do. Whoever hands over a shard or
 * takes its receipt wakes us for the report. */
static bool find_next(struct store *store, int64_t *next_r, struct kairan_error *error_r)
{
	static enum answer (*const sources[])(struct store *, int64_t *,
					      struct kairan_error *) = {
		next_expiry, next_release, store_suspension_next_end,
		store_suspension_plan_next
	};
	bool ok = true;

	if (!store_begin(store, error_r))
		return false;
	for (size_t i = 0; ok && i < G_N_ELEMENTS(sources); i++) {
		int64_t at;
		enum answer answer = sources[i](store, &at, error_r);

		if (answer == ANSWER_YES)
			*next_r = MIN(*next_r, at);
		ok = answer != ANSWER_UNKNOWN;
	}
	store_rollback(store);
	return ok;
}

/* The directory has changed, or answers again. */
static bool look_anew(struct kairan *kairan, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);

	return store_begin(store, error_r) &&
	       store_end(store,
			 store_draft_look_now(
			     store, clock_now() - RELEASE_ROUND_STAY_SECONDS, error_r),
			 error_r);
}

static bool walk_round(struct kairan *kairan, int64_t *next_r,
		       struct kairan_error *error_r)
{
	struct setup *setup = kairan_get_setup(kairan);
	enum answer answer;

	clock_round_look(kairan);
	answer = suspension_advance(kairan, setup, error_r) ? ANSWER_NO : ANSWER_UNKNOWN;

	for (size_t i = 0; answer != ANSWER_UNKNOWN && i < G_N_ELEMENTS(rounds_tasks);
	     i++) {
		do {
			answer = walk_task(kairan, setup, i, error_r);
		} while (answer == ANSWER_YES);
	}
	if (answer != ANSWER_UNKNOWN &&
	    !resident_round_walk(kairan, setup, next_r, error_r))
		answer = ANSWER_UNKNOWN;
	if (kairan_take_directory(kairan, KAIRAN_ROUNDS) && !look_anew(kairan, error_r))
		answer = ANSWER_UNKNOWN;
	while (answer != ANSWER_UNKNOWN &&
	       (answer = release_round_step(kairan, setup, error_r)) == ANSWER_YES)
		continue;
	setup_unref(setup);
	return answer != ANSWER_UNKNOWN &&
	       find_next(kairan_get_store(kairan), next_r, error_r);
}

void *rounds_run(void *context)
{
	struct kairan *kairan = context;
	struct waker *waker = kairan_get_waker(kairan, KAIRAN_ROUNDS);
	int64_t next = 0;

	while (waker_wait_until(waker, next)) {
		struct kairan_error error = { "" };

		next = clock_now() + ROUNDS_IDLE_SECONDS;
		if (!walk_round(kairan, &next, &error)) {
			log_error("rounds: %s", error.text);
			next = clock_now() + ROUNDS_TROUBLE_SECONDS;
		}
	}
	return NULL;
}
