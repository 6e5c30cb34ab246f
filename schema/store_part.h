/*
 * The texts of drafts in other languages (policy/part.h), as they are kept.
 */
#ifndef KAIRAN_SCHEMA_STORE_PART_H
#define KAIRAN_SCHEMA_STORE_PART_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Keep the parts (struct part; NULL: none) of a new draft, in their order. Inside a transaction,
 * as are the next. */
bool store_part_insert(struct store *store, int64_t draft, const GPtrArray *parts,
		       struct kairan_error *error_r);

/* The parts of a draft: a new array, empty where it has none; NULL with the error. */
GPtrArray *store_part_list(struct store *store, int64_t draft,
			   struct kairan_error *error_r);

/* Its broadcast has another list in this language by now. */
bool store_part_use_list(struct store *store, int64_t draft, const char *language,
			 const char *list, struct kairan_error *error_r);

#endif
