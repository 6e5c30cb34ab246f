/*
 * Mail to an address of ours from which it cannot be told what it answers.
 */
#ifndef KAIRAN_MILTER_INTAKE_MISADDRESSED_H
#define KAIRAN_MILTER_INTAKE_MISADDRESSED_H

#include "milter/intake/intake.h"

/* What was written to. */
struct misaddressed {
	const char *address;
	const char *subject; /* NULL: not known */
	const char *
	    id; /* what tells the mail from others (answers_make_id()); NULL: not known */
};

/* Record the event, whose outcome is the name of a reason, and tell the person by mail why and
 * what to answer to: once a message, also when it comes again, and not without end. person may
 * be NULL: nobody is told. On failure the verdict becomes "could not store". */
void misaddressed_tell(const struct intake_context *context,
		       const struct misaddressed *misaddressed,
		       const struct person *person, const struct audit_event *event,
		       struct verdict *verdict);

#endif
