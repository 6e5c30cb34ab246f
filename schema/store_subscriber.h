/*
 * Subscribers (Art. 2): who receives a list's broadcasts.
 */
#ifndef KAIRAN_SCHEMA_STORE_SUBSCRIBER_H
#define KAIRAN_SCHEMA_STORE_SUBSCRIBER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/address.h"
#include "schema/store.h"

/* The numbers are stored: never renumber, only add. */
enum subscriber_state {
	SUBSCRIBER_ACTIVE = 1,
	SUBSCRIBER_SUSPENDED = 2,
	SUBSCRIBER_LEFT = 3,
};

/* Register an address as active. YES: it is new, or had not been active; NO: it was there
 * already (case folded). */
enum answer store_subscriber_add(struct store *store, const char *list,
				 const struct address *address, int64_t now,
				 struct kairan_error *error_r);

/* How many active subscribers a list has. */
bool store_subscriber_count(struct store *store, const char *list, int64_t *count_r,
			    struct kairan_error *error_r);

#endif
