/*
 * A report of an incident, or a reply about one, goes into the store and to people (Art. 9).
 */
#ifndef KAIRAN_MILTER_INTAKE_INCIDENT_RECORD_H
#define KAIRAN_MILTER_INTAKE_INCIDENT_RECORD_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"

struct incident_report {
	struct person *person; /* who wrote it */
	const char *role;      /* what they are in a section; NULL: in none */
	int64_t about;         /* the incident that it is a reply about; 0: a new one */
	enum reason fault;     /* why the mail could not be read; REASON_NONE: it was */
	char *mail_id;         /* what tells it from others */
	char *subject;         /* "" where it cannot be read */
	char *text;            /* "" likewise */
	GPtrArray *administrators; /* struct person */
	GPtrArray *approvers;      /* of the writer's sections, likewise */
};

/* What can be read of the mail; message is NULL where it could not be parsed. */
void incident_report_read(const struct intake_context *context,
			  const struct message *message, struct incident_report *report);
void incident_report_clear(struct incident_report *report);

/* Ask the directory who is to be told. */
bool incident_report_find_readers(const struct intake_context *context,
				  struct incident_report *report,
				  struct kairan_error *error_r);

/* Record it and tell people, in one transaction. *outcome_r is that of the audit row: reported,
 * added, again. A reply about an incident that is not there becomes a new one. */
bool incident_report_record(const struct intake_context *context,
			    struct incident_report *report, const char **outcome_r,
			    struct kairan_error *error_r);

#endif
