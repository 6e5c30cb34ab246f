/*
 * Held drafts that are to be brought to mind.
 */
#ifndef KAIRAN_SCHEMA_STORE_REMINDER_H
#define KAIRAN_SCHEMA_STORE_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* The first held draft whose remind_at is not after now. While a suspension stands
 * (Art. 7) its drafts rest, here as in the next. */
enum answer store_reminder_find_due(struct store *store, int64_t now, int64_t *draft_r,
				    struct kairan_error *error_r);

/* When the next one is due: YES with the time, NO when none waits. */
enum answer store_reminder_next_due(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r);

/* Record that people were reminded (or, sent false, that it was put off), and when they
 * will be next (0: not any more). */
bool store_reminder_record(struct store *store, int64_t draft, bool sent,
			   int64_t remind_at, struct kairan_error *error_r);

#endif
