/*
 * Which writes in the directory came into the audit trail lately. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_WRITE_H
#define KAIRAN_SCHEMA_STORE_WRITE_H

#include "schema/store.h"

/* Note a write by its start (directory_writes.h). YES: it is new. NO: it was noted before. */
enum answer store_write_note(struct store *store, const char *start,
			     struct kairan_error *error_r);

/* Forget those before a start. */
bool store_write_forget(struct store *store, const char *start,
			struct kairan_error *error_r);

#endif
