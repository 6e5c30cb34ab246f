/*
 * Who leaves a list by a signed address or link of their own.
 */
#ifndef KAIRAN_SCHEMA_STORE_LEAVER_H
#define KAIRAN_SCHEMA_STORE_LEAVER_H

#include <stdint.h>

#include "schema/store.h"

/* Made when a release is cut (store_release_cut()), and kept as long as the subscriber's row. */
struct leaver {
	int64_t id; /* in the token */
	char *list;
	char *address_key;
};

/* NO: there is none of that id, or not any more. Clear with leaver_clear(). */
enum answer store_leaver_find(struct store *store, int64_t id, struct leaver *leaver_r,
			      struct kairan_error *error_r);
void leaver_clear(struct leaver *leaver);

#endif
