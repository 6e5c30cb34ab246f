/*
 * NAME
 *	people - the rounds that ask LDAP, or take their time
 *
 * DESCRIPTION
 *	A thread beside that of rounds.c, since LDAP and long walks may keep it waiting: a
 *	release that falls due must not wait with it. Whoever raises an
 *	alarm, holds a draft or sees the directory change wakes it.
 *
 * DIAGNOSTICS
 *	The tasks log.
 */
#include "config.h"

#include "milter/people.h"

#include <glib.h>

#include "conf/clock.h"
#include "milter/accesslog_round.h"
#include "milter/ask_round.h"
#include "milter/audit_round.h"
#include "milter/check_round.h"
#include "milter/core/alarm.h"
#include "milter/duty_round.h"
#include "milter/password_round.h"
#include "milter/report_round.h"
#include "milter/status_round.h"
#include "milter/store_round.h"

#define PEOPLE_IDLE_SECONDS 3600

/* What is done at times of its own; each says when it wants to be called next. */
static const struct {
	int64_t (*walk)(struct kairan *, const struct setup *, int64_t);
	bool follows; /* and at once when the directory changed */
} people_rounds[] = {
	{ duty_round_walk, true },   { accesslog_round_walk, true },
	{ check_round_walk, true },  { password_round_walk, false },
	{ audit_round_walk, false }, { status_round_walk, false },
	{ store_round_walk, false }, { report_round_walk, false },
};

#define ROUNDS_COUNT G_N_ELEMENTS(people_rounds)

void *people_run(void *context)
{
	struct kairan *kairan = context;
	int64_t due[ROUNDS_COUNT] = { 0 };
	int64_t next = 0;

	while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_PEOPLE), next)) {
		struct setup *setup = kairan_get_setup(kairan);
		const int64_t now = clock_now();
		const bool changed = kairan_take_directory(kairan);

		next = now + PEOPLE_IDLE_SECONDS;
		for (size_t i = 0; i < ROUNDS_COUNT; i++) {
			if (due[i] <= now || (changed && people_rounds[i].follows))
				due[i] = people_rounds[i].walk(kairan, setup, now);
			next = MIN(next, due[i]);
		}
		/* All of these may raise an alarm, so telling comes last. */
		next = MIN(next, ask_round_walk(kairan, setup, now));
		next = MIN(next, alarm_expire(kairan, now));
		next = MIN(next, alarm_tell(kairan, setup, now));
		setup_unref(setup);
	}
	return NULL;
}
