/*
 * The last known broadcast addresses, kept for a start while LDAP does not answer.
 */
#ifndef KAIRAN_SCHEMA_STORE_SNAPSHOT_H
#define KAIRAN_SCHEMA_STORE_SNAPSHOT_H

#include <stdbool.h>

#include "schema/directory.h"
#include "schema/store.h"

/* Replace what is kept. */
bool store_snapshot_save(struct store *store, struct broadcast *const *broadcasts,
			 struct kairan_error *error_r);

/* Read what is kept: YES with a NULL-terminated vector (broadcasts_free()), NO when none
 * was ever kept. */
enum answer store_snapshot_load(struct store *store, struct broadcast ***broadcasts_r,
				struct kairan_error *error_r);

#endif
