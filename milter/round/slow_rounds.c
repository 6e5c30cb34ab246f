/*
 * NAME
 *	slow_rounds - the rounds that ask LDAP, or take their time
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

#include "milter/round/slow_rounds.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/alarm.h"
#include "milter/intake/tally.h"
#include "milter/round/accesslog_round.h"
#include "milter/round/administrator_round.h"
#include "milter/round/archive_round.h"
#include "milter/round/ask_round.h"
#include "milter/round/audit_round.h"
#include "milter/round/bounce_round.h"
#include "milter/round/check_round.h"
#include "milter/round/clock_round.h"
#include "milter/round/delivery_round.h"
#include "milter/round/descriptor_round.h"
#include "milter/round/duty_round.h"
#include "milter/round/footer_round.h"
#include "milter/round/inspection_round.h"
#include "milter/round/instruction_round.h"
#include "milter/round/keep_round.h"
#include "milter/round/password_round.h"
#include "milter/round/probe_round.h"
#include "milter/round/report_round.h"
#include "milter/round/result_round.h"
#include "milter/round/status_round.h"
#include "milter/round/stay_round.h"
#include "milter/round/store_opening.h"
#include "milter/round/store_round.h"
#include "milter/round/suspension_round.h"

#define SLOW_ROUNDS_IDLE_SECONDS 3600

/* What is done at times of its own; each says when it wants to be called next. */
static const struct {
	int64_t (*walk)(struct kairan *, const struct setup *, int64_t);
	bool follows; /* and at once when the directory changed */
	bool reloads; /* and at once when the settings were read anew */
} slow_rounds_list[] = {
	{ duty_round_walk, true, false },
	{ administrator_round_walk, true, false },
	{ accesslog_round_walk, true, false },
	{ check_round_walk, true, false },
	{ password_round_walk, false, false },
	{ audit_round_walk, false, false },
	{ status_round_walk, false, false },
	{ store_opening_mark, false, false },
	{ store_round_walk, false, false },
	{ tally_walk, false, false },
	{ report_round_walk, false, false },
	{ footer_round_walk, true, false },
	{ descriptor_round_walk, false, false },
	{ probe_round_send, false, true },
	{ inspection_round_walk, false, true },
	{ keep_round_walk, false, true },
	{ keep_round_forget, false, false },
	{ bounce_round_walk, false, true },
	{ delivery_round_walk, false, true },
	{ result_round_walk, false, true },
};

#define ROUNDS_COUNT G_N_ELEMENTS(slow_rounds_list)

void *slow_rounds_run(void *context)
{
	struct kairan *kairan = context;
	int64_t due[ROUNDS_COUNT] = { 0 };
	struct setup *known = NULL;
	int64_t next = 0, last = 0;

	while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_SLOW_ROUNDS), next)) {
		struct setup *setup = kairan_get_setup(kairan);
		int64_t now;
		const bool changed = kairan_take_directory(kairan, KAIRAN_SLOW_ROUNDS);
		const bool reloaded = setup != known;

		clock_round_look(kairan);
		now = clock_as_looked();
		/* Planned by a clock that was ahead. */
		if (now < last)
			memset(due, 0, sizeof(due));
		last = now;
		next = now + SLOW_ROUNDS_IDLE_SECONDS;
		for (size_t i = 0; i < ROUNDS_COUNT; i++) {
			if (due[i] <= now || (changed && slow_rounds_list[i].follows) ||
			    (reloaded && slow_rounds_list[i].reloads))
				due[i] = slow_rounds_list[i].walk(kairan, setup, now);
			next = MIN(next, due[i]);
		}
		next = MIN(next, probe_round_look(kairan, setup, now));
		/* All of these may raise an alarm, so telling comes last. */
		next = MIN(next, suspension_round_walk(kairan, setup, now));
		next = MIN(next, instruction_round_walk(kairan, setup, now));
		next = MIN(next, ask_round_walk(kairan, setup, now));
		next = MIN(next, archive_round_walk(kairan, setup, now));
		stay_round_walk(kairan);
		next = MIN(next, alarm_expire(kairan, now));
		next = MIN(next, alarm_tell(kairan, setup, now));
		/* Kept, so that another one has another address. */
		setup_unref(known);
		known = setup;
	}
	setup_unref(known);
	return NULL;
}
