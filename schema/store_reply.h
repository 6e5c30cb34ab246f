/*
 * Replies that were dealt with: none is answered twice, and nobody is answered without end. All
 * in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_REPLY_H
#define KAIRAN_SCHEMA_STORE_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

#define REPLY_KEY_OCTETS 32
/* How long a reply is known again: longer than any mail system tries to deliver one. */
#define REPLY_KNOWN_SECONDS (30 * 86400)

/* One reply. */
struct reply_mark {
	unsigned char key[REPLY_KEY_OCTETS]; /* the same for the same mail */
	int64_t draft;                       /* 0: about none */
	const char *uid;                     /* of the person */
	int64_t at;
	bool counts; /* it changed nothing, so it is answered by a mail */
};

/* Keep it. YES: it is new. NO: it was dealt with before. */
enum answer store_reply_mark(struct store *store, const struct reply_mark *mark,
			     struct kairan_error *error_r);

/* How many of this person's replies about this draft count, after a time. */
bool store_reply_count(struct store *store, const struct reply_mark *mark, int64_t after,
		       int64_t *count_r, struct kairan_error *error_r);

#endif
