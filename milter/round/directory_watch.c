/*
 * NAME
 *	directory_watch - wake those who read the directory when it changes
 *
 * DESCRIPTION
 *	Follows the directory where the server offers RFC 4533. A change is told of a moment
 *	later, when what belongs to it (overlays of the server that write in its wake) is there
 *	too, and not more often than every few seconds: every wrong password is a change.
 *
 *	All that read the directory also do so every snapshot_refresh. So a connection that is
 *	lost, made again with growing pauses, or that the server does not offer, only costs
 *	that time.
 *
 * DIAGNOSTICS
 *	Info: it is followed, or not offered. Warning, once until it works again: the connection
 *	was lost, or could not be made.
 */
#include "config.h"

#include "milter/round/directory_watch.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "schema/directory_follow.h"

#define SETTLE_MILLISECONDS  1000
#define SPACING_MILLISECONDS 5000
#define PAUSE_FIRST_SECONDS  1
#define PAUSE_MOST_SECONDS   60
/* Somebody may load the overlay into a server that runs. */
#define OFFER_SECONDS 3600

enum watch_state { WATCH_UNKNOWN, WATCH_FOLLOWED, WATCH_NOT_OFFERED, WATCH_LOST };

struct watch {
	struct kairan *kairan;
	struct waker *waker;
	struct setup *setup; /* that the follower was opened with */
	struct directory_follower *follower;
	enum watch_state state;
	int64_t pause; /* seconds, before the next try */
	/* Milliseconds of the monotonic clock. */
	int64_t told;
	int64_t due; /* 0: there is nothing to tell */
};

static int64_t now_milliseconds(void)
{
	return g_get_monotonic_time() / 1000;
}

static void enter(struct watch *watch, enum watch_state state, const char *why)
{
	if (state == WATCH_FOLLOWED)
		watch->pause = PAUSE_FIRST_SECONDS;
	if (state == watch->state)
		return;
	watch->state = state;
	if (state == WATCH_FOLLOWED)
		log_info("the directory is followed: changes are seen at once");
	else if (state == WATCH_NOT_OFFERED)
		log_info("the directory does not offer to be followed (RFC 4533); it is"
			 " asked every snapshot_refresh");
	else
		log_warning("%s; it is asked every snapshot_refresh meanwhile", why);
}

static void note(struct watch *watch)
{
	if (watch->due == 0)
		watch->due = MAX(now_milliseconds() + SETTLE_MILLISECONDS,
				 watch->told + SPACING_MILLISECONDS);
}

static void tell_when_due(struct watch *watch)
{
	if (watch->due == 0 || now_milliseconds() < watch->due)
		return;
	watch->told = now_milliseconds();
	watch->due = 0;
	kairan_note_directory(watch->kairan);
}

static int find_patience(const struct watch *watch)
{
	return watch->due == 0 ? -1 : (int)MAX(watch->due - now_milliseconds(), 0);
}

/* Were the settings read anew? Then the server may be another one. */
static bool has_new_setup(const struct watch *watch)
{
	struct setup *setup = kairan_get_setup(watch->kairan);
	const bool is_new = setup != watch->setup;

	setup_unref(setup);
	return is_new;
}

/* Until the follower is of no more use. Returns false when the thread shall end. */
static bool follow(struct watch *watch)
{
	const int descriptor = waker_get_descriptor(watch->waker);
	struct kairan_error error = { "" };

	for (;;) {
		tell_when_due(watch);
		switch (directory_follower_wait(watch->follower, descriptor,
						find_patience(watch), &error)) {
		case FOLLOW_STARTED:
			enter(watch, WATCH_FOLLOWED, "");
			note(watch);
			break;
		case FOLLOW_CHANGED:
			note(watch);
			break;
		case FOLLOW_QUIET:
			break;
		case FOLLOW_WOKEN:
			if (!waker_wait_until(watch->waker, 0))
				return false;
			if (has_new_setup(watch))
				return true;
			break;
		case FOLLOW_REFUSED:
			enter(watch, WATCH_NOT_OFFERED, "");
			return true;
		case FOLLOW_LOST:
			enter(watch, WATCH_LOST, error.text);
			return true;
		}
	}
}

static void open_follower(struct watch *watch)
{
	struct kairan_error error = { "" };

	switch (
	    directory_follower_open(watch->setup->directory, &watch->follower, &error)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		enter(watch, WATCH_NOT_OFFERED, "");
		break;
	case ANSWER_UNKNOWN:
		enter(watch, WATCH_LOST, error.text);
		break;
	}
}

/* How long to leave the server alone. */
static int64_t find_next(struct watch *watch)
{
	const int64_t now = clock_now();
	int64_t pause;

	if (watch->state == WATCH_NOT_OFFERED)
		return now + OFFER_SECONDS;
	if (watch->state != WATCH_LOST)
		return now;
	pause = watch->pause;
	watch->pause = MIN(pause * 2, PAUSE_MOST_SECONDS);
	return now + pause;
}

void *directory_watch_run(void *context)
{
	struct watch watch = { .kairan = context, .pause = PAUSE_FIRST_SECONDS };
	bool go_on = true;
	int64_t next = 0;

	watch.waker = kairan_get_waker(watch.kairan, KAIRAN_DIRECTORY);
	while (go_on && waker_wait_until(watch.waker, next)) {
		watch.setup = kairan_get_setup(watch.kairan);
		open_follower(&watch);
		if (watch.follower != NULL)
			go_on = follow(&watch);
		directory_follower_free(watch.follower);
		watch.follower = NULL;
		setup_unref(watch.setup);
		next = find_next(&watch);
	}
	return NULL;
}
