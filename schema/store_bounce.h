/*
 * What mail systems reported of a release's recipients. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_BOUNCE_H
#define KAIRAN_SCHEMA_STORE_BOUNCE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "policy/bounce.h"
#include "schema/store.h"

/* SQL for other store_*.c: what bounce_kind_is_permanent() says. */
#define BOUNCE_PERMANENT "kind IN (2, 3, 4)"

/* One report about one recipient. Strings are borrowed. */
struct bounce_row {
	int64_t draft;
	const char *list;
	const char *key; /* the address, folded */
	const char *domain;
	int64_t at;
	enum bounce_kind kind;
	const char *status;
	const char *words;
	bool is_proven; /* nobody but the mail systems can have written it */
};

/* As a subscriber of which list has this address, folded, been sent a shard? That of the draft, or
 * another one where somebody of that list is a recipient of the shard: lists have twins in other
 * languages. NO: it is registered for none. Free with g_free(). */
struct bounce_recipient {
	int64_t draft, shard;
	const char *list; /* the draft's */
	const char *key;
};
enum answer store_bounce_find_list(struct store *store,
				   const struct bounce_recipient *recipient,
				   char **list_r, struct kairan_error *error_r);

/* Keep it. NO: something was reported of this recipient of the draft before; that it is proven
 * now is kept. */
enum answer store_bounce_add(struct store *store, const struct bounce_row *row,
			     struct kairan_error *error_r);

/* Call visit for each recipient of a draft of whom something was reported, by the address, folded;
 * it may not use the store. */
bool store_bounce_visit(struct store *store, int64_t draft,
			void (*visit)(const char *key, enum bounce_kind kind,
				      void *context),
			void *context, struct kairan_error *error_r);

/* What came of one release in one domain. */
struct bounce_group {
	int64_t draft;
	char *list;
	char *domain;
};
void bounce_group_clear(struct bounce_group *group);

/* One of which something was reported before a time, and is not judged. */
enum answer store_bounce_find_due(struct store *store, int64_t before,
				  struct bounce_group *group_r,
				  struct kairan_error *error_r);

/* Add (struct bounce_group, by value) all of which so many failures at least are not judged. */
bool store_bounce_list_many(struct store *store, int64_t least, GArray *groups,
			    struct kairan_error *error_r);

/* How many recipients the release had there, how many of them failed, and what was said:
 * "no-user 12, refused 3: WORDS". Free said_r with g_free(). */
bool store_bounce_count_domain(struct store *store, const struct bounce_group *group,
			       struct bounce_domain_facts *facts_r, char **said_r,
			       struct kairan_error *error_r);

/* The domain has refused the release: nobody's address is to blame. */
bool store_bounce_judge_refused(struct store *store, const struct bounce_group *group,
				struct kairan_error *error_r);

/* The next that were reported before a time, at most limit, which are judged now: a new array
 * of addresses, folded; NULL with the error. */
GPtrArray *store_bounce_judge_page(struct store *store, const struct bounce_group *group,
				   int64_t before, int64_t limit,
				   struct kairan_error *error_r);

/* What speaks against an active subscriber since a time, and since the subscriber is active. */
bool store_bounce_count_failures(struct store *store, const char *list, const char *key,
				 int64_t since, struct bounce_tally *tally_r,
				 struct kairan_error *error_r);

#endif
