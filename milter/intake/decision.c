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

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/schedule.h"
#include "milter/intake/reply.h"
#include "milter/intake/reply_outcome.h"
#include "milter/intake/suspension.h"
#include "schema/store_clock.h"
#include "schema/store_urgency.h"

/* So much time it takes at least to read that 緊急承認 is to be said once more, and to say it. */
#define CONFIRM_SECONDS 15

/* What each decision does to a draft, and what everybody is then told. A step to the same
 * state only changes the time. */
static const struct {
	enum decision decision;
	enum draft_state from;
	enum draft_state to;
	const char *notice;
} decision_steps[] = {
	{ DECISION_APPROVE, DRAFT_HELD, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_APPROVE, DRAFT_APPROVED, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_APPROVE_URGENT, DRAFT_HELD, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_APPROVE_URGENT, DRAFT_APPROVED, DRAFT_APPROVED, NOTICE_APPROVED },
	{ DECISION_SEND_BACK, DRAFT_HELD, DRAFT_SENT_BACK, NOTICE_SENT_BACK },
	{ DECISION_STOP, DRAFT_HELD, DRAFT_SENT_BACK, NOTICE_SENT_BACK },
	{ DECISION_STOP, DRAFT_APPROVED, DRAFT_WITHDRAWN, NOTICE_STOPPED },
	{ DECISION_STOP, DRAFT_RELEASING, DRAFT_STOPPED, NOTICE_STOPPED },
};

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_DECIDE, recipient, verdict_r);
}

/* May this person decide this draft now, as LDAP has it? period_r: a delegate's, where that is why
 * not; else NULL. */
static void judge_decider(const struct intake_context *context, const struct reply *reply,
			  char **period_r, struct verdict *verdict_r)
{
	const struct decided_draft draft = { reply->draft->author_dn,
					     reply->draft->corrects != 0 };
	struct standing standing;

	switch (intake_find_standing(context, reply->draft->section, draft.author,
				     &standing, verdict_r)) {
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_NOT_APPROVER, NULL);
		break;
	case ANSWER_YES:
		standing_judge_decision(&standing, context->setup, reply->person->dn,
					&draft, verdict_r);
		if (verdict_r->kind == VERDICT_PASS)
			intake_judge_password(context, reply->person, verdict_r);
		if (verdict_r->reason == REASON_DELEGATE_PERIOD)
			*period_r = standing_describe_period(&standing, context->setup,
							     reply->person->dn);
		break;
	}
	standing_clear(&standing);
}

/* What this decision does to a draft in this state; false when nothing. */
static bool find_step(enum decision decision, enum draft_state from, size_t *step_r)
{
	for (size_t i = 0; i < G_N_ELEMENTS(decision_steps); i++) {
		if (decision_steps[i].decision == decision &&
		    decision_steps[i].from == from) {
			*step_r = i;
			return true;
		}
	}
	return false;
}

/* What everybody is told about the time, by its status. */
static const struct {
	const char *note;
	bool to_all; /* also to whoever decided: it is news to them */
} decision_times[] = {
	[DUE_AT] = { NULL, false },
	[DUE_WAITS] = { "waits", true },
	[DUE_WAITS_URGENT] = { "waits-urgent", true },
};

/* Has the writer called the draft urgent in another mail before? Then the reason given there is
 * good, if there is none here. */
static enum answer find_confirmation(const struct intake_context *context,
				     struct reply *reply)
{
	struct store *store = kairan_get_store(context->kairan);
	struct urgency earlier = { 0 };
	struct kairan_error error;
	enum answer answer = ANSWER_UNKNOWN;

	if (reply->words.decision != DECISION_APPROVE_URGENT)
		return ANSWER_NO;
	if (store_begin_grouped(store, &error)) {
		answer = store_urgency_find(store, reply->draft->id, reply->person->uid,
					    &earlier, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, reply->draft->id,
			  "%s", error.text);
	/* A mail that comes twice is one, and so are two of the same moment: nobody can have read
	 * the question between them. */
	if (answer == ANSWER_YES && (strcmp(earlier.mail_id, reply->mail_id) == 0 ||
				     clock_now() - earlier.at < CONFIRM_SECONDS))
		answer = ANSWER_NO;
	if (answer == ANSWER_YES && *reply->words.reason == '\0') {
		g_free(reply->words.reason);
		reply->words.reason = g_strdup(earlier.reason);
	}
	store_urgency_clear(&earlier);
	return answer;
}

/* When an approval takes effect; false when something is wanted first, and the writer was told. */
static bool find_time(const struct intake_context *context, struct reply *reply,
		      struct reply_step *step, struct verdict *verdict_r)
{
	const enum answer confirmed = find_confirmation(context, reply);
	const struct approval approval = { reply->words.decision,
					   *reply->words.reason != '\0',
					   confirmed == ANSWER_YES };
	enum due_status status;

	if (confirmed == ANSWER_UNKNOWN) {
		verdict_set(verdict_r, REASON_STORE, NULL);
		return false;
	}
	status =
	    draft_schedule_find(context->setup, reply->draft, &approval, &step->due_at);
	if (status == DUE_WANTS_CONFIRMATION) {
		reply_outcome_ask_confirmation(context, reply, verdict_r);
		return false;
	}
	if (status == DUE_WANTS_REASON) {
		reply_outcome_answer_not_counted(context, reply, REASON_URGENT_REASON,
						 verdict_r);
		return false;
	}
	step->note = decision_times[status].note;
	if (decision_times[status].to_all || step->due_at > clock_now())
		step->except = -1;
	if (status == DUE_AT && reply->draft->send_at != 0 &&
	    reply->draft->send_at < clock_now()) {
		step->note = "send-at-past";
		step->except = -1;
	}
	return true;
}

/* What is approved and waits for the end of the quiet hours goes out earlier. */
static enum answer expedite(const struct intake_context *context, struct reply *reply,
			    struct reply_step *step, struct verdict *verdict_r)
{
	/* What stayed when it was due wants to be approved again. */
	if (*reply->draft->stays != '\0' || step->due_at < reply->draft->due_at)
		return reply_outcome_reschedule(context, reply, step, verdict_r);
	reply_outcome_answer_already(context, reply, verdict_r);
	return ANSWER_YES;
}

/* NO: the draft had come to another state by then, and has changed by nothing. */
static enum answer decide(const struct intake_context *context, struct reply *reply,
			  size_t step, enum answer suspended, struct verdict *verdict_r)
{
	struct reply_step reply_step = {
		.to = decision_steps[step].to,
		/* What goes out early does so by this approval, not the one before. */
		.is_decision = decision_steps[step].from == DRAFT_HELD ||
			       decision_steps[step].to == DRAFT_APPROVED,
		.notice = decision_steps[step].notice,
		/* Who lets it go out gets the report of the broadcast, and needs no mail
		 * before. Everybody else is answered: the mail has the reason as it was
		 * understood, or who has the broadcast already. */
		.except = decision_is_approval(reply->words.decision)
			      ? reply->party->number
			      : -1,
	};

	if (decision_is_approval(reply->words.decision) &&
	    !find_time(context, reply, &reply_step, verdict_r))
		return ANSWER_YES;
	if (decision_steps[step].decision == DECISION_STOP &&
	    decision_steps[step].from == DRAFT_HELD)
		reply_step.note = "stop-held";
	/* Who approves while nothing goes out (Art. 7) is told that it goes out afterwards. */
	if (suspended == ANSWER_YES && reply_step.to == DRAFT_APPROVED) {
		reply_step.notice = NOTICE_APPROVED_REST;
		reply_step.except = -1;
	}
	return decision_steps[step].from == decision_steps[step].to
		   ? expedite(context, reply, &reply_step, verdict_r)
		   : reply_outcome_carry_out(context, reply, &reply_step, verdict_r);
}

/* Did the reply come too late? A stop never does: it can only prevent a broadcast. A draft
 * that waits still may have got more time than its first token, by a suspension (Art. 7)
 * that has ended or that goes on. */
static bool is_late(const struct reply *reply, size_t step, enum answer suspended)
{
	return reply->expired && decision_steps[step].decision != DECISION_STOP &&
	       suspended != ANSWER_YES && reply->draft->expires_at <= clock_now();
}

/* By a clock that has jumped nobody is late: the draft waits still (store_clock.h). */
static enum answer is_in_doubt(const struct intake_context *context,
			       struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	enum answer answer;
	int64_t jump;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_clock_find_jump(store, &jump, error_r);
	store_rollback(store);
	return answer;
}

/* The words are a decision, and the draft is in a state for it. NO: not any more. */
static enum answer take_decision(const struct intake_context *context,
				 struct reply *reply, size_t step,
				 struct verdict *verdict_r)
{
	enum answer suspended = suspension_is_on(context, reply->draft->broadcast);
	enum answer doubted = ANSWER_NO;
	struct kairan_error error = { "" };
	g_autofree char *period = NULL;
	struct verdict verdict;
	bool late;

	late = suspended != ANSWER_UNKNOWN && is_late(reply, step, suspended);
	if (late)
		doubted = is_in_doubt(context, &error);
	if (suspended == ANSWER_UNKNOWN || doubted == ANSWER_UNKNOWN) {
		if (doubted == ANSWER_UNKNOWN)
			log_event(LOG_LEVEL_ERROR, context->envelope->queue_id,
				  reply->draft->id, "%s", error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		return ANSWER_UNKNOWN;
	}
	if (late && doubted == ANSWER_NO) {
		reply_outcome_answer_not_counted(context, reply, REASON_EXPIRED_TOKEN,
						 verdict_r);
		return ANSWER_YES;
	}
	judge_decider(context, reply, &period, &verdict);
	if (verdict.kind == VERDICT_PASS)
		return decide(context, reply, step, suspended, verdict_r);
	if (period != NULL)
		reply_outcome_answer_fault(context, reply, verdict.reason, period,
					   verdict_r);
	else if (verdict.kind == VERDICT_REFUSE)
		reply_outcome_answer_not_counted(context, reply, verdict.reason,
						 verdict_r);
	else
		*verdict_r = verdict;
	return ANSWER_YES;
}

static bool is_for_deciders(enum decision decision)
{
	return decision != DECISION_NONE && decision != DECISION_WITHDRAW;
}

/* The words decide nothing about the draft as it is. */
static void take_other(const struct intake_context *context, const struct reply *reply,
		       struct verdict *verdict_r)
{
	if (is_for_deciders(reply->words.decision) && reply->draft->state != DRAFT_HELD)
		reply_outcome_answer_already(context, reply, verdict_r);
	else
		reply_outcome_answer_unclear(context, reply, verdict_r);
}

/* While the directory is asked the draft may go on: its release may begin, or somebody else may
 * decide. Then the words are tried on what it has become. */
static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	enum answer done = ANSWER_NO;
	enum draft_state before = 0;
	struct reply reply;
	size_t step;

	if (intake_reply_read(context, TOKEN_DECIDE, recipient, &reply, verdict_r) !=
	    ANSWER_YES)
		return;
	while (done == ANSWER_NO && reply.draft->state != before &&
	       find_step(reply.words.decision, reply.draft->state, &step)) {
		before = reply.draft->state;
		done = take_decision(context, &reply, step, verdict_r);
	}
	if (done == ANSWER_NO)
		take_other(context, &reply, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_decision = { judge, take };
