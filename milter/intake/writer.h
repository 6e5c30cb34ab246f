/*
 * Who wrote a mail, as far as it can be proven.
 */
#ifndef KAIRAN_MILTER_INTAKE_WRITER_H
#define KAIRAN_MILTER_INTAKE_WRITER_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"

/* The person who is logged in, or whose address our own Authentication-Results prove. On
 * ANSWER_NO and ANSWER_UNKNOWN the verdict says why. */
enum answer intake_find_writer(const struct intake_context *context,
			       const struct message *message, struct person **person_r,
			       struct verdict *verdict_r);

#endif
