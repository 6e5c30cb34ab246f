/*
 * NAME
 *	waiting - when a held draft is brought to mind
 *
 * DESCRIPTION
 *	Reminders are planned from the time of submission. Those that fall into quiet hours
 *	meet at their end, where one is sent. An urgent draft has one more, early, and waits
 *	for no morning: emergencies happen at night.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/waiting.h"

#include <stddef.h>

int64_t waiting_find_opening(const struct waiting_facts *facts, int64_t at)
{
	return facts->urgent ? at : hours_find_opening(facts->quiet, facts->zone, at);
}

int64_t waiting_find_next(const struct waiting_facts *facts, int64_t after)
{
	const int64_t delays[] = { facts->urgent ? facts->urgent_first : 0, facts->first,
				   facts->second };
	int64_t next = 0;

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		const int64_t at =
		    waiting_find_opening(facts, facts->submitted_at + delays[i]);

		if (delays[i] > 0 && at > after && at < facts->expires_at &&
		    (next == 0 || at < next))
			next = at;
	}
	return next;
}
