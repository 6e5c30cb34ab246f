/*
 * NAME
 *	people - the rounds that ask LDAP
 *
 * DESCRIPTION
 *	A thread beside that of rounds.c, since LDAP may keep it waiting: a release that falls
 *	due must not wait with it. Whoever raises an alarm or holds a draft wakes it.
 *
 * DIAGNOSTICS
 *	The tasks log.
 */
#include "config.h"

#include "milter/people.h"

#include <glib.h>

#include "conf/clock.h"
#include "milter/alarm.h"
#include "milter/ask_round.h"
#include "milter/password_round.h"

#define PEOPLE_IDLE_SECONDS 3600

void *people_run(void *context)
{
	struct kairan *kairan = context;
	int64_t passwords = 0;
	int64_t next = 0;

	while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_PEOPLE), next)) {
		struct setup *setup = kairan_get_setup(kairan);
		const int64_t now = clock_now();

		/* Asking may raise an alarm, so it comes before telling. */
		next = MIN(now + PEOPLE_IDLE_SECONDS, ask_round_walk(kairan, setup, now));
		next = MIN(next, alarm_tell(kairan, setup, now));
		if (passwords <= now)
			passwords = password_round_walk(kairan, setup, now);
		next = MIN(next, passwords);
		setup_unref(setup);
	}
	return NULL;
}
