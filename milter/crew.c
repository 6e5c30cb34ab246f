/*
 * NAME
 *	crew - the daemon's threads beside those of libmilter
 *
 * DESCRIPTION
 *	One thread for each part that does something by itself, and shards_at_once of those
 *	that hand shards over, beside the one for urgent shards. They share struct kairan, and end by kairan_stop_all().
 *
 * DIAGNOSTICS
 *	Fatal to the caller: a thread that the system does not give.
 */
#include "config.h"

#include "milter/crew.h"

#include <glib.h>
#include <string.h>

#include "milter/courier/courier.h"
#include "milter/round/clock_round.h"
#include "milter/round/directory_watch.h"
#include "milter/round/publication_program.h"
#include "milter/round/publication_round.h"
#include "milter/round/rounds.h"
#include "milter/round/slow_rounds.h"
#include "milter/round/snapshot_round.h"
#include "milter/round/store_watch.h"

static void *(*const crew_parts[])(void *) = {
	courier_run_notices, courier_run_urgent,    rounds_run,
	snapshot_round_run,  store_watch_run,       slow_rounds_run,
	directory_watch_run, publication_round_run, publication_program_run,
};

static bool start_thread(struct crew *crew, struct kairan *kairan, void *(*run)(void *),
			 struct kairan_error *error_r)
{
	const int code = pthread_create(&crew->threads[crew->count], NULL, run, kairan);

	if (code != 0)
		return error_set(error_r, "cannot start a thread: %s", strerror(code));
	crew->count++;
	return true;
}

bool crew_start(struct crew *crew, struct kairan *kairan, struct kairan_error *error_r)
{
	struct setup *setup = kairan_get_setup(kairan);
	const int64_t shards =
	    MIN(setup->settings->shards_at_once, CREW_SHARD_THREADS_MOST);
	bool ok = true;

	setup_unref(setup);
	/* Whoever decides is judged by it (clock_at_least()). */
	clock_round_look(kairan);
	for (size_t i = 0; ok && i < G_N_ELEMENTS(crew_parts); i++)
		ok = start_thread(crew, kairan, crew_parts[i], error_r);
	for (int64_t i = 0; ok && i < shards; i++)
		ok = start_thread(crew, kairan, courier_run_shards, error_r);
	return ok;
}

bool crew_join(const struct crew *crew, const struct timespec *deadline)
{
	bool ended = true;

	for (size_t i = 0; i < crew->count; i++)
		ended =
		    pthread_timedjoin_np(crew->threads[i], NULL, deadline) == 0 && ended;
	return ended;
}
