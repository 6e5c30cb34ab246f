/*
 * How much one person or section has made of late.
 */
#ifndef KAIRAN_SCHEMA_STORE_LIMIT_H
#define KAIRAN_SCHEMA_STORE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Counts, in a transaction. Drafts by an author (DN), taken at or after since. */
bool store_limit_count_drafts(struct store *store, const char *author, int64_t since,
			      int64_t *count_r, struct kairan_error *error_r);

/* Drafts of a section (DN) that are held now. */
bool store_limit_count_held(struct store *store, const char *section, int64_t *count_r,
			    struct kairan_error *error_r);

/* Replies of a person about a draft, taken at or after since. */
bool store_limit_count_replies(struct store *store, int64_t draft, const char *uid,
			       int64_t since, int64_t *count_r,
			       struct kairan_error *error_r);

#endif
