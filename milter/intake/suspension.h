/*
 * Suspended broadcasts (Art. 7), as the daemon sees them: what administrators put into the
 * store counts from that moment.
 */
#ifndef KAIRAN_MILTER_INTAKE_SUSPENSION_H
#define KAIRAN_MILTER_INTAKE_SUSPENSION_H

#include "milter/intake/intake.h"

/* Defer (451) what is for a broadcast that is suspended, with its reason and end. */
void suspension_judge(const struct intake_context *context, const char *broadcast,
		      struct verdict *verdict_r);

/* Tell a person, once in each suspension, why their draft is deferred and until when: their
 * mail program shows an English line, if any, and tries again by itself. Where that
 * fails, the next try tells it. */
void suspension_tell(const struct intake_context *context, const struct person *person,
		     const char *broadcast);

/* Is it suspended now? UNKNOWN: could not ask; the log says why. */
enum answer suspension_is_on(const struct intake_context *context, const char *broadcast);

/* End the suspensions whose time has passed, and wake everybody who waited for that. */
bool suspension_advance(struct kairan *kairan, const struct setup *setup,
			struct kairan_error *error_r);

#endif
