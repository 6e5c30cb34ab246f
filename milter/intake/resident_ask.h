/*
 * A resident's mail is answered, within limits.
 */
#ifndef KAIRAN_MILTER_INTAKE_RESIDENT_ASK_H
#define KAIRAN_MILTER_INTAKE_RESIDENT_ASK_H

#include "milter/intake/resident.h"
#include "schema/store_resident.h"

/* Answer what was read with resident->notice, and keep what is to be confirmed. word names the address for the log. YES:
 * it is answered, or was before; NO: a limit is reached; UNKNOWN: the verdict says why. */
enum answer resident_ask_answer(const struct intake_context *context,
				const struct resident *resident, const char *word,
				struct verdict *verdict_r);

#endif
