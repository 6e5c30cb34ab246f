/*
 * Jumps of the machine's clock: by how much, and since when, until it is right again or somebody
 * has confirmed it. Times that were kept before a jump forward are judged by the clock as it went
 * on before (store_draft_find_due()).
 */
#ifndef KAIRAN_SCHEMA_STORE_CLOCK_H
#define KAIRAN_SCHEMA_STORE_CLOCK_H

#include "schema/store.h"

/* What stands in doubt, in seconds: positive where the clock is ahead of what it was. NO: nothing.
 * In a transaction, as are the next. */
enum answer store_clock_find_jump(struct store *store, int64_t *jump_r,
				  struct kairan_error *error_r);

/* The clock has jumped by so much, and is now here. *left_r is what stands in doubt then, with the
 * jumps before: 0 where it is right again. */
bool store_clock_jump(struct store *store, int64_t jump, int64_t now, int64_t *left_r,
		      struct kairan_error *error_r);

/* It is right as it is. */
bool store_clock_trust(struct store *store, struct kairan_error *error_r);

/* Tries of notices and shards, and looks at drafts, that are further ahead than most seconds are
 * due now: they were planned by a clock that has gone back. */
bool store_clock_bring_back(struct store *store, int64_t now, int64_t most,
			    int64_t *brought_r, struct kairan_error *error_r);

/* The clock as it was last seen, for the next start; NO: never. */
enum answer store_clock_find_seen(struct store *store, int64_t *at_r,
				  struct kairan_error *error_r);
bool store_clock_see(struct store *store, int64_t at, struct kairan_error *error_r);

#endif
