/*
 * What replies teach: that something is a signature, and which lines stand below the replies of
 * several people.
 */
#ifndef KAIRAN_MILTER_INTAKE_LEARNING_H
#define KAIRAN_MILTER_INTAKE_LEARNING_H

#include <stdbool.h>

#include "milter/intake/intake.h"
#include "policy/reply_words.h"

/* A decision was made by these words: where they say that what follows is a signature, it is
 * kept for the person, with an audit row of its own. In the decision's transaction. */
bool learning_keep(struct store *store, const struct person *person,
		   const struct reply_words *words, const struct audit_event *decision,
		   struct kairan_error *error_r);

/* These words of a person (uid) decided nothing. Where only what stands below was in the way,
 * its line is noted, and an alarm raised when it is that of several people. Outside a
 * transaction; a failure is logged, and changes nothing for the person. */
void learning_note(const struct intake_context *context, const char *uid,
		   const struct reply_words *words);

#endif
