/*
 * NAME
 *	store_watch - what other processes write to the store
 *
 * DESCRIPTION
 *	kairanctl has no way to wake the daemon but the store that both have open. Asking
 *	SQLite once a second whether somebody else has committed costs a few microseconds;
 *	when it says yes, everybody looks for what there is to do.
 *
 *	The same thread looks whether the file is still there, and tries to open one that is not
 *	(store_opening.c), and whether the clock has jumped (clock_round.c).
 *
 * DIAGNOSTICS
 *	Error: the store cannot be read. It is asked again.
 */
#include "config.h"

#include "milter/round/store_watch.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/round/clock_round.h"
#include "milter/round/store_opening.h"

#define WATCH_SECONDS 1

void *store_watch_run(void *context)
{
	struct kairan *kairan = context;
	struct waker *waker = kairan_get_waker(kairan, KAIRAN_STORE_WATCH);
	struct kairan_error error;

	while (waker_wait_until(waker, clock_now() + WATCH_SECONDS)) {
		store_opening_look(kairan, clock_now());
		clock_round_look(kairan);
		switch (store_was_changed(kairan_get_store(kairan), &error)) {
		case ANSWER_YES:
			kairan_wake_all(kairan);
			break;
		case ANSWER_NO:
			break;
		case ANSWER_UNKNOWN:
			log_error("store watch: %s", error.text);
			break;
		}
	}
	return NULL;
}
