/*
 * Warnings of a password's age (Art. 12): who got which, for which password. In a
 * transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_PASSWORD_H
#define KAIRAN_SCHEMA_STORE_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* YES: this warning (days left when it fell due) is the first so late for the password that
 * was changed then, and is now on record. NO: the person got it, or a later one. */
enum answer store_password_note_warning(struct store *store, const char *uid,
					int64_t changed_at, int64_t days_left,
					struct kairan_error *error_r);

#endif
