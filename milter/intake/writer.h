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

/* At RCPT: can it be told who writes? UNKNOWN and NO: the verdict says why, and NO is worth an audit
 * row. YES also where Authentication-Results may yet tell of who is not logged in. */
enum answer intake_judge_writer(const struct intake_context *context,
				struct verdict *verdict_r);

/* The audit row of a mail that is refused or passed over, with its login and sender. */
void intake_record_outcome(const struct intake_context *context, const char *action,
			   enum reason outcome, struct verdict *verdict);

/* The one address of the one From: field. The error says what else stands there. */
bool intake_read_from(const struct message *message, struct address *from_r,
		      struct kairan_error *error_r);

/* Do our own Authentication-Results prove that the owner of this address wrote, which From:
 * names? Do they say that it was somebody else (dmarc=fail)? */
bool intake_proves_from(const struct intake_context *context,
			const struct message *message, const struct address *from);
bool intake_denies_from(const struct intake_context *context,
			const struct message *message, const struct address *from);

/* May the person write as this address (Art. 14)? It is one of theirs, or their section's;
 * section may be NULL. */
bool intake_may_write_as(const struct person *person, const struct section *section,
			 const struct address *from);

#endif
