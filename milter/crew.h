/*
 * The daemon's threads beside those of libmilter.
 */
#ifndef KAIRAN_MILTER_CREW_H
#define KAIRAN_MILTER_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "milter/core/kairan.h"
#include "policy/error.h"

/* More hand-overs at once than any MTA has a use for. */
#define CREW_SHARD_THREADS_MOST 32
#define CREW_MOST               (9 + CREW_SHARD_THREADS_MOST)

/* Zeroed before crew_start(). */
struct crew {
	pthread_t threads[CREW_MOST];
	size_t count; /* that run */
};

/* Start all of them. After a failure some run, so crew_join() comes then as well. */
bool crew_start(struct crew *crew, struct kairan *kairan, struct kairan_error *error_r);

/* After kairan_stop_all(): wait until they have ended. False when the deadline
 * (CLOCK_REALTIME) came first; then what they use must not be freed. */
bool crew_join(const struct crew *crew, const struct timespec *deadline);

#endif
