/*
 * When a held draft is brought to mind (Art. 13-1), and when more people are called because nobody
 * answers: people forget, sleep, and put their phones away.
 */
#ifndef KAIRAN_POLICY_WAITING_H
#define KAIRAN_POLICY_WAITING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/hours.h"

/* A draft that waits, and the town's settings. Times are seconds since the epoch. */
struct waiting_facts {
	int64_t submitted_at;
	int64_t expires_at;
	int64_t send_at; /* asked for; 0: as soon as may be */
	bool urgent;
	int64_t
	    first; /* seconds after submission; 0: no such reminder, as with the next */
	int64_t second;
	int64_t urgent_first; /* one more, for an urgent draft only */
	int64_t
	    unanswered; /* seconds until more people are called; 0: never, as the next */
	int64_t unanswered_urgent;
	const struct quiet_hours *quiet;
	GTimeZone *zone;
};

/* The first time from a moment on at which people may be reminded: a draft that is not
 * urgent waits for the end of the quiet hours. */
int64_t waiting_find_opening(const struct waiting_facts *facts, int64_t at);

/* When to remind for the first time after a moment; 0: never again. Whoever comes late
 * reminds once and asks for the next from then, so that what was missed is not made up
 * for. */
int64_t waiting_find_next(const struct waiting_facts *facts, int64_t after);

/* When more people are to be called, so long after a moment without an answer; 0: not any more.
 * Quiet hours do not count, unless the draft is urgent. */
int64_t waiting_find_call(const struct waiting_facts *facts, int64_t after);

#endif
