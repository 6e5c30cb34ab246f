/*
 * Opening the store, at the start and whenever it has come back.
 */
#ifndef KAIRAN_MILTER_ROUND_STORE_OPENING_H
#define KAIRAN_MILTER_ROUND_STORE_OPENING_H

#include "milter/core/kairan.h"

/* The alarm's reason where a store is away or is not what it was; and where the trail's chain is
 * broken, "FAULT ROW" being why. */
#define STORE_SHUT_REASON  "store-shut"
#define STORE_CHAIN_REASON "chain-broken"

/* A store that is shut until it is opened. */
struct store *store_opening_begin(void);

/* Open the store of the settings under the daemon's, which is shut: sound, the one of the mark,
 * and with a whole trail; and take back what an earlier daemon had claimed. NO: another daemon
 * works with it. UNKNOWN: it is shut still, and *error_r says why. */
enum answer store_opening_try(struct kairan *kairan, struct kairan_error *error_r);

/* Whenever there is time: let go of a store whose file has lost its place, and try one that is
 * shut again. */
void store_opening_look(struct kairan *kairan, int64_t now);

/* Every snapshot_refresh: hold the mark against the store, and bring it forward. Returns when
 * to do so again. */
int64_t store_opening_mark(struct kairan *kairan, const struct setup *setup, int64_t now);

/* The trail is broken, or the file damaged: nothing is taken until somebody has said what
 * happened. */
void store_opening_shut(struct kairan *kairan, const char *reason, const char *why);

#endif
