/*
 * Who said that a draft is urgent which staff did not mark (Art. 13-2(1)), and was asked to say so
 * once more. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_URGENCY_H
#define KAIRAN_SCHEMA_STORE_URGENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Strings are borrowed by who puts one, and owned by one that was found
 * (store_urgency_clear()). */
struct urgency {
	int64_t draft;
	char *uid;
	char *mail_id; /* what tells the reply from other mails */
	char *reason;  /* "": none was given */
	int64_t at;
};

/* Keep that this person said so; a later reply takes the place of an earlier one. */
bool store_urgency_put(struct store *store, const struct urgency *urgency,
		       struct kairan_error *error_r);

/* What this person said of this draft. */
enum answer store_urgency_find(struct store *store, int64_t draft, const char *uid,
			       struct urgency *urgency_r, struct kairan_error *error_r);
void store_urgency_clear(struct urgency *urgency);

#endif
