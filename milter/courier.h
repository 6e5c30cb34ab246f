/*
 * The courier: from the outbox to the MTA.
 */
#ifndef KAIRAN_MILTER_COURIER_H
#define KAIRAN_MILTER_COURIER_H

#include "milter/kairan.h"

/* The thread that mails notices, and the one that hands over shards, so that a long
 * release does not keep an approval request waiting. context is the struct kairan. */
void *courier_run_notices(void *context);
void *courier_run_shards(void *context);

#endif
