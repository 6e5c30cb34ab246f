/*
 * Which notice a mail answers, by what it refers to.
 */
#ifndef KAIRAN_MILTER_INTAKE_REFERENCES_H
#define KAIRAN_MILTER_INTAKE_REFERENCES_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"
#include "policy/notice_id.h"

/* Nothing of it is verified. */
void references_find(const struct intake_context *context, const struct message *message,
		     struct notice_references *references_r);

#endif
