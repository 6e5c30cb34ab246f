/*
 * For how long somebody stands in for the approver (Art. 4): a period with a beginning, an end, both
 * or neither.
 */
#ifndef KAIRAN_POLICY_DELEGATION_H
#define KAIRAN_POLICY_DELEGATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Seconds since the epoch; 0: there is none. until is the first second after it. */
struct delegation {
	int64_t from, until;
	bool is_garbled; /* something is written there that nobody understands */
};

enum delegation_state {
	DELEGATION_CURRENT,
	DELEGATION_EARLY, /* it has not begun */
	DELEGATION_OVER,
	DELEGATION_GARBLED, /* whether they may decide is not known */
};

enum delegation_state delegation_find_state(const struct delegation *delegation,
					    int64_t now);

/* Read what the directory has (NULL: nothing): a generalized time (RFC 4517 3.3.13) with its zone, or
 * a date, 2026-12-01 or 20261201, by the calendar of the zone; that of an end is in the period as
 * a whole. A period that ends before it begins is garbled. */
struct delegation delegation_read(const char *from, const char *until, GTimeZone *zone);

#endif
