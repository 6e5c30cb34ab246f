/*
 * What mail systems reported of a release's recipients. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_BOUNCE_H
#define KAIRAN_SCHEMA_STORE_BOUNCE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/bounce_kind.h"
#include "schema/store.h"

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

/* Is this address, folded, registered for the list of the draft? */
enum answer store_bounce_knows(struct store *store, const char *list, const char *key,
			       struct kairan_error *error_r);

/* Keep it. NO: something was reported of this recipient of the draft before; that it is proven
 * now is kept. */
enum answer store_bounce_add(struct store *store, const struct bounce_row *row,
			     struct kairan_error *error_r);

#endif
