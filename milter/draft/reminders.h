/*
 * Bringing held drafts to the mind of those who may decide (Art. 13-1).
 */
#ifndef KAIRAN_MILTER_DRAFT_REMINDERS_H
#define KAIRAN_MILTER_DRAFT_REMINDERS_H

#include "milter/core/kairan.h"
#include "schema/store_draft.h"

/* When people are to be reminded of a draft for the first time after a moment; 0: never
 * again. */
int64_t reminders_find_next(const struct setup *setup, const struct draft *draft,
			    int64_t after);

/* Remind everybody who may decide, unless quiet hours put it off, and plan the next time;
 * in a transaction. */
bool reminders_send(struct store *store, const struct setup *setup,
		    const struct draft *draft, int64_t now, struct kairan_error *error_r);

#endif
