/*
 * NAME
 *	lifecycle - the states of a draft
 *
 * DESCRIPTION
 *	One table says which steps exist. Nothing else in the program knows the order of
 *	states; whoever changes one asks here first.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/lifecycle.h"

#include <stddef.h>

static const struct {
	enum draft_state from;
	enum draft_state to;
} lifecycle_steps[] = {
	{ DRAFT_HELD, DRAFT_APPROVED },      { DRAFT_HELD, DRAFT_SENT_BACK },
	{ DRAFT_HELD, DRAFT_WITHDRAWN },     { DRAFT_HELD, DRAFT_EXPIRED },
	{ DRAFT_APPROVED, DRAFT_RELEASING }, { DRAFT_APPROVED, DRAFT_WITHDRAWN },
	{ DRAFT_APPROVED, DRAFT_EXPIRED },   { DRAFT_RELEASING, DRAFT_RELEASED },
	{ DRAFT_RELEASING, DRAFT_STOPPED },
};

static const char *const lifecycle_names[] = {
	[DRAFT_HELD] = "held",           [DRAFT_APPROVED] = "approved",
	[DRAFT_RELEASING] = "releasing", [DRAFT_RELEASED] = "released",
	[DRAFT_SENT_BACK] = "sent-back", [DRAFT_WITHDRAWN] = "withdrawn",
	[DRAFT_EXPIRED] = "expired",     [DRAFT_STOPPED] = "stopped",
};

#define STEPS_COUNT (sizeof(lifecycle_steps) / sizeof(lifecycle_steps[0]))
#define NAMES_COUNT (sizeof(lifecycle_names) / sizeof(lifecycle_names[0]))

bool lifecycle_allows(enum draft_state from, enum draft_state to)
{
	for (size_t i = 0; i < STEPS_COUNT; i++)
		if (lifecycle_steps[i].from == from && lifecycle_steps[i].to == to)
			return true;
	return false;
}

bool lifecycle_was_sent(enum draft_state state)
{
	return state == DRAFT_RELEASED || state == DRAFT_STOPPED;
}

const char *lifecycle_name(enum draft_state state)
{
	if ((size_t)state >= NAMES_COUNT || lifecycle_names[state] == NULL)
		return "unknown";
	return lifecycle_names[state];
}
