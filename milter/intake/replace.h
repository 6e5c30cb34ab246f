/*
 * A draft is replaced by the same one without its signature.
 */
#ifndef KAIRAN_MILTER_INTAKE_REPLACE_H
#define KAIRAN_MILTER_INTAKE_REPLACE_H

#include "milter/intake/intake.h"
#include "milter/intake/reply_outcome.h"

/* The author asks, by a reply to the receipt, to leave out what looks like their signature: the
 * draft is withdrawn, the signature learned as theirs, and the draft without it held. The recipient
 * owns the person from here on where it was. */
void replace_take(const struct intake_context *context, struct recipient *recipient,
		  struct reply *reply, struct verdict *verdict_r);

#endif
