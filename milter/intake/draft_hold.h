/*
 * Holding a draft: from a mail that was read and found fit to what is kept and who is asked.
 */
#ifndef KAIRAN_MILTER_INTAKE_DRAFT_HOLD_H
#define KAIRAN_MILTER_INTAKE_DRAFT_HOLD_H

#include "milter/draft/reading.h"
#include "milter/intake/intake.h"

/* Commit the draft, its original, its people and their notices in one transaction. The same
 * mail submitted again is the same draft. The verdict stays a pass, or becomes a temporary
 * failure when somebody could not be asked or nothing could be stored. */
void draft_hold(const struct intake_context *context, const struct recipient *recipient,
		const struct draft_reading *reading, struct verdict *verdict);

#endif
