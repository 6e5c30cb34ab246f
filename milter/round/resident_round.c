/*
 * NAME
 *	resident_round - what falls due of residents' requests
 *
 * DESCRIPTION
 *	What was asked for by mail is kept until it cannot be confirmed any more, and for a day
 *	for the limits; then nothing of it is left. Whoever pauses until a day is active again
 *	after it. Some at a time, so that nobody waits for it; and by a clock that
 *	nobody doubts.
 *
 * DIAGNOSTICS
 *	Info: pauses that are over. All failures are returned.
 */
#include "config.h"

#include "milter/round/resident_round.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/round/clock_round.h"
#include "schema/store_resident.h"
#include "schema/store_subscriber.h"

#define DAY_SECONDS 86400

static enum answer forget_some(struct store *store, int64_t before,
			       struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	return store_finish(store, store_resident_forget(store, before, error_r),
			    error_r);
}

static bool forget(struct store *store, int64_t kept, int64_t *next_r,
		   struct kairan_error *error_r)
{
	int64_t oldest = 0;
	enum answer answer;

	do {
		answer = forget_some(store, clock_as_looked() - kept, error_r);
	} while (answer == ANSWER_YES);
	if (answer == ANSWER_UNKNOWN || !store_begin(store, error_r))
		return false;
	answer = store_resident_find_oldest(store, &oldest, error_r);
	store_rollback(store);
	if (answer == ANSWER_YES)
		*next_r = MIN(*next_r, oldest + kept + 1);
	return answer != ANSWER_UNKNOWN;
}

static enum answer end_some(struct store *store, struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	return store_finish(
	    store, store_subscriber_end_pauses(store, clock_as_looked(), error_r),
	    error_r);
}

static bool end_pauses(struct store *store, int64_t *next_r, struct kairan_error *error_r)
{
	int64_t next = 0;
	enum answer answer;

	while ((answer = end_some(store, error_r)) == ANSWER_YES)
		log_info("subscribers: pauses are over");
	if (answer == ANSWER_UNKNOWN || !store_begin(store, error_r))
		return false;
	answer = store_subscriber_find_pause_end(store, &next, error_r);
	store_rollback(store);
	if (answer == ANSWER_YES)
		*next_r = MIN(*next_r, next);
	return answer != ANSWER_UNKNOWN;
}

bool resident_round_walk(struct kairan *kairan, const struct setup *setup,
			 int64_t *next_r, struct kairan_error *error_r)
{
	const int64_t kept = MAX(setup->settings->confirm_window, DAY_SECONDS);
	struct store *store = kairan_get_store(kairan);

	switch (clock_round_is_in_doubt(store, error_r)) {
	case ANSWER_NO:
		return forget(store, kept, next_r, error_r) &&
		       end_pauses(store, next_r, error_r);
	case ANSWER_YES:
		return true;
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}
