/*
 * NAME
 *	waiting - when a held draft is brought to mind
 *
 * DESCRIPTION
 *	Reminders are planned from the time of submission. Those that fall into quiet hours
 *	meet at their end, where one is sent. One more comes when a time that was asked for
 *	passes. An urgent draft has one more, early, and waits
 *	for no morning: emergencies happen at night.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/waiting.h"

#include <stddef.h>

#define MINUTE_SECONDS 60

int64_t waiting_find_opening(const struct waiting_facts *facts, int64_t at)
{
	return facts->urgent ? at : hours_find_opening(facts->quiet, facts->zone, at);
}

/* When the time that was asked for passes, an approval means something else: that is told, if it
 * comes after that moment. 0: it does not. */
static int64_t find_passing(const struct waiting_facts *facts, int64_t after)
{
	const int64_t at = waiting_find_opening(facts, facts->send_at);

	return facts->send_at != 0 && at > after && at < facts->expires_at ? at : 0;
}

int64_t waiting_find_next(const struct waiting_facts *facts, int64_t after)
{
	const int64_t delays[] = { facts->urgent ? facts->urgent_first : 0, facts->first,
				   facts->second };
	int64_t next = find_passing(facts, after);

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		const int64_t at =
		    waiting_find_opening(facts, facts->submitted_at + delays[i]);

		if (delays[i] > 0 && at > after && at < facts->expires_at &&
		    (next == 0 || at < next))
			next = at;
	}
	return next;
}

/* So long after a moment, without the quiet hours in between: nobody was expected to answer. */
static int64_t add_waking(const struct waiting_facts *facts, int64_t at, int64_t delay)
{
	while (delay > 0 && at < facts->expires_at) {
		const int64_t step = delay < MINUTE_SECONDS ? delay : MINUTE_SECONDS;

		at = waiting_find_opening(facts, at) + step;
		delay -= step;
	}
	return waiting_find_opening(facts, at);
}

int64_t waiting_find_call(const struct waiting_facts *facts, int64_t after)
{
	const int64_t delay =
	    facts->urgent ? facts->unanswered_urgent : facts->unanswered;
	const int64_t at =
	    facts->urgent ? after + delay : add_waking(facts, after, delay);

	return delay > 0 && at < facts->expires_at ? at : 0;
}
