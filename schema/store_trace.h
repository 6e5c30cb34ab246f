/*
 * All that is kept of one resident, by the address (Art. 2(2)): to answer who asks, and to forget
 * it. The key is an address as address_fold() makes it.
 */
#ifndef KAIRAN_SCHEMA_STORE_TRACE_H
#define KAIRAN_SCHEMA_STORE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/address.h"
#include "policy/lifecycle.h"
#include "schema/store.h"
#include "schema/store_release.h"

/* One draft, as far as it has to do with the address. */
struct trace_draft {
	int64_t id; /* 0: before the first */
	enum draft_state state;
	char *broadcast; /* owned: trace_draft_clear() */
	int64_t sent_at; /* 0: not yet */
	bool is_recipient;
	enum shard_state shard; /* where it is a recipient: what became of that */
	bool is_named;          /* in its text or original */
};

/* The draft after draft->id, in a transaction of its own or the caller's: one at a time, so that
 * the daemon need not wait. NO: there is none. */
enum answer store_trace_next_draft(struct store *store, const struct address *key,
				   struct trace_draft *draft,
				   struct kairan_error *error_r);
void trace_draft_clear(struct trace_draft *draft);

/* Call visit with every other place where the address can stand, and how often it does; whether
 * it goes when the address is forgotten. visit may not use the store. */
struct trace_place {
	const char *name; /* "notices to it", ... */
	int64_t count;
	bool goes;
};
bool store_trace_visit_places(struct store *store, const struct address *key,
			      void (*visit)(const struct trace_place *place,
					    void *context),
			      void *context, struct kairan_error *error_r);

/* Take the address out of a release; one under way stays as it is, so that each of its shards
 * is handed over with the same recipients (NO). */
enum answer store_trace_clear_release(struct store *store, const struct address *key,
				      const struct trace_draft *draft,
				      struct kairan_error *error_r);

/* Take it out of the places it goes from. */
bool store_trace_clear_places(struct store *store, const struct address *key,
			      struct kairan_error *error_r);

#endif
