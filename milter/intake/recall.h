/*
 * Outlook's recall of a draft: not taken, and answered.
 */
#ifndef KAIRAN_MILTER_INTAKE_RECALL_H
#define KAIRAN_MILTER_INTAKE_RECALL_H

#include "milter/draft/reading.h"
#include "milter/intake/intake.h"

/* Is this mail to a broadcast a recall? Then its writer is told how to take a draft back, with
 * those of theirs that still can be; the verdict refuses it, or says that the store cannot be
 * used. */
bool intake_recall_answer(const struct intake_context *context,
			  const struct recipient *recipient,
			  const struct draft_reading *reading, struct verdict *verdict_r);

#endif
