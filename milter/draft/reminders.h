/*
 * Bringing held drafts to the mind of those who may decide (Art. 13-1).
 */
#ifndef KAIRAN_MILTER_DRAFT_REMINDERS_H
#define KAIRAN_MILTER_DRAFT_REMINDERS_H

#include "milter/core/kairan.h"
#include "milter/draft/asking.h"
#include "policy/waiting.h"
#include "schema/store_draft.h"

/* When people are to be reminded of a draft for the first time after a moment; 0: never
 * again. */
int64_t reminders_find_next(const struct setup *setup, const struct draft *draft,
			    int64_t after);

/* Remind everybody who may decide now, unless quiet hours put it off, and plan the next time;
 * in a transaction. */
bool reminders_send(const struct asking *asking, struct kairan_error *error_r);

/* The facts of a draft that waits. quiet_r must outlive them. */
struct waiting_facts reminders_make_facts(const struct setup *setup,
					  const struct draft *draft,
					  struct quiet_hours *quiet_r);

/* Do the delegates wait for the approver to answer still, until the first reminder (setting
 * delegates_wait)? */
bool reminders_delegates_wait(const struct setup *setup, const struct draft *draft,
			      int64_t now);

#endif
