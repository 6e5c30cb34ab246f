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
	SUBSCRIBER_PAUSED = 4,
	SUBSCRIBER_FORGOTTEN = 5, /* of no row: a hash is all (store_forget.h) */
};

/* By what somebody is a subscriber (Art. 2(2)). These numbers are stored, too. */
enum subscriber_source {
	SUBSCRIBER_CONSENT = 1,    /* agreed to the terms of use by mail */
	SUBSCRIBER_RECOGNISED = 2, /* by an administrator, for a reason */
	SUBSCRIBER_IMPORTED = 3,   /* was registered in an older system */
};

/* What belongs to it; NULL where it does not apply. */
struct subscriber_origin {
	enum subscriber_source source;
	const char *by;         /* recognised, imported: the administrator's login */
	const char *reason;     /* recognised: why */
	const char *terms;      /* consent: the version agreed to */
	const char *consent_id; /* consent: the Message-ID of the mail that says so */
	const char *language;   /* "ja", "en"; "": the setting */
};

struct subscriber_registration {
	const char *list;
	const struct address *address;
	struct subscriber_origin origin;
	int64_t now;
};

/* Register an address as active. Who agrees is active whatever they were, and their new consent
 * replaces what was kept. An administrator brings back nobody who has left, pauses or is
 * suspended (store_subscriber_enter() does), or was forgotten; a reason is kept where there was no
 * more than an import. YES: it is active now, and was not; NO: otherwise. *was_r is the state that
 * it had (case folded), 0: it was not there. */
enum answer store_subscriber_register(struct store *store,
				      const struct subscriber_registration *registration,
				      enum subscriber_state *was_r,
				      struct kairan_error *error_r);

/* An administrator's reason in place of whatever kept them: of somebody who had left, and is a
 * subscriber again. NO: there is no such row. */
enum answer store_subscriber_recognise(struct store *store,
				       const struct subscriber_registration *registration,
				       struct kairan_error *error_r);

/* The state of an address in a list. NO: it is not there. */
/* They have agreed to these terms of use, by the mail with that id; whatever they are subscribed to
 * stays as it is. NO: they have left meanwhile. */
enum answer store_subscriber_agree(struct store *store, const char *list,
				   const struct address *address,
				   const struct subscriber_origin *origin,
				   struct kairan_error *error_r);

enum answer store_subscriber_find_state(struct store *store, const char *list,
					const struct address *address,
					enum subscriber_state *state_r,
					struct kairan_error *error_r);

/* A subscriber as kept; strings are borrowed from the row, and never NULL. */
struct subscriber {
	const char *list;
	const char *address;
	const char *key; /* case folded: what the pages are ordered by */
	enum subscriber_state state;
	const char *state_reason; /* "": it was asked for */
	int64_t joined_at, changed_at, paused_until;
	struct subscriber_origin origin;
};

/* "active", "suspended", "left", "paused". */
const char *subscriber_state_name(enum subscriber_state state);

/* "consent", "recognised", "imported". */
const char *subscriber_source_name(enum subscriber_source source);

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

/* All rows of an address, whatever its lists, in their order; visit() may not use the store. */
bool store_subscriber_visit_address(struct store *store, const struct address *address,
				    void (*visit)(const struct subscriber *subscriber,
						  void *context),
				    void *context, struct kairan_error *error_r);

/* Suspend, reactivate, leave or pause. NO: there is none, or it is in that state already, and
 * for that reason, until that time. */
struct subscriber_entry {
	const char *list;
	const struct address *address;
	enum subscriber_state state;
	const char *reason;   /* a short word; "": it was asked for */
	int64_t paused_until; /* 0: no end */
	int64_t now;
};
enum answer store_subscriber_enter(struct store *store,
				   const struct subscriber_entry *entry,
				   struct kairan_error *error_r);

/* Let some be active again whose pause is over. YES: there may be more. */
enum answer store_subscriber_end_pauses(struct store *store, int64_t now,
					struct kairan_error *error_r);

/* When the next pause is over; NO: nobody pauses until a time. */
enum answer store_subscriber_find_pause_end(struct store *store, int64_t *at_r,
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
	int64_t active, suspended, left, paused;
	int64_t consent, recognised, imported; /* by what the active ones are that */
};
bool store_subscriber_visit_counts(struct store *store,
				   void (*visit)(const struct subscriber_count *count,
						 void *context),
				   void *context, struct kairan_error *error_r);

#endif
