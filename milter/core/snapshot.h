/*
 * The broadcast addresses, in memory: so that mail which is none of our business costs no
 * look-up.
 */
#ifndef KAIRAN_MILTER_CORE_SNAPSHOT_H
#define KAIRAN_MILTER_CORE_SNAPSHOT_H

#include <stdbool.h>

#include "policy/address.h"
#include "policy/error.h"
#include "schema/directory.h"

struct snapshot; /* opaque: a table with a lock of its own */

struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *snapshot);

/* Is this a broadcast address? YES with a copy (broadcast_free()); UNKNOWN while no
 * addresses are known at all. */
enum answer snapshot_find(struct snapshot *snapshot, const struct address *address,
			  struct broadcast **broadcast_r);

/* The same by the name of its list, whatever its case, or of one of its lists in other languages,
 * which is the broadcast's then. Of several broadcasts to one list it is
 * the first by its address. */
enum answer snapshot_find_list(struct snapshot *snapshot, const char *list,
			       struct broadcast **broadcast_r);

/* Put these in force (takes them over); from then on there is nothing unknown. A list ended
 * by NULL. */
void snapshot_take(struct snapshot *snapshot, struct broadcast **broadcasts);

/* Do these say anything else than those in force? Sorts them. */
bool snapshot_differs(struct snapshot *snapshot, struct broadcast **broadcasts);

/* LDAP could not be asked, and these stay in force. Is it the first time since they were
 * taken? */
bool snapshot_fail(struct snapshot *snapshot);

#endif
