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
	{ DECISION_STOP, DRAFT_RELEASING, DRAFT_STOPPED, NOTICE_STOPPED },
};

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_DECIDE, recipient, verdict_r);
}

/* May this person decide this draft now? False: it has been answered, or could not be
 * asked, as the verdict says. */
static bool may_decide(const struct intake_context *context, const struct reply *reply,
		       struct verdict *verdict_r)
{
	struct section *section = NULL;
	struct kairan_error error = { "no such entry" };
	char *facts;

	if (directory_find_section(context->setup->directory, reply->draft->section, &section,
				   &error) != ANSWER_YES) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, reply->draft->id,
			  "section %s could not be read: %s", reply->draft->section, error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return false;
	}
	const struct section_duties duties = section_as_duties(section);
	duties_judge_decision(&duties, reply->person->dn, reply->draft->author_dn, verdict_r);
	section_free(section);
	if (verdict_r->kind == VERDICT_PASS)
		return true;
	facts = notice_make_facts("reason_key", reason_name(verdict_r->reason), "article",
				  reason_article(verdict_r->reason), NULL);
	intake_reply_answer(context, reply, NOTICE_NOT_COUNTED, reason_name(verdict_r->reason),
			    facts, verdict_r);
	free(facts);
	return false;
}

static bool find_step(const struct reply *reply, size_t *step_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(decision_steps); i++) {
		if (decision_steps[i].decision == reply->words.decision) {
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
		.decider_name = to != DRAFT_STOPPED ? reply->person->name : NULL,
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

static void answer_expired(const struct intake_context *context, const struct reply *reply,
			   struct verdict *verdict_r)
{
	char *facts = notice_make_facts("reason_key", reason_name(REASON_EXPIRED_TOKEN), NULL);

	intake_reply_answer(context, reply, NOTICE_NOT_COUNTED,
			    reason_name(REASON_EXPIRED_TOKEN), facts, verdict_r);
	free(facts);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct reply reply;
	size_t step;

	if (intake_reply_read(context, TOKEN_DECIDE, recipient, &reply, verdict_r) != ANSWER_YES)
		return;
	if (!find_step(&reply, &step))
		intake_reply_answer_unclear(context, &reply, verdict_r);
	else if (reply.draft->state != decision_steps[step].from)
		intake_reply_answer(context, &reply, NOTICE_ALREADY,
				    lifecycle_name(reply.draft->state), NULL, verdict_r);
	else if (reply.expired)
		answer_expired(context, &reply, verdict_r);
	else if (may_decide(context, &reply, verdict_r))
		decide(context, &reply, step, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_decision = { judge, take };
