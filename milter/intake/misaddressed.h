/*
 * Mail to an address of ours from which it cannot be told what it answers.
 */
#ifndef KAIRAN_MILTER_INTAKE_MISADDRESSED_H
#define KAIRAN_MILTER_INTAKE_MISADDRESSED_H

#include "milter/intake/intake.h"

/* What was written to: its address, and the mail's subject as far as it is known (NULL). */
struct misaddressed {
	const char *address;
	const char *subject;
};

/* Record the event, whose outcome is the name of a reason, and tell the person by mail why and
 * what to answer to: once a message, and not without end. person may be NULL: nobody is
 * told. On failure the verdict becomes "could not store". */
void misaddressed_tell(const struct intake_context *context,
		       const struct misaddressed *misaddressed,
		       const struct person *person, const struct audit_event *event,
		       struct verdict *verdict);

#endif
