/*
 * What residents asked for by mail, until they confirm it; and how often, for the limits.
 */
#ifndef KAIRAN_SCHEMA_STORE_RESIDENT_H
#define KAIRAN_SCHEMA_STORE_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "policy/resident_limit.h"
#include "schema/store.h"

/* The numbers are stored: never renumber, only add. */
enum resident_kind {
	RESIDENT_JOIN = 1,
	RESIDENT_LEAVE = 2,
	RESIDENT_PAUSE = 3,
	RESIDENT_STATUS = 4,
	RESIDENT_OFFICE = 5, /* wrote to a broadcast address, and is told whom to ask */
	RESIDENT_TERMS = 6,  /* asked by us whether they agree to the new terms */
};
enum resident_state {
	RESIDENT_WAITS = 1,     /* for the confirmation */
	RESIDENT_CONFIRMED = 2, /* or nothing had to be: it was proven who wrote */
	RESIDENT_REFUSED = 3,   /* they did not ask for it */
	RESIDENT_HELD = 4,      /* until what was asked earlier is confirmed */
	RESIDENT_RETURNED = 5,  /* the answer came back; may be confirmed yet */
};

/* One mail that was answered. Strings are owned by one that was read
 * (resident_request_free()), borrowed in one that is added. */
struct resident_request {
	int64_t id;
	enum resident_state state;
	enum resident_kind kind;
	char *list; /* "" of RESIDENT_STATUS */
	char *key;  /* the address, folded */
	char *address;
	char *language; /* "ja" or "en": the answer's */
	char *terms;    /* version of the terms of use that were shown; "": none were */
	int64_t until;  /* of a pause: its end; else 0 */
	char *host;     /* that it came from; "": it was proven who wrote */
	char *mail_id;  /* its Message-ID; "": it has none */
	int64_t made_at;
};

/* All in a transaction. *id_r is its number. */
bool store_resident_add(struct store *store, const struct resident_request *request,
			int64_t *id_r, struct kairan_error *error_r);

enum answer store_resident_find(struct store *store, int64_t id,
				struct resident_request **request_r,
				struct kairan_error *error_r);

/* Which subscribers have not agreed to these terms, and do not have a question about them that can
 * still be answered: those of a list whose key is after that one, at most limit. */
struct resident_unagreed {
	const char *list;
	const char *terms;
	const char *after; /* "": from the first */
	int64_t since;     /* a question from before this time is none any more */
	int64_t limit;
	bool is_all; /* also those who have never agreed to any */
};
/* Each as a request of kind RESIDENT_TERMS that is to be added: a new array of struct
 * resident_request, whose language may be "". Free with g_ptr_array_unref(). */
bool store_resident_list_unagreed(struct store *store,
				  const struct resident_unagreed *wanted,
				  GPtrArray **requests_r, struct kairan_error *error_r);

/* Was this very mail answered before? One without an id is another each time. */
enum answer store_resident_has(struct store *store,
			       const struct resident_request *request,
			       struct kairan_error *error_r);

/* What was answered to this address and host in the times before its made_at. What only says
 * something, and cannot be confirmed, is counted apart, and so is what says how to ask for
 * something (RESIDENT_STATUS of a list). */
bool store_resident_count(struct store *store, const struct resident_request *request,
			  struct resident_counts *counts_r, struct kairan_error *error_r);

/* Is the same already asked or held, of late? Another mail may have said it. */
enum answer store_resident_is_asked(struct store *store,
				    const struct resident_request *request,
				    struct kairan_error *error_r);

/* What was held first of an address, since a time, and was not asked again after it. NO: nothing. */
enum answer store_resident_find_held(struct store *store, const char *key, int64_t since,
				     struct resident_request **request_r,
				     struct kairan_error *error_r);

/* What was held waits for its confirmation from now on: its made_at and terms. NO: it was not held. */
enum answer store_resident_take_up(struct store *store,
				   const struct resident_request *request,
				   struct kairan_error *error_r);

/* The answer to what an address waits for came back, so that it may ask again. */
bool store_resident_return(struct store *store, const char *address,
			   struct kairan_error *error_r);

/* It is confirmed or refused. NO: it does not wait. */
enum answer store_resident_close(struct store *store, int64_t id,
				 enum resident_state state, struct kairan_error *error_r);

/* Forget some that were made before a time. YES: there may be more. */
enum answer store_resident_forget(struct store *store, int64_t before,
				  struct kairan_error *error_r);

/* When the oldest was made; NO: there is none. */
enum answer store_resident_find_oldest(struct store *store, int64_t *made_at_r,
				       struct kairan_error *error_r);

void resident_request_free(struct resident_request *request);

#endif
