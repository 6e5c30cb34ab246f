/*
 * Refusals of strangers that come again and again: each of the first has its row in the audit
 * trail, and the others are counted.
 */
#ifndef KAIRAN_MILTER_INTAKE_TALLY_H
#define KAIRAN_MILTER_INTAKE_TALLY_H

#include "milter/core/kairan.h"
#include "milter/intake/envelope.h"
#include "schema/store_audit.h"

/* Is this refusal one of many of its client, and counted now, so that it has no row of its own?
 * Then its answer is late, and the later the more there are. Of those who have logged in none is:
 * each is theirs. Outside of a transaction. */
bool tally_takes(const struct envelope *envelope, const struct audit_event *event);

/* A row for each client that was counted since the last one. Returns when to do so again. */
int64_t tally_walk(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
