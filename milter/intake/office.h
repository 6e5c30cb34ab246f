/*
 * Mail to a broadcast address from somebody who is not logged in: a resident, who answers a
 * broadcast and is told whom to ask.
 */
#ifndef KAIRAN_MILTER_INTAKE_OFFICE_H
#define KAIRAN_MILTER_INTAKE_OFFICE_H

#include "milter/intake/intake.h"

/* May this be a resident: neither logged in nor a person of the directory, nor a machine? */
enum answer office_may_answer(const struct intake_context *context);

/* At RCPT: whoever may be a resident passes, with the refusal kept for whom there is no answer. */
void office_judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r);

/* At the end of the mail. It passes when it is answered, or was before; else the verdict is the
 * recipient's refusal. */
void office_take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r);

#endif
