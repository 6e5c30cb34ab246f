/*
 * Residents who have asked to be forgotten: the address goes, and a hash of it stays, so that no
 * import brings it back. What is forgotten is found and removed by store_trace.h, in steps
 * that whoever comes next goes on with (store_forget_walk()).
 */
#ifndef KAIRAN_SCHEMA_STORE_FORGET_H
#define KAIRAN_SCHEMA_STORE_FORGET_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/address.h"
#include "schema/store.h"

/* Keep the hash, and remove the subscriptions: nothing goes to the address from now on. Inside a
 * transaction, as are the next two. The address is in its folded form; *lists_r is how many
 * subscriptions there were. */
bool store_forget_begin(struct store *store, const struct address *key, int64_t now,
			int64_t *lists_r, struct kairan_error *error_r);

/* Has it been forgotten, or on this list ("": on none of its own) left so long ago that no more
 * than a hash is kept? */
enum answer store_forget_knows(struct store *store, const char *list,
			       const struct address *address,
			       struct kairan_error *error_r);

/* Who was forgotten, or left a list long ago, may be registered again by an administrator. NO:
 * nothing is known of them. */
enum answer store_forget_undo(struct store *store, const struct address *key,
			      struct kairan_error *error_r);

/* Go on with one address that was begun: draft by draft, each in a transaction of its own.
 * YES: it stands nowhere any more. NO: in *draft_r, a release under way, it does still; call
 * again later. */
enum answer store_forget_walk(struct store *store, const struct address *key,
			      int64_t *draft_r, struct kairan_error *error_r);

/* Of the store in that file, which this one takes the place of: whoever was forgotten there is so
 * here, as far as the first transaction goes; how many is in *count_r. A file that is not there, or
 * knows nothing of forgetting, has nobody. Outside of a transaction. */
bool store_forget_take_over(struct store *store, const char *path, int64_t now,
			    int64_t *count_r, struct kairan_error *error_r);

/* Keep of a page of those who left a list before a time no more than a hash, for that list: how
 * many is in *gone_r. Inside a transaction. */
bool store_forget_left(struct store *store, int64_t before, int64_t limit,
		       int64_t *gone_r, struct kairan_error *error_r);

/* An address that was begun, behind this one in order (""); in a transaction of its own. */
enum answer store_forget_next(struct store *store, const char *after,
			      struct address *key_r, struct kairan_error *error_r);

#endif
