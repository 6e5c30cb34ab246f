/*
 * Answers to notices that come to an address without a token.
 */
#ifndef KAIRAN_MILTER_INTAKE_NOTICE_REPLY_H
#define KAIRAN_MILTER_INTAKE_NOTICE_REPLY_H

#include "milter/intake/intake.h"

/* End of a message to a broadcast address: is it an answer to a notice, and no draft? Of whoever
 * may write drafts (is_writer) only the word that takes one back is. True: it has been
 * taken as an answer, and the verdict says how. */
bool notice_reply_take_instead(const struct intake_context *context,
			       struct recipient *recipient, bool is_writer,
			       struct verdict *verdict_r);

#endif
