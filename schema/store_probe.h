/*
 * Mails that kairan sends to itself, and where they were seen. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_PROBE_H
#define KAIRAN_SCHEMA_STORE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Stored, and part of tokens: never renumber. */
enum probe_stage {
	PROBE_WAY = 1,   /* in the filter, as the courier's mail comes */
	PROBE_COPY = 2,  /* behind the queue, in the pipe */
	PROBE_LOGIN = 3, /* in the filter, as a person's mail comes */
	PROBE_PAST = 4,  /* in the pipe, without having been in the filter */
};

/* One mail. */
struct probe {
	int64_t id; /* 1 .. 2^40-1 */
	int64_t at; /* when it was written */
	char *sender;
	char *answer; /* of the MTA, when it was handed over; NULL: not known */
};

void probe_clear(struct probe *probe);

/* Where it was seen. Texts are never NULL; those that were read are freed with
 * probe_sight_clear(). */
struct probe_sight {
	int64_t probe;
	enum probe_stage stage;
	int64_t at;
	char *queue_id;
	char *login;      /* who was logged in; "": nobody */
	char *difference; /* from what was written; "": none */
	int64_t mta_at;   /* the mail system's clock then, 0: unknown */
	char *signature;  /* "SELECTOR DOMAIN" of DKIM; "": none */
};

/* Keep one that is to be sent; those older than a week are let go. */
bool store_probe_add(struct store *store, const struct probe *probe,
		     struct kairan_error *error_r);

/* YES with the probe, which is to be cleared. */
enum answer store_probe_find(struct store *store, int64_t id, struct probe *probe_r,
			     struct kairan_error *error_r);

/* The newest of this sender's; likewise. */
enum answer store_probe_find_newest(struct store *store, const char *sender,
				    struct probe *probe_r, struct kairan_error *error_r);

/* Keep how the MTA answered, and that the daemon waits for it to come back. */
bool store_probe_watch(struct store *store, const struct probe *probe,
		       struct kairan_error *error_r);

/* The oldest that the daemon waits for, behind the one of this id and time (0, 0: from the
 * first); likewise. */
enum answer store_probe_find_watched(struct store *store, int64_t after_at,
				     int64_t after_id, struct probe *probe_r,
				     struct kairan_error *error_r);

/* The daemon waits no longer for this one, nor for older ones of its sender. */
bool store_probe_unwatch(struct store *store, const struct probe *probe,
			 struct kairan_error *error_r);

/* Keep where it was seen; seen there again, what was seen first stays. */
bool store_probe_see(struct store *store, const struct probe_sight *sight,
		     struct kairan_error *error_r);

enum answer store_probe_find_sight(struct store *store, int64_t id,
				   enum probe_stage stage, struct probe_sight *sight_r,
				   struct kairan_error *error_r);
void probe_sight_clear(struct probe_sight *sight);

#endif
