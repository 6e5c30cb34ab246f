/*
 * The broadcast addresses, in memory: so that mail which is none of our business costs no
 * look-up.
 */
#ifndef KAIRAN_MILTER_CORE_SNAPSHOT_H
#define KAIRAN_MILTER_CORE_SNAPSHOT_H

#include "milter/core/kairan.h"
#include "policy/address.h"

struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *snapshot);

/* Is this a broadcast address? YES with a copy (broadcast_free()); UNKNOWN while no
 * addresses are known at all. */
enum answer snapshot_find(struct snapshot *snapshot, const struct address *address,
			  struct broadcast **broadcast_r);

/* Take what the store kept from an earlier run. */
void snapshot_restore(struct kairan *kairan);

/* Ask LDAP anew; on failure what is known stays, and the log says so once. */
void snapshot_refresh(struct kairan *kairan);

/* The thread that refreshes; context is the struct kairan. */
void *snapshot_run(void *context);

#endif
