/*
 * How much one person, section or address may make: what is beyond waits at the sender's side.
 */
#ifndef KAIRAN_MILTER_INTAKE_LIMITS_H
#define KAIRAN_MILTER_INTAKE_LIMITS_H

#include "milter/intake/intake.h"
#include "schema/store_draft.h"

/* May this draft, which is not in the store yet, be held beside the others (settings limit_drafts
 * and limit_held)? In a transaction. NO with the reason; UNKNOWN with the error. */
enum answer limits_find_draft(struct store *store, const struct settings *settings,
			      const struct draft *draft, enum reason *reason_r,
			      struct kairan_error *error_r);

/* May this person reply about this draft once more (setting limit_replies)? The verdict says so,
 * or that the store could not be asked. Outside a transaction. */
void limits_judge_reply(const struct intake_context *context, int64_t draft,
			const char *uid, struct verdict *verdict_r);

/* Log that somebody is beyond a limit, and let the administrators know. Outside a transaction. */
void limits_tell(const struct intake_context *context, const char *uid,
		 enum reason reason);

#endif
