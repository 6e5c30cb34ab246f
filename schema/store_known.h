/*
 * What this process knows of the store, in memory: the mark beside audit_key_file (store_mark.h)
 * is some time behind, and a store that is older by less than that fits it.
 */
#ifndef KAIRAN_SCHEMA_STORE_KNOWN_H
#define KAIRAN_SCHEMA_STORE_KNOWN_H

#include "schema/store_mark.h"

/* From now on this process knows the store: it counts what it writes, and no transaction can be had
 * any more once the store is not what it last was. For the one daemon of a store. Outside of a
 * transaction. */
bool store_known_begin(struct store *store, struct kairan_error *error_r);

/* Is fresh, which was opened in its place, what this store last was? YES where nothing is known, or
 * where an administrator has spoken since: in a mark of fresh that says another thing. NO: *error_r
 * says what is wrong. Outside of a transaction of either. */
enum answer store_known_judge(struct store *store, struct store *fresh,
			      struct kairan_error *error_r);

/* Bring the mark's file forward to what is known, so that who asks the file, or comes after this
 * process, knows it, too; false where there can be none. Outside of a transaction. */
bool store_known_keep(struct store *store, const char *path,
		      struct kairan_error *error_r);

#endif
