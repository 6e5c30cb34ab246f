/*
 * The end of what is kept: releases' recipients, originals, texts, notices, who has left, and at
 * last the drafts themselves. What is under way, or needed by it, is never touched.
 */
#ifndef KAIRAN_SCHEMA_STORE_KEEP_H
#define KAIRAN_SCHEMA_STORE_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/retention.h"
#include "schema/store.h"

/* How much of each has gone: kept in the store as it goes, so that a round that is cut off has
 * counted, too, until store_keep_take_tally() is written down. */
struct keep_tally {
	int64_t gone[RETENTION_KINDS];
};

/* "recipients", "originals", ... */
const char *store_keep_name(enum retention_kind kind);

/* Let one page of a kind go whose time ended before that one. YES: there may be more. Inside a
 * transaction, as is the next. */
enum answer store_keep_prune(struct store *store, enum retention_kind kind,
			     int64_t before, struct kairan_error *error_r);

/* How much has gone since this was last asked. */
bool store_keep_take_tally(struct store *store, struct keep_tally *tally_r,
			   struct kairan_error *error_r);

#endif
