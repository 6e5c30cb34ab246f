/*
 * Mail about an incident that came to another address.
 */
#ifndef KAIRAN_MILTER_INTAKE_INCIDENT_H
#define KAIRAN_MILTER_INTAKE_INCIDENT_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"

/* The number of the incident whose mail this one answers; 0: of none. */
int64_t incident_find_referred(const struct intake_context *context,
			       const struct message *message);

#endif
