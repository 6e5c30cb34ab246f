/*
 * NAME
 *	publication_round - what went out is told beside the mail
 *
 * DESCRIPTION
 *	As soon as the first residents' mails of a release are with the mail system, that it goes
 *	out is noted in the store, for each channel that is set then, and so is a stop that
 *	comes after it. So a suspension (Art. 7), and a mail system that takes nothing, hold back
 *	this as well; what went out before a channel was set is never told by it.
 *
 *	Feeds and CAP files are written here, beside the threads that send: a folder that hangs
 *	keeps no mail. What was begun and is not noted as done is done again, and comes to the same
 *	files. Feeds are also made anew at a start, after a reload and now and then, which mends
 *	what somebody has removed; CAP files go after cap_keep.
 *
 * DIAGNOSTICS
 *	Error: the store cannot be used, or a folder cannot be written; the administrators are
 *	told of the latter, and it is tried again.
 */
#include "config.h"

#include "milter/round/publication_round.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/round/publication_cap.h"
#include "milter/round/publication_feed.h"
#include "milter/round/publication_told.h"

#define IDLE_SECONDS    3600
#define TROUBLE_SECONDS 60
/* Of files that are being written. */
#define LEASE_SECONDS 60

#define ALARM_FEED "feed"
#define ALARM_CAP  "cap"

struct round {
	struct kairan *kairan;
	struct store *store;
	const struct setup *setup;
	int64_t now;
};

static bool end(struct round *round, bool ok, struct kairan_error *error_r)
{
	return store_end(round->store, ok, error_r);
}

/* ---- noting ---- */

static unsigned int find_channels(const struct settings *settings)
{
	unsigned int channels = 0;

	if (*settings->feed_folder != '\0')
		channels |= 1U << PUBLICATION_FEED;
	if (*settings->cap_folder != '\0')
		channels |= 1U << PUBLICATION_CAP;
	if (*settings->on_release != '\0')
		channels |= 1U << PUBLICATION_PROGRAM;
	return channels;
}

static enum answer note_draft(struct round *round, int64_t id,
			      enum publication_event event, struct kairan_error *error_r)
{
	struct publication_news news = {
		.draft = id,
		.event = event,
		.channels = find_channels(round->setup->settings),
		.now = clock_now(),
	};
	struct draft *draft = NULL, *root = NULL;
	char entry[PUBLICATION_ENTRY_OCTETS];
	bool ok = store_draft_find(round->store, id, &draft, error_r) == ANSWER_YES &&
		  store_publication_find_root(round->store, id, &news.root, error_r) &&
		  store_draft_find(round->store, news.root, &root, error_r) == ANSWER_YES;

	if (ok) {
		told_write_entry(root, entry);
		news.entry = entry;
		news.broadcast = draft->broadcast;
		ok = store_publication_note(round->store, &news, error_r);
	}
	draft_free(draft);
	draft_free(root);
	return ok ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer note_next(struct round *round, struct kairan_error *error_r)
{
	enum publication_event event;
	enum answer answer;
	int64_t id;

	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_publication_find_news(round->store, &id, &event, error_r);
	if (answer == ANSWER_YES)
		answer = note_draft(round, id, event, error_r);
	return store_finish(round->store, answer, error_r);
}

/* All that is new. The program has a thread of its own. */
static bool note_all(struct round *round, struct kairan_error *error_r)
{
	enum answer answer;

	while ((answer = note_next(round, error_r)) == ANSWER_YES) {
		fault_point("publication.noted");
		waker_wake(kairan_get_waker(round->kairan, KAIRAN_PROGRAM));
	}
	return answer == ANSWER_NO;
}

/* ---- what all channels have ---- */

static void tell_trouble(struct round *round, const char *id, const char *reason,
			 const char *why)
{
	log_error("%s: %s", reason, why);
	alarm_raise(round->kairan, ALARM_PUBLISHING, id, reason, why);
}

/* What waits for a channel that is not set any more is never told by it. */
static bool drop_all(struct round *round, enum publication_channel channel,
		     const char *id, struct kairan_error *error_r)
{
	alarm_clear(round->kairan, ALARM_PUBLISHING, id);
	return store_begin_grouped(round->store, error_r) &&
	       end(round, store_publication_drop_all(round->store, channel, error_r),
		   error_r);
}

static bool find_next(struct round *round, enum publication_channel channel,
		      int64_t *next_r, struct kairan_error *error_r)
{
	enum answer answer;
	int64_t at;

	if (!store_begin_grouped(round->store, error_r))
		return false;
	answer = store_publication_next(round->store, channel, &at, error_r);
	store_rollback(round->store);
	if (answer == ANSWER_YES)
		*next_r = MIN(*next_r, at);
	return answer != ANSWER_UNKNOWN;
}

/* ---- feeds ---- */

static enum answer claim_feed(struct round *round, struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin_grouped(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_publication_claim_all(round->store, PUBLICATION_FEED, round->now,
					     round->now + LEASE_SECONDS, error_r);
	return store_finish(round->store, answer, error_r);
}

static bool record_feed(struct round *round, enum publication_state state,
			const char *why, struct kairan_error *error_r)
{
	const int64_t next = clock_now() + TROUBLE_SECONDS;

	return store_begin_grouped(round->store, error_r) &&
	       end(round,
		   store_publication_record_all(round->store, PUBLICATION_FEED, state,
						next, why, error_r),
		   error_r);
}

/* anew: whether something waits or not. False: the store cannot be used. */
static bool walk_feed(struct round *round, bool anew, int64_t *next_r,
		      struct kairan_error *error_r)
{
	struct kairan_error why = { "" };
	enum answer claimed;

	if (*round->setup->settings->feed_folder == '\0')
		return drop_all(round, PUBLICATION_FEED, ALARM_FEED, error_r);
	claimed = claim_feed(round, error_r);
	if (claimed == ANSWER_UNKNOWN)
		return false;
	if (claimed == ANSWER_NO && !anew)
		return find_next(round, PUBLICATION_FEED, next_r, error_r);
	fault_point("feed.begun");
	if (!publication_feed_write(round->kairan, round->setup, &why)) {
		tell_trouble(round, ALARM_FEED, "feed-folder", why.text);
		*next_r = MIN(*next_r, clock_now() + TROUBLE_SECONDS);
		return record_feed(round, PUBLICATION_WAITS, why.text, error_r);
	}
	fault_point("feed.written");
	alarm_clear(round->kairan, ALARM_PUBLISHING, ALARM_FEED);
	return record_feed(round, PUBLICATION_DONE, "", error_r) &&
	       find_next(round, PUBLICATION_FEED, next_r, error_r);
}

/* ---- CAP ---- */

static void free_told(void *data)
{
	told_free(data);
}

static bool find_earlier(struct round *round, const struct told *told, GPtrArray *earlier,
			 struct kairan_error *error_r)
{
	GArray *rows =
	    store_publication_list_earlier(round->store, &told->publication, error_r);
	bool ok = rows != NULL;

	for (guint i = 0; ok && i < rows->len; i++) {
		struct told *one = NULL;

		ok = told_find(round->store, &g_array_index(rows, struct publication, i),
			       &one, error_r) != ANSWER_UNKNOWN;
		if (one != NULL)
			g_ptr_array_add(earlier, one);
	}
	if (rows != NULL)
		g_array_unref(rows);
	return ok;
}

/* One whose text is not kept any more is dropped: told_r is NULL then. */
static enum answer begin_cap(struct round *round, struct told **told_r,
			     GPtrArray *earlier, struct kairan_error *error_r)
{
	struct publication publication;
	enum answer answer;
	bool ok = true;

	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer =
	    store_publication_claim(round->store, PUBLICATION_CAP, round->now,
				    round->now + LEASE_SECONDS, &publication, error_r);
	if (answer == ANSWER_YES)
		ok = told_find(round->store, &publication, told_r, error_r) !=
		     ANSWER_UNKNOWN;
	if (*told_r != NULL && *(*told_r)->draft->text == '\0')
		g_clear_pointer(told_r, told_free);
	if (answer == ANSWER_YES && ok && *told_r != NULL)
		ok = find_earlier(round, *told_r, earlier, error_r);
	else if (answer == ANSWER_YES && ok)
		ok = store_publication_record(round->store, &publication,
					      PUBLICATION_DROPPED, round->now, "",
					      error_r);
	return store_finish(round->store, ok ? answer : ANSWER_UNKNOWN, error_r);
}

static bool record_cap(struct round *round, const struct told *told,
		       enum publication_state state, const char *why,
		       struct kairan_error *error_r)
{
	const int64_t next = clock_now() + TROUBLE_SECONDS;

	return store_begin_grouped(round->store, error_r) &&
	       end(round,
		   store_publication_record(round->store, &told->publication, state, next,
					    why, error_r),
		   error_r);
}

/* NO: none is due, or one could not be written, which the administrators are told. */
static enum answer write_next_cap(struct round *round, struct kairan_error *error_r)
{
	g_autoptr(GPtrArray) earlier = g_ptr_array_new_with_free_func(free_told);
	struct told *told = NULL;
	struct kairan_error why = { "" };
	enum answer answer = begin_cap(round, &told, earlier, error_r);

	if (answer != ANSWER_YES || told == NULL)
		return answer;
	fault_point("cap.begun");
	if (!publication_cap_write(round->setup, told, earlier, &why)) {
		tell_trouble(round, ALARM_CAP, "cap-folder", why.text);
		answer = record_cap(round, told, PUBLICATION_WAITS, why.text, error_r)
			     ? ANSWER_NO
			     : ANSWER_UNKNOWN;
	} else {
		fault_point("cap.written");
		alarm_clear(round->kairan, ALARM_PUBLISHING, ALARM_CAP);
		if (!record_cap(round, told, PUBLICATION_DONE, "", error_r))
			answer = ANSWER_UNKNOWN;
	}
	told_free(told);
	return answer;
}

static enum answer find_old(struct round *round, struct told **told_r,
			    struct kairan_error *error_r)
{
	const int64_t before = round->now - round->setup->settings->cap_keep;
	struct publication publication;
	enum answer answer;

	if (!store_begin_grouped(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_publication_find_old(round->store, PUBLICATION_CAP, before,
					    &publication, error_r);
	if (answer == ANSWER_YES)
		answer = told_find(round->store, &publication, told_r, error_r);
	store_rollback(round->store);
	return answer;
}

/* YES: one was past its time. NO: none is left, or one could not be removed. */
static enum answer remove_next_cap(struct round *round, struct kairan_error *error_r)
{
	struct told *told = NULL;
	struct kairan_error why = { "" };
	enum answer answer = find_old(round, &told, error_r);

	if (answer != ANSWER_YES)
		return answer;
	if (!publication_cap_remove(round->setup, told, &why)) {
		tell_trouble(round, ALARM_CAP, "cap-folder", why.text);
		answer = ANSWER_NO;
	} else if (!store_begin_grouped(round->store, error_r) ||
		   !end(round,
			store_publication_note_removed(round->store, &told->publication,
						       error_r),
			error_r)) {
		answer = ANSWER_UNKNOWN;
	}
	told_free(told);
	return answer;
}

static bool walk_cap(struct round *round, int64_t *next_r, struct kairan_error *error_r)
{
	enum answer answer;

	if (*round->setup->settings->cap_folder == '\0')
		return drop_all(round, PUBLICATION_CAP, ALARM_CAP, error_r);
	do {
		answer = write_next_cap(round, error_r);
	} while (answer == ANSWER_YES);
	while (answer != ANSWER_UNKNOWN &&
	       (answer = remove_next_cap(round, error_r)) == ANSWER_YES)
		continue;
	return answer == ANSWER_NO && find_next(round, PUBLICATION_CAP, next_r, error_r);
}

/* ---- the thread ---- */

void *publication_round_run(void *context)
{
	struct kairan *kairan = context;
	struct round round = { .kairan = kairan, .store = kairan_get_store(kairan) };
	struct setup *known = NULL;
	int64_t next = 0, anew_at = 0;

	while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_PUBLICATIONS), next)) {
		struct setup *setup = kairan_get_setup(kairan);
		struct kairan_error error = { "" };
		bool anew;

		round.setup = setup;
		round.now = clock_now();
		anew = setup != known || round.now >= anew_at;
		if (anew)
			anew_at = round.now + IDLE_SECONDS;
		next = anew_at;
		if (!note_all(&round, &error) ||
		    !walk_feed(&round, anew, &next, &error) ||
		    !walk_cap(&round, &next, &error)) {
			log_error("publications: %s", error.text);
			next = round.now + TROUBLE_SECONDS;
		}
		/* Kept, so that another one has another address. */
		setup_unref(known);
		known = setup;
	}
	setup_unref(known);
	return NULL;
}
