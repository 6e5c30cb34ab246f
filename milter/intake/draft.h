/*
 * What the intakes of drafts and of corrections have in common.
 */
#ifndef KAIRAN_MILTER_INTAKE_DRAFT_H
#define KAIRAN_MILTER_INTAKE_DRAFT_H

#include "milter/intake/draft_hold.h"
#include "milter/intake/intake.h"

/* A mail that was read: is its text fit (Art. 13-2)? Then it is held; if not, it is refused
 * and explained to its writer. */
void intake_draft_settle(const struct intake_context *context,
			 const struct recipient *recipient, struct draft_reading *reading,
			 struct verdict *verdict_r);

#endif
