/*
 * How far something outside the store has been read.
 */
#ifndef KAIRAN_SCHEMA_STORE_POSITION_H
#define KAIRAN_SCHEMA_STORE_POSITION_H

#include "schema/store.h"

/* When the broadcast addresses were last read from LDAP, in seconds: for two programs. */
#define STORE_POSITION_SNAPSHOT "snapshot"
/* Why the mail system's log cannot be read, "" when it can: for two programs. */
#define STORE_POSITION_MTA_LOG_FAULT "mta-log-fault"

/* YES with a copy to free with g_free(), NO before the first store_position_put(). */
enum answer store_position_find(struct store *store, const char *name, char **value_r,
				struct kairan_error *error_r);
bool store_position_put(struct store *store, const char *name, const char *value,
			struct kairan_error *error_r);

/* Put a time in seconds, in a transaction of its own: outside of one. */
bool store_position_keep_time(struct store *store, const char *name, int64_t at,
			      struct kairan_error *error_r);

#endif
