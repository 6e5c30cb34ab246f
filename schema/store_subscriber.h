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

/* A subscriber as kept; strings are borrowed from the row. */
struct subscriber {
	const char *list;
	const char *address;
	const char *key; /* case folded: what the pages are ordered by */
	enum subscriber_state state;
	int64_t joined_at;
};

/* "active", "suspended", "left". */
const char *subscriber_state_name(enum subscriber_state state);

/* Call visit for the next subscribers of a list whose key is after that one ("": from the
 * first), at most limit; it may not use the store. */
struct subscriber_page {
	const char *list;
	int state; /* 0: any */
	const char *after;
	int64_t limit;
};
bool store_subscriber_visit_page(struct store *store, const struct subscriber_page *page,
				 void (*visit)(const struct subscriber *subscriber,
					       void *context),
				 void *context, struct kairan_error *error_r);

/* Suspend or reactivate. NO: there is none, or it is in that state already. */
enum answer store_subscriber_enter(struct store *store, const char *list,
				   const struct address *address,
				   enum subscriber_state state, int64_t now,
				   struct kairan_error *error_r);

/* Forget. NO: there is none. */
enum answer store_subscriber_remove(struct store *store, const char *list,
				    const struct address *address,
				    struct kairan_error *error_r);

/* Keep for the reports that so many joined a list, and so many left it. */
bool store_subscriber_note_change(struct store *store, const char *list, int64_t joined,
				  int64_t gone, int64_t now,
				  struct kairan_error *error_r);

/* How many of each state, list by list, in order. */
struct subscriber_count {
	const char *list;
	int64_t active, suspended, left;
};
bool store_subscriber_visit_counts(struct store *store,
				   void (*visit)(const struct subscriber_count *count,
						 void *context),
				   void *context, struct kairan_error *error_r);

#endif
