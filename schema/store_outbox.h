/*
 * Notices to be mailed: an intent that is committed with the change it tells of, and
 * rendered when the courier sends it.
 */
#ifndef KAIRAN_SCHEMA_STORE_OUTBOX_H
#define KAIRAN_SCHEMA_STORE_OUTBOX_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* The numbers are stored: never renumber, only add. */
enum outbox_state {
	OUTBOX_WAITING = 1,  /* to be handed over at next_try */
	OUTBOX_ACCEPTED = 2, /* the MTA answered 250 */
	OUTBOX_REFUSED = 3,  /* the MTA answered 5xx, or a report came that it did not
				arrive: it will not be better next time */
};

/* One notice. Strings are owned by a row that was read (outbox_notice_free()), borrowed
 * in one that is added. */
struct outbox_notice {
	int64_t id;
	char *kind;    /* name of its template */
	int64_t draft; /* 0: about a mail that became no draft */
	int64_t party; /* the draft's person it goes to; -1: none of them */
	char *mail;
	char *name;
	char *language;
	char *facts; /* JSON object */
	int64_t created_at;
	int64_t tries;
	bool
	    is_bare; /* without the draft's original: the MTA does not take it with that */
};

/* Add a notice that may go out at once. */
bool store_outbox_add(struct store *store, const struct outbox_notice *notice,
		      struct kairan_error *error_r);

/* The first waiting notice whose next_try is not after now. Those to residents, of which anybody may
 * have made thousands, are after all others: an approval does not wait for them. */
enum answer store_outbox_find_due(struct store *store, int64_t now,
				  struct outbox_notice **notice_r,
				  struct kairan_error *error_r);

/* When the next waiting notice may be tried: YES with the time, NO when none waits. */
enum answer store_outbox_next_due(struct store *store, int64_t *at_r,
				  struct kairan_error *error_r);

/* The notice with this id. */
enum answer store_outbox_find(struct store *store, int64_t id,
			      struct outbox_notice **notice_r,
			      struct kairan_error *error_r);

/* A report came that it did not arrive, with these words. NO: that was known. */
enum answer store_outbox_record_bounce(struct store *store, int64_t id, int64_t now,
				       const char *response,
				       struct kairan_error *error_r);

/* Did another notice about its draft to the same address not arrive? */
enum answer store_outbox_has_bounced(struct store *store,
				     const struct outbox_notice *notice,
				     struct kairan_error *error_r);

/* Record what became of a try. next_try counts for OUTBOX_WAITING only. What was reported since
 * then stays. */
bool store_outbox_record(struct store *store, int64_t id, enum outbox_state state,
			 int64_t next_try, const char *response,
			 struct kairan_error *error_r);

/* Was a notice of this kind, about no draft, added for this address at or after a time? */
enum answer store_outbox_was_mailed(struct store *store, const char *kind,
				    const char *mail, int64_t since,
				    struct kairan_error *error_r);

/* Does a notice wait whose mail, not whose reader, was refused for good (5xx)? */
enum answer store_outbox_has_refused_mail(struct store *store,
					  struct kairan_error *error_r);

/* One mail by which somebody was asked about a draft, or asked to call those who may decide. */
struct outbox_asking {
	char *kind;
	char *name;
	int64_t at;
	enum outbox_state state;
};

/* All about the notice's draft before that notice, but for those of its own kind and moment, in
 * order: a new array of struct outbox_asking, or NULL with the error. */
GPtrArray *store_outbox_list_askings(struct store *store,
				     const struct outbox_notice *notice,
				     struct kairan_error *error_r);

void outbox_notice_free(struct outbox_notice *notice);

#endif
