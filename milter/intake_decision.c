/*
 * NAME
 *	intake_decision - the approver or a delegate replies
 *
 * DESCRIPTION
 *	The reply's person and words are known (intake_reply). LDAP is asked again whether
 *	this person may decide now (Art. 4, 6, 13-1(3)); then the draft enters its new state,
 *	with the audit row and everybody's notices in the same transaction. A draft that has
 *	been decided already stays as it is: whoever comes second is told who was first.
 *
 * DIAGNOSTICS
 *	Info: the decision, or why the reply changes nothing. Error: the store cannot be used.
 */
#include "config.h"

#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/intake_reply.h"
#include "milter/notice.h"

/* What each decision does to a draft, and what everybody is then told. */
static const struct {
	enum decision decision;
	enum draft_state from;
	enum draft_state to;
	const char *notice;
} decision_steps[] = {
	{ DECISION_APPROVE, DRAFT_HELD, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_APPROVE_URGENT, DRAFT_HELD, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_SEND_BACK, DRAFT_HELD, DRAFT_SENT_BACK, NOTICE_SENT_BACK },
	{ DECISION_STOP, DRAFT_APPROVED, DRAFT_WITHDRAWN, NOTICE_STOPPED },
	{ DECISION_STOP, DRAFT_RELEASING, DRAFT_STOPPED, NOTICE_STOPPED },
};

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_DECIDE, recipient, verdict_r);
}

static void answer_not_counted(const struct intake_context *context,
			       const struct reply *reply, enum reason reason,
			       struct verdict *verdict_r)
{
	char *facts = notice_make_facts("reason_key", reason_name(reason), "article",
					reason_article(reason), NULL);

	intake_reply_answer(context, reply, NOTICE_NOT_COUNTED, reason_name(reason), facts,
			    verdict_r);
	free(facts);
}

/* May this person decide this draft now, as LDAP has it? UNKNOWN: could not ask. */
static enum answer may_decide(const struct intake_context *context,
			      const struct reply *reply, enum reason *reason_r)
{
	struct section *section = NULL;
	struct kairan_error error;
	struct verdict verdict;
	enum answer answer = directory_find_section(context->setup->directory,
						    reply->draft->section, &section, &error);

	*reason_r = REASON_NOT_APPROVER;
	if (answer == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, reply->draft->id,
			  "section %s could not be read: %s", reply->draft->section, error.text);
	if (answer != ANSWER_YES)
		return answer;
	const struct section_duties duties = section_as_duties(section);
	duties_judge_decision(&duties, reply->person->dn, reply->draft->author_dn, &verdict);
	section_free(section);
	*reason_r = verdict.reason;
	return verdict.kind == VERDICT_PASS ? ANSWER_YES : ANSWER_NO;
}

/* What this decision does to a draft in this state; false when nothing. */
static bool find_step(enum decision decision, enum draft_state from, size_t *step_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(decision_steps); i++) {
		if (decision_steps[i].decision == decision && decision_steps[i].from == from) {
			*step_r = i;
			return true;
		}
	}
	return false;
}

/* YES: the draft has entered its new state; NO: it was not in a state for this. */
static enum answer enter(const struct intake_context *context, struct reply *reply,
			 size_t step, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const enum draft_state to = decision_steps[step].to;
	const struct audit_event event = intake_reply_event(context, reply);
	const struct draft_step draft_step = {
		.to = to,
		.event = event,
		.reason = reply->words.reason,
		.decider_name =
		    decision_steps[step].from == DRAFT_HELD ? reply->person->name : NULL,
		.due_at = to == DRAFT_APPROVED ? event.at : 0,
	};
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_enter(store, reply->draft, &draft_step, error_r);
	if (answer == ANSWER_YES &&
	    !notice_add_parties(store, decision_steps[step].notice, reply->draft->id,
				reply->party->number, NULL, event.at, error_r))
		answer = ANSWER_UNKNOWN;
	if (answer != ANSWER_YES)
		store_rollback(store);
	else if (!store_commit(store, error_r))
		answer = ANSWER_UNKNOWN;
	return answer;
}

static void decide(const struct intake_context *context, struct reply *reply, size_t step,
		   struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	switch (enter(context, reply, step, &error)) {
	case ANSWER_YES:
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
			  "%s by %s: is now %s", decision_name(reply->words.decision),
			  reply->person->uid, lifecycle_name(reply->draft->state));
		kairan_wake_all(context->kairan);
		break;
	case ANSWER_NO:
		intake_reply_answer(context, reply, NOTICE_ALREADY,
				    lifecycle_name(reply->draft->state), NULL, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, reply->draft->id, "%s",
			  error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
}

/* The words are a decision, and the draft is in a state for it. */
static void take_decision(const struct intake_context *context, struct reply *reply,
			  size_t step, struct verdict *verdict_r)
{
	enum reason reason;

	if (reply->expired) {
		answer_not_counted(context, reply, REASON_EXPIRED_TOKEN, verdict_r);
		return;
	}
	switch (may_decide(context, reply, &reason)) {
	case ANSWER_YES:
		decide(context, reply, step, verdict_r);
		break;
	case ANSWER_NO:
		answer_not_counted(context, reply, reason, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		break;
	}
}

static bool is_for_deciders(enum decision decision)
{
	return decision != DECISION_NONE && decision != DECISION_WITHDRAW;
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct reply reply;
	size_t step;

	if (intake_reply_read(context, TOKEN_DECIDE, recipient, &reply, verdict_r) != ANSWER_YES)
		return;
	if (find_step(reply.words.decision, reply.draft->state, &step))
		take_decision(context, &reply, step, verdict_r);
	else if (is_for_deciders(reply.words.decision) && reply.draft->state != DRAFT_HELD)
		intake_reply_answer(context, &reply, NOTICE_ALREADY,
				    lifecycle_name(reply.draft->state), NULL, verdict_r);
	else
		intake_reply_answer_unclear(context, &reply, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_decision = { judge, take };
