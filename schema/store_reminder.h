/*
 * Held drafts that are to be brought to mind, and those about which more people are to be called.
 */
#ifndef KAIRAN_SCHEMA_STORE_REMINDER_H
#define KAIRAN_SCHEMA_STORE_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

/* Is anything due for this held draft: is its remind_at or call_at not after now? While a
 * suspension stands (Art. 7) its drafts rest, here as in the next. */
enum answer store_reminder_is_due(struct store *store, int64_t draft, int64_t now,
				  struct kairan_error *error_r);

/* When something is due for any of them: YES with the time, NO when none waits. */
enum answer store_reminder_next_due(struct store *store, int64_t *at_r,
				    struct kairan_error *error_r);

/* Record that people were reminded (or, sent false, that it was put off), and when they
 * will be next (0: not any more). */
bool store_reminder_record(struct store *store, int64_t draft, bool sent,
			   int64_t remind_at, struct kairan_error *error_r);

/* Record how often people were called by now, and when the next are (0: not any more). */
bool store_reminder_record_calls(struct store *store, int64_t draft, int64_t calls,
				 int64_t call_at, struct kairan_error *error_r);

#endif
