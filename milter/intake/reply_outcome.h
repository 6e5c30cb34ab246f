/*
 * What becomes of a reply: a step of the draft, or an answer to whoever wrote it.
 */
#ifndef KAIRAN_MILTER_INTAKE_REPLY_OUTCOME_H
#define KAIRAN_MILTER_INTAKE_REPLY_OUTCOME_H

#include "milter/intake/intake.h"
#include "milter/mail/message.h"
#include "policy/reply_words.h"
#include "schema/store_draft.h"

/* A reply by the person that the token was made for. */
struct reply {
	struct draft *draft;
	struct party *party;
	struct person *person; /* as LDAP has them now */
	const char *role;      /* what they are in the draft's section now; "": nothing */
	enum message_text_status readable; /* not OK: why the words could not be read */
	struct reply_words words;
	char *mail_id;        /* what tells this mail from others */
	bool expired;         /* the token was genuine, and is too old */
	bool looks_automatic; /* by its subject alone: nothing is approved by it */
};

/* Answer the writer with a notice, and record why nothing was changed, in one transaction: the
 * same mail once, and nobody without end (milter/intake/answers.h). facts: JSON or NULL. */
void reply_outcome_answer(const struct intake_context *context, const struct reply *reply,
			  const char *kind, const char *outcome, const char *facts,
			  struct verdict *verdict_r);

/* Ask the writer to say 緊急承認 once more, and keep that they said it, in one transaction. */
void reply_outcome_ask_confirmation(const struct intake_context *context,
				    const struct reply *reply, struct verdict *verdict_r);

/* Tell the writer why their reply does not count. */
void reply_outcome_answer_not_counted(const struct intake_context *context,
				      const struct reply *reply, enum reason reason,
				      struct verdict *verdict_r);

/* Likewise, with what of it is meant: an address, a line. */
void reply_outcome_answer_fault(const struct intake_context *context,
				const struct reply *reply, enum reason reason,
				const char *detail, struct verdict *verdict_r);

/* Tell a person who was not understood how to answer. */
void reply_outcome_answer_unclear(const struct intake_context *context,
				  const struct reply *reply, struct verdict *verdict_r);

/* What a reply does to its draft. */
struct reply_step {
	enum draft_state to;
	bool is_decision;   /* the person is recorded as the one who decided */
	const char *notice; /* what the draft's people are told */
	int64_t except;     /* number of one who is not told; -1: all are */
	int64_t due_at;     /* for an approval: when it goes out */
	const char *note;   /* NULL, or what the notice adds: a phrase "note.NAME" */
};

/* A draft that was approved and waits goes out at another time: the time, the audit row and
 * the notices in one transaction. YES: done. NO: it is not, or no longer, in a state for it; then
 * nothing has changed, and reply->draft is what it was in that transaction, so that the caller can
 * choose again. UNKNOWN: the store failed, and the verdict says so. */
enum answer reply_outcome_reschedule(const struct intake_context *context,
				     struct reply *reply, const struct reply_step *step,
				     struct verdict *verdict_r);

/* Carry it out: the new state, the audit row and the notices in one transaction. Answers like
 * reply_outcome_reschedule(). */
enum answer reply_outcome_carry_out(const struct intake_context *context,
				    struct reply *reply, const struct reply_step *step,
				    struct verdict *verdict_r);

/* Tell the writer in which state the draft is, for which their words are too late. */
void reply_outcome_answer_already(const struct intake_context *context,
				  const struct reply *reply, struct verdict *verdict_r);

#endif
