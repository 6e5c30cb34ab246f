/*
 * The courier: from the outbox to the MTA.
 */
#ifndef KAIRAN_MILTER_COURIER_COURIER_H
#define KAIRAN_MILTER_COURIER_COURIER_H

#include <stdbool.h>

#include "milter/core/kairan.h"

/* Take up the shards that an earlier run had under way. Called once, before the threads. */
bool courier_resume(struct store *store, const struct settings *settings,
		    struct kairan_error *error_r);

/* The thread that mails notices, one of those that hand over shards, so that a long
 * release does not keep an approval request waiting, and the one that hands over urgent shards
 * alone. context is the struct kairan. */
void *courier_run_notices(void *context);
void *courier_run_shards(void *context);
void *courier_run_urgent(void *context);

#endif
