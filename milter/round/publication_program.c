/*
 * NAME
 *	publication_program - tell the administrator's program of each release
 *
 * DESCRIPTION
 *	The program of the setting on_release is run once for each event, one at a time; those of one
 *	broadcast, its corrections and its stop, in their order: while one fails, what comes
 *	after it waits, and others do not. A try is in the store before the program starts, and
 *	its end when it is over, so that whatever is killed in between, it is run again: at
 *	least once. Draft and event in its input are the same then.
 *
 *	A file beside the milter's socket is locked as long as the program, or what it has started,
 *	lives; so a daemon that was killed and starts again does not run a second one.
 *
 * DIAGNOSTICS
 *	Warning: the program failed; the administrators are told, once. It is tried again with
 *	growing pauses, for on_release_attempts. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/round/publication_program.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/retry.h"
#include "milter/round/publication_exec.h"
#include "milter/round/publication_told.h"

#define IDLE_SECONDS    3600
#define TROUBLE_SECONDS 5
/* Beside the program's own time: what ends it, and the store. */
#define LEASE_SECONDS 30
#define LOCK_NAME     "on_release.lock"
#define ALARM_ID      "program"

struct round {
	struct kairan *kairan;
	struct store *store;
	struct setup *setup;
	int64_t running_since; /* since when the lock is another's; 0: it is not */
};

/* ---- what it is told ---- */

static const char *find_event(const struct told *told)
{
	if (told->publication.event == PUBLICATION_STOP)
		return "stop";
	return told->draft->corrects != 0 ? "correction" : "release";
}

static json_t *make_texts(const struct setup *setup, const struct told *told)
{
	g_autoptr(GPtrArray) texts = told_list_texts(setup, told);
	json_t *array = json_array();

	for (guint i = 0; i < texts->len; i++) {
		const struct told_text *text = g_ptr_array_index(texts, i);

		(void)json_array_append_new(
		    array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "language",
				     text->language, "list", text->list, "broadcast",
				     text->broadcast, "section", text->section, "subject",
				     text->subject, "text", text->text));
	}
	return array;
}

/* To be freed with free(); NULL: a name in it is no UTF-8. */
static char *make_input(const struct setup *setup, const struct told *told)
{
	const struct draft *draft = told->draft;
	g_autofree char *at = told_time(setup->settings, told->publication.at);
	char own[PUBLICATION_ENTRY_OCTETS];
	json_t *json;
	char *text = NULL;

	told_write_entry(draft, own);
	json = json_pack("{s:i, s:s, s:I, s:s, s:s, s:s, s:b, s:s, s:o}", "version", 1,
			 "event", find_event(told), "draft", (json_int_t)draft->id, "id",
			 own, "entry", told->publication.entry, "address",
			 draft->broadcast, "urgent", (int)draft->urgent, "at", at,
			 "texts", make_texts(setup, told));
	if (json != NULL)
		text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

/* ---- the lock ---- */

/* -1: it is another's, or (with an error) cannot be had. */
static int take_lock(const struct settings *settings, struct kairan_error *error_r)
{
	g_autofree char *folder = g_path_get_dirname(settings->milter_socket);
	g_autofree char *path = g_build_filename(folder, LOCK_NAME, NULL);
	const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)
		return file;
	if (file < 0 || errno != EWOULDBLOCK)
		(void)error_set(error_r, "%s: %s", path, g_strerror(errno));
	if (file >= 0)
		(void)close(file);
	return -1;
}

/* Something that an earlier run has started lives on. */
static void tell_running(struct round *round)
{
	const int64_t now = clock_now();

	if (round->running_since == 0) {
		log_warning("on_release: what an earlier run has started still runs");
		round->running_since = now;
	}
	if (now - round->running_since > round->setup->settings->on_release_timeout)
		alarm_raise(round->kairan, ALARM_PUBLISHING, ALARM_ID,
			    "on-release-running", round->setup->settings->on_release);
}

/* ---- tries ---- */

static enum answer begin(struct round *round, struct told **told_r,
			 struct kairan_error *error_r)
{
	const int64_t now = clock_now();
	const int64_t lease =
	    now + round->setup->settings->on_release_timeout + LEASE_SECONDS;
	struct publication publication;
	enum answer answer, found;

	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_publication_claim(round->store, PUBLICATION_PROGRAM, now, lease,
					 &publication, error_r);
	if (answer == ANSWER_YES) {
		found = told_find(round->store, &publication, told_r, error_r);
		if (found == ANSWER_YES && *(*told_r)->draft->text == '\0') {
			g_clear_pointer(told_r, told_free);
			found = ANSWER_NO;
		}
		if (found == ANSWER_UNKNOWN ||
		    (found == ANSWER_NO &&
		     !store_publication_record(round->store, &publication,
					       PUBLICATION_DROPPED, now, "", error_r)))
			answer = ANSWER_UNKNOWN;
	}
	return store_finish(round->store, answer, error_r);
}

static bool end(struct round *round, const struct told *told,
		enum publication_state state, int64_t next_try, const char *response,
		struct kairan_error *error_r)
{
	return store_begin_grouped(round->store, error_r) &&
	       store_end(round->store,
			 store_publication_record(round->store, &told->publication, state,
						  next_try, response, error_r),
			 error_r);
}

static bool end_failure(struct round *round, const struct told *told,
			const struct kairan_error *why, struct kairan_error *error_r)
{
	const struct settings *settings = round->setup->settings;
	const struct publication *publication = &told->publication;
	const int64_t now = clock_now();
	const bool given_up = now - publication->at > settings->on_release_attempts;

	log_event(LOG_LEVEL_WARNING, told->draft->queue_id, told->draft->id,
		  "on_release: %s%s", why->text, given_up ? "; it is given up" : "");
	alarm_raise(round->kairan, ALARM_PUBLISHING, ALARM_ID,
		    given_up ? "on-release-given-up" : "on-release", why->text);
	return end(round, told, given_up ? PUBLICATION_GIVEN_UP : PUBLICATION_WAITS,
		   now + retry_pause(settings, publication->tries - 1), why->text,
		   error_r);
}

/* Nothing fails any more. */
static bool clear(struct round *round, struct kairan_error *error_r)
{
	enum answer failing;

	if (!store_begin_grouped(round->store, error_r))
		return false;
	failing =
	    store_publication_is_failing(round->store, PUBLICATION_PROGRAM, error_r);
	store_rollback(round->store);
	if (failing == ANSWER_NO)
		alarm_clear(round->kairan, ALARM_PUBLISHING, ALARM_ID);
	return failing != ANSWER_UNKNOWN;
}

static enum answer run_program(const struct round *round, const struct told *told,
			       int lock, struct kairan_error *error_r)
{
	const struct settings *settings = round->setup->settings;
	g_auto(GStrv) words = NULL;
	char *input = make_input(round->setup, told);
	struct publication_exec exec = {
		.input = input,
		.seconds = settings->on_release_timeout,
		.lock = lock,
		.waker = kairan_get_waker(round->kairan, KAIRAN_PROGRAM),
	};
	enum answer answer = ANSWER_NO;

	if (input == NULL ||
	    !g_shell_parse_argv(settings->on_release, NULL, &words, NULL)) {
		(void)error_set(error_r, "a name in it is no UTF-8");
	} else {
		exec.words = words;
		answer = publication_exec_run(&exec, error_r);
	}
	free(input);
	return answer;
}

static bool try_it(struct round *round, const struct told *told, int lock,
		   struct kairan_error *error_r)
{
	struct kairan_error why = { "" };
	bool ok = false;

	fault_point("program.begun");
	switch (run_program(round, told, lock, &why)) {
	case ANSWER_YES:
		fault_point("program.ended");
		log_event(LOG_LEVEL_INFO, told->draft->queue_id, told->draft->id,
			  "on_release: told of %s", find_event(told));
		ok = end(round, told, PUBLICATION_DONE, clock_now(), "", error_r) &&
		     clear(round, error_r);
		break;
	case ANSWER_NO:
		ok = end_failure(round, told, &why, error_r);
		break;
	case ANSWER_UNKNOWN:
		ok = end(round, told, PUBLICATION_WAITS, clock_now(), "", error_r);
		break;
	}
	return ok;
}

/* YES: one was tried. NO: none is due, or the lock is another's. */
static enum answer step(struct round *round, struct kairan_error *error_r)
{
	struct told *told = NULL;
	struct kairan_error why = { "" };
	enum answer answer;
	const int lock = take_lock(round->setup->settings, &why);

	if (lock < 0 && *why.text == '\0') {
		tell_running(round);
		return ANSWER_NO;
	}
	round->running_since = 0;
	answer = lock >= 0 ? begin(round, &told, error_r) : ANSWER_UNKNOWN;
	if (lock < 0)
		*error_r = why;
	if (answer == ANSWER_YES && told != NULL && !try_it(round, told, lock, error_r))
		answer = ANSWER_UNKNOWN;
	told_free(told);
	if (lock >= 0)
		(void)close(lock);
	return answer;
}

/* What waits for a program that is not set any more is never told. */
static bool drop_all(struct round *round, struct kairan_error *error_r)
{
	bool ok;

	alarm_clear(round->kairan, ALARM_PUBLISHING, ALARM_ID);
	if (!store_begin_grouped(round->store, error_r))
		return false;
	ok = store_publication_drop_all(round->store, PUBLICATION_PROGRAM, error_r);
	return store_end(round->store, ok, error_r);
}

static bool find_next(struct round *round, int64_t *next_r, struct kairan_error *error_r)
{
	enum answer answer;
	int64_t at;

	if (!store_begin_grouped(round->store, error_r))
		return false;
	answer = store_publication_next(round->store, PUBLICATION_PROGRAM, &at, error_r);
	store_rollback(round->store);
	if (answer == ANSWER_YES)
		*next_r = round->running_since != 0
			      ? MAX(at, clock_now() + TROUBLE_SECONDS)
			      : at;
	return answer != ANSWER_UNKNOWN;
}

static bool walk(struct round *round, int64_t *next_r, struct kairan_error *error_r)
{
	struct waker *waker = kairan_get_waker(round->kairan, KAIRAN_PROGRAM);
	enum answer answer = ANSWER_YES;

	if (*round->setup->settings->on_release == '\0')
		return drop_all(round, error_r);
	while (answer == ANSWER_YES && !waker_is_stopped(waker))
		answer = step(round, error_r);
	return answer != ANSWER_UNKNOWN && find_next(round, next_r, error_r);
}

void *publication_program_run(void *context)
{
	struct kairan *kairan = context;
	struct round round = { .kairan = kairan, .store = kairan_get_store(kairan) };
	int64_t next = 0;

	while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_PROGRAM), next)) {
		struct kairan_error error = { "" };

		round.setup = kairan_get_setup(kairan);
		next = clock_now() + IDLE_SECONDS;
		if (!walk(&round, &next, &error)) {
			log_error("on_release: %s", error.text);
			next = clock_now() + TROUBLE_SECONDS;
		}
		setup_unref(round.setup);
	}
	return NULL;
}
