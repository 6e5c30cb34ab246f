/*
 * The desk: staff and approvers ask there, and are answered by mail. What there is to say is the
 * business of one file for each address.
 */
#ifndef KAIRAN_MILTER_INTAKE_DESK_H
#define KAIRAN_MILTER_INTAKE_DESK_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"

struct desk_question {
	const struct recipient *recipient;
	const struct message *message;
	const struct person *person; /* who asks */
};

/* The answer: a notice's kind, and its facts. Free the facts with free(). */
struct desk_answer {
	const char *kind;
	char *facts;
};

/* help@: what the person may do. False: the directory could not be asked. */
bool desk_help_answer(const struct intake_context *context,
		      const struct desk_question *question, struct desk_answer *answer_r,
		      struct kairan_error *error_r);

/* template@: the ready texts of the person's sections, or one of them. Likewise. */
bool desk_ready_answer(const struct intake_context *context,
		       const struct desk_question *question, struct desk_answer *answer_r,
		       struct kairan_error *error_r);

/* What the directory says that the person may do; NULL: it could not be asked. */
struct abilities *desk_find_abilities(const struct intake_context *context,
				      const struct person *person,
				      struct kairan_error *error_r);

#endif
