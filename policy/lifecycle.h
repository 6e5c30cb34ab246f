/*
 * The states of a draft, and the one table of the steps between them.
 */
#ifndef KAIRAN_POLICY_LIFECYCLE_H
#define KAIRAN_POLICY_LIFECYCLE_H

#include <stdbool.h>

/* The numbers are stored: never renumber, only add. */
enum draft_state {
	DRAFT_HELD = 1,      /* waits for a decision */
	DRAFT_APPROVED = 2,  /* decided; waits until it is due */
	DRAFT_RELEASING = 3, /* shards are being handed to the MTA */
	DRAFT_RELEASED = 4,  /* every shard was accepted */
	DRAFT_SENT_BACK = 5, /* to its author, with a reason */
	DRAFT_WITHDRAWN = 6, /* by its author */
	DRAFT_EXPIRED = 7,   /* nobody decided in time, or it could not go out */
	DRAFT_STOPPED = 8,   /* the release was broken off */
};

/* May a draft step from one state to another? */
bool lifecycle_allows(enum draft_state from, enum draft_state to);

/* May residents have it, wholly or in part, so that it can be corrected (Art. 13-3)? */
bool lifecycle_was_sent(enum draft_state state);

/* The state's stable name ("held", "sent-back", ...); "unknown" for a number that is none. */
const char *lifecycle_name(enum draft_state state);

#endif
