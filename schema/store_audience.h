/*
 * Whom a draft goes to: the active subscribers of its list, or, where it corrects what was
 * stopped midway, those of them who had that (Art. 13-3).
 */
#ifndef KAIRAN_SCHEMA_STORE_AUDIENCE_H
#define KAIRAN_SCHEMA_STORE_AUDIENCE_H

#include <stdint.h>

#include "policy/part.h"
#include "schema/store_draft.h"

struct audience {
	const char *list;
	int64_t
	    had; /* a draft: only who was sent it, or may have been; 0: all of the list */
	const char *language; /* in this language; "": the draft's own text */
};

/* SQL for other store_*.c: the subscribers of an audience, whose list is parameter 1, whose
 * had is parameter 2, and whose language is parameter 3. */
#define AUDIENCE_OF_LIST                                                           \
	"(SELECT address, domain, address_key FROM subscriber WHERE list = ?1 AND" \
	" state = 1) AS reader"
#define AUDIENCE_OF_DRAFT                                                               \
	"(SELECT s.address, s.domain, s.address_key FROM shard_recipient AS r"          \
	" JOIN shard AS h ON h.draft = r.draft AND h.number = r.shard AND h.state >= 2" \
	" AND h.language = ?3"                                                          \
	" JOIN subscriber AS s ON s.list = ?1 AND s.address_key = lower(r.address)"     \
	" AND s.state = 1 WHERE r.draft = ?2) AS reader"

/* The audience of a draft's part, or of its own text (NULL); the strings are the draft's. What
 * corrects a correction of what was stopped
 * goes to the same people as that. Inside a transaction, as are the next. */
bool store_audience_find(struct store *store, const struct draft *draft,
			 const struct part *part, struct audience *audience_r,
			 struct kairan_error *error_r);

/* How many they are now. */
bool store_audience_count(struct store *store, const struct audience *audience,
			  int64_t *count_r, struct kairan_error *error_r);

/* How many the last broadcast to the same address went to that was sent to the whole list and to
 * its end. NO: there was none. */
enum answer store_audience_find_last(struct store *store, const struct draft *draft,
				     int64_t *count_r, struct kairan_error *error_r);

#endif
