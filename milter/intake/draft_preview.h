/*
 * A draft is shown to its writer, and not held.
 */
#ifndef KAIRAN_MILTER_INTAKE_DRAFT_PREVIEW_H
#define KAIRAN_MILTER_INTAKE_DRAFT_PREVIEW_H

#include "milter/draft/reading.h"
#include "milter/intake/intake.h"

/* Mail the writer what residents would get of a mail that was read and found fit. The same mail is
 * answered once. The verdict stays a pass, or becomes a temporary failure. */
void draft_preview(const struct intake_context *context,
		   const struct recipient *recipient, const struct draft_reading *reading,
		   struct verdict *verdict);

#endif
