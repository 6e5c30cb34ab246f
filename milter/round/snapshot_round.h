/*
 * Reading the broadcast addresses into memory (milter/core/snapshot.h).
 */
#ifndef KAIRAN_MILTER_ROUND_SNAPSHOT_ROUND_H
#define KAIRAN_MILTER_ROUND_SNAPSHOT_ROUND_H

#include "milter/core/kairan.h"

/* Take what the store kept from an earlier run. */
void snapshot_round_restore(struct kairan *kairan);

/* Ask LDAP anew; on failure what is known stays, and the log says so once. */
void snapshot_round_refresh(struct kairan *kairan);

/* The thread that refreshes; context is the struct kairan. */
void *snapshot_round_run(void *context);

#endif
