/*
 * A reply to a signed address, as far as deciding and withdrawing have it in common: is
 * the token genuine, who writes, and what do they say?
 */
#ifndef KAIRAN_MILTER_INTAKE_REPLY_H
#define KAIRAN_MILTER_INTAKE_REPLY_H

#include "milter/intake/intake.h"
#include "milter/intake/reply_outcome.h"
#include "policy/token.h"

/* RCPT: refuse an address that is not one of ours, and a writer who cannot be known. */
void intake_reply_judge(const struct intake_context *context, enum token_purpose purpose,
			const struct recipient *recipient, struct verdict *verdict_r);

/* End of message: read the reply. NO when it has been dealt with (automatic mail, wrong
 * person, refused): the verdict says how; YES with the reply, to be given back by
 * intake_reply_clear(); UNKNOWN with a temporary failure. */
enum answer intake_reply_read(const struct intake_context *context,
			      enum token_purpose purpose,
			      const struct recipient *recipient, struct reply *reply_r,
			      struct verdict *verdict_r);
void intake_reply_clear(struct reply *reply);

#endif
