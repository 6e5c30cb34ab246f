/*
 * How much there is of what, for whoever watches.
 */
#ifndef KAIRAN_SCHEMA_STORE_COUNTS_H
#define KAIRAN_SCHEMA_STORE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/lifecycle.h"
#include "schema/store.h"

struct store_counts {
	int64_t drafts[DRAFT_STOPPED + 1]; /* by state */
	int64_t oldest_held;               /* when it was submitted; 0: none is held */
	int64_t oldest_due; /* of those approved or releasing, when it fell due */
	int64_t notices;    /* that wait */
	int64_t oldest_notice;
	int64_t subscribers; /* active */
	int64_t suspensions;
	int64_t alarms;
	int64_t audit_rows;
	int64_t octets; /* of the file */
};

bool store_counts_read(struct store *store, struct store_counts *counts_r,
		       struct kairan_error *error_r);

/* Does the database find the store sound? NO with *error_r saying what it found first. It reads all of
 * it. */
enum answer store_counts_check(struct store *store, struct kairan_error *error_r);

#endif
