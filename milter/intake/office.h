/*
 * Mail to a broadcast address from somebody who is not logged in: a resident, who answers a
 * broadcast and is told whom to ask.
 */
#ifndef KAIRAN_MILTER_INTAKE_OFFICE_H
#define KAIRAN_MILTER_INTAKE_OFFICE_H

#include "milter/intake/intake.h"

/* At RCPT: whoever may be a resident passes, with the refusal kept for whom there is no answer. */
void office_judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r);

/* At the end of the mail. It passes when it is answered, or was before. */
void office_take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r);

#endif
