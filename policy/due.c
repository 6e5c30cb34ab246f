/*
 * NAME
 *	due - when an approved draft goes out
 *
 * DESCRIPTION
 *	Not at night or in the early morning, urgent information excepted (Art. 13-2(1)). Two
 *	must say that it is urgent: staff, who mark the draft, and the approver, who gives a
 *	reason. Where staff forgot the mark the approver says it twice.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/due.h"

enum due_status due_find(const struct due_facts *facts, int64_t *at_r)
{
	const bool says_urgent = facts->decision == DECISION_APPROVE_URGENT;
	const int64_t wanted = facts->send_at > facts->now ? facts->send_at : facts->now;

	*at_r = hours_find_opening(facts->quiet, facts->zone, wanted);
	if (*at_r == wanted)
		return DUE_AT;
	if (!says_urgent)
		return facts->urgent ? DUE_WAITS_URGENT : DUE_WAITS;
	if (!facts->urgent && !facts->is_confirmed)
		return DUE_WANTS_CONFIRMATION;
	if (!facts->has_reason)
		return DUE_WANTS_REASON;
	*at_r = wanted;
	return DUE_AT;
}

static enum reason find_send_at_fault(const struct due_facts *facts, int64_t send_at,
				      int64_t most)
{
	if (send_at < facts->now)
		return REASON_SEND_AT_PAST;
	if (send_at - facts->now > most)
		return REASON_SEND_AT_FAR;
	if (!facts->urgent && hours_is_quiet(facts->quiet, facts->zone, send_at))
		return REASON_SEND_AT_QUIET;
	return REASON_NONE;
}

void due_judge_send_at(const struct due_facts *facts, enum send_at_status status,
		       int64_t send_at, int64_t most, struct verdict *verdict_r)
{
	switch (status) {
	case SEND_AT_NONE:
		verdict_pass(verdict_r);
		break;
	case SEND_AT_READ:
		verdict_set(verdict_r, find_send_at_fault(facts, send_at, most), NULL);
		break;
	case SEND_AT_UNREADABLE:
		verdict_set(verdict_r, REASON_SEND_AT, NULL);
		break;
	}
}
