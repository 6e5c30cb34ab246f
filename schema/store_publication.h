/*
 * What is told of releases beside the mail: by feeds, files and a program. In a transaction, all
 * of these.
 */
#ifndef KAIRAN_SCHEMA_STORE_PUBLICATION_H
#define KAIRAN_SCHEMA_STORE_PUBLICATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/error.h"
#include "schema/store.h"

/* "123.0a1b2c3d": a draft's number, and what tells it from one of another store. */
#define PUBLICATION_ENTRY_OCTETS 40

/* The numbers of these three are stored: never renumber, only add. */
enum publication_event {
	PUBLICATION_RELEASE =
	    1,                /* it goes out, or has gone out; to a list of nobody, too */
	PUBLICATION_STOP = 2, /* it was stopped after some of it had */
};
enum publication_channel {
	PUBLICATION_FEED = 1,
	PUBLICATION_CAP = 2,
	PUBLICATION_PROGRAM = 3,
};
enum publication_state {
	PUBLICATION_WAITS = 1,
	PUBLICATION_DONE = 2,
	PUBLICATION_DROPPED =
	    3, /* something later has taken its place before it was done */
	PUBLICATION_GIVEN_UP = 4, /* it has failed for too long */
	PUBLICATION_REMOVED = 5,  /* its file was there for its time */
};

struct publication {
	int64_t id;
	int64_t draft;
	int64_t
	    root; /* the draft that it corrects at last; itself where it corrects none */
	enum publication_event event;
	enum publication_channel channel;
	int64_t at;
	int64_t tries;                        /* that were begun, this one among them */
	char entry[PUBLICATION_ENTRY_OCTETS]; /* by what its root is known for ever */
};

/* The next draft of which an event is to be noted: that it goes out (at least one recipient's mail
 * is with the mail system, or may be), or that it was stopped afterwards. */
enum answer store_publication_find_news(struct store *store, int64_t *draft_r,
					enum publication_event *event_r,
					struct kairan_error *error_r);

/* Note it, and that it is noted. channels has a bit 1 << CHANNEL for each that is set; none: it is
 * never told. A stop drops what has not been begun of the release, and is itself told only where
 * the release was, or may have been. */
struct publication_news {
	int64_t draft, root;
	const char *entry, *broadcast;
	enum publication_event event;
	unsigned int channels;
	int64_t now;
};
bool store_publication_note(struct store *store, const struct publication_news *news,
			    struct kairan_error *error_r);

/* The draft that a draft corrects, over all corrections between them; itself where it corrects
 * none that is kept. */
bool store_publication_find_root(struct store *store, int64_t draft, int64_t *root_r,
				 struct kairan_error *error_r);

/* Begin the first of a channel that is due, and before which nothing of the same root waits: it is
 * nobody else's until lease. */
enum answer store_publication_claim(struct store *store, enum publication_channel channel,
				    int64_t now, int64_t lease,
				    struct publication *publication_r,
				    struct kairan_error *error_r);
/* Begin all that wait and are due. NO: there is none. */
enum answer store_publication_claim_all(struct store *store,
					enum publication_channel channel, int64_t now,
					int64_t lease, struct kairan_error *error_r);

/* What came of one that was begun; one that has been dropped meanwhile stays so. response: why it
 * failed, cut to its first hundreds of octets. */
bool store_publication_record(struct store *store, const struct publication *publication,
			      enum publication_state state, int64_t next_try,
			      const char *response, struct kairan_error *error_r);
/* The same of all that were begun and wait. */
bool store_publication_record_all(struct store *store, enum publication_channel channel,
				  enum publication_state state, int64_t next_try,
				  const char *response, struct kairan_error *error_r);

/* Nobody tells by this channel any more: what waits is dropped. */
bool store_publication_drop_all(struct store *store, enum publication_channel channel,
				struct kairan_error *error_r);

/* When the next of a channel is due; what waits for another of its root is not. */
enum answer store_publication_next(struct store *store, enum publication_channel channel,
				   int64_t *at_r, struct kairan_error *error_r);

/* Does one wait that has failed? */
enum answer store_publication_is_failing(struct store *store,
					 enum publication_channel channel,
					 struct kairan_error *error_r);

/* What was begun of a root in a channel before this one, in its order: a new array of struct
 * publication, or NULL with the error. Free with g_array_unref(). */
GArray *store_publication_list_earlier(struct store *store,
				       const struct publication *publication,
				       struct kairan_error *error_r);

/* Of a broadcast ("": of all) the last that was told of each root in a channel, newest first, at
 * most limit; at is that of the latest event, and of nothing that was dropped. As above. */
GArray *store_publication_list_latest(struct store *store,
				      enum publication_channel channel,
				      const char *broadcast, int64_t limit,
				      struct kairan_error *error_r);

/* When a root was told of for the first time. */
bool store_publication_first_at(struct store *store,
				const struct publication *publication, int64_t *at_r,
				struct kairan_error *error_r);

/* The broadcasts of which anything was told in a channel: addresses, or NULL with the error. Free
 * with g_ptr_array_unref(). */
GPtrArray *store_publication_list_broadcasts(struct store *store,
					     enum publication_channel channel,
					     struct kairan_error *error_r);

/* The first of a channel that is done since a time before that. */
enum answer store_publication_find_old(struct store *store,
				       enum publication_channel channel, int64_t before,
				       struct publication *publication_r,
				       struct kairan_error *error_r);
bool store_publication_note_removed(struct store *store,
				    const struct publication *publication,
				    struct kairan_error *error_r);

#endif
