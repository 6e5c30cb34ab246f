/*
 * NAME
 *	reply_outcome - what becomes of a reply
 *
 * DESCRIPTION
 *	A reply changes its draft, with the audit row and everybody's notices in the same
 *	transaction, or it changes nothing and its writer is told why: once for each reply
 *	(milter/intake/answers.c).
 *
 * DIAGNOSTICS
 *	Info: the new state, or why nothing changed. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/intake/reply_outcome.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/reading.h"
#include "milter/intake/answers.h"
#include "milter/intake/learning.h"
#include "schema/store_urgency.h"

static void fail_store(const struct intake_context *context, const struct reply *reply,
		       const struct kairan_error *error, struct verdict *verdict_r)
{
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, reply->draft->id, "%s",
		  error->text);
	verdict_set(verdict_r, REASON_STORE, NULL);
}

/* What a writer is answered. */
struct answer_mail {
	const char *kind;
	const char *facts; /* JSON or NULL */
	/* NULL, or what else is kept with it. */
	bool (*keep)(struct store *store, const struct reply *reply, int64_t now,
		     struct kairan_error *error_r);
};

static bool add_answer(struct store *store, const struct reply *reply,
		       const struct answer_mail *mail, int64_t now,
		       struct kairan_error *error_r)
{
	const struct notice notice = { mail->kind, reply->draft->id, mail->facts, now };

	if (mail->keep != NULL && !mail->keep(store, reply, now, error_r))
		return false;
	/* Somebody else's token: their own address, and nothing that is signed for another. */
	if (strcmp(reply->person->uid, reply->party->uid) != 0)
		return notice_add_person(store, &notice, reply->person, error_r);
	return notice_add_party(store, &notice, reply->party, error_r);
}

/* Whoever looks like a machine is asked once in a while, and no more. */
static struct answers_reply describe(const struct reply *reply)
{
	return (struct answers_reply){
		.draft = reply->draft,
		.person = reply->person,
		.id = reply->mail_id,
		.words = reply->words.first != NULL ? reply->words.first : "",
		.most = reply->looks_automatic ? 1 : ANSWERS_MOST,
	};
}

/* The audit row, and the answer where one is due, in one transaction. The event's outcome
 * becomes why there is none. */
static enum answers add_all(const struct intake_context *context,
			    const struct reply *reply, const struct answer_mail *mail,
			    struct audit_event *event, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const struct answers_reply described = describe(reply);
	enum answers answers = ANSWERS_UNKNOWN;
	bool ok;

	if (!store_begin(store, error_r))
		return ANSWERS_UNKNOWN;
	answers = answers_find(store, &described, event->at, error_r);
	if (answers == ANSWERS_GIVEN)
		event->outcome = "again";
	if (answers == ANSWERS_ENDLESS)
		event->outcome = "unanswered";
	ok = answers != ANSWERS_UNKNOWN && store_audit_append(store, event, error_r) &&
	     (answers != ANSWERS_DUE ||
	      add_answer(store, reply, mail, event->at, error_r));
	return store_end(store, ok, error_r) ? answers : ANSWERS_UNKNOWN;
}

static void answer_and_record(const struct intake_context *context,
			      const struct reply *reply, const struct answer_mail *mail,
			      struct audit_event *event, struct verdict *verdict_r)
{
	const struct answers_reply described = describe(reply);
	struct kairan_error error;
	const enum answers answers = add_all(context, reply, mail, event, &error);

	verdict_pass(verdict_r);
	if (answers == ANSWERS_UNKNOWN) {
		fail_store(context, reply, &error, verdict_r);
		return;
	}
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
		  "reply by %s changes nothing: %s", reply->person->uid, event->outcome);
	if (answers == ANSWERS_ENDLESS)
		answers_tell_administrators(context->kairan, &described, described.words);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

static struct audit_event make_event(const struct intake_context *context,
				     const struct reply *reply, const char *outcome,
				     const char *detail)
{
	struct audit_event event = intake_event(context, "reply");

	event.uid = reply->person->uid;
	event.role = reply->role;
	event.draft = reply->draft->id;
	event.outcome = outcome;
	event.detail = detail;
	return event;
}

void reply_outcome_answer(const struct intake_context *context, const struct reply *reply,
			  const char *kind, const char *outcome, const char *facts,
			  struct verdict *verdict_r)
{
	struct audit_event event =
	    make_event(context, reply, outcome, decision_name(reply->words.decision));

	answer_and_record(context, reply, &(struct answer_mail){ kind, facts, NULL },
			  &event, verdict_r);
}

static bool keep_urgency(struct store *store, const struct reply *reply, int64_t now,
			 struct kairan_error *error_r)
{
	return store_urgency_put(store,
				 &(struct urgency){ reply->draft->id, reply->person->uid,
						    reply->mail_id, reply->words.reason,
						    now },
				 error_r);
}

void reply_outcome_ask_confirmation(const struct intake_context *context,
				    const struct reply *reply, struct verdict *verdict_r)
{
	struct audit_event event =
	    make_event(context, reply, "confirm", decision_name(reply->words.decision));
	char *facts = notice_make_facts(
	    "note_key",
	    reply->draft->state == DRAFT_HELD ? "confirm-held" : "confirm-approved",
	    NULL);

	answer_and_record(
	    context, reply,
	    &(struct answer_mail){ NOTICE_CONFIRM_URGENT, facts, keep_urgency }, &event,
	    verdict_r);
	free(facts);
}

/* The name of what kept the words from being read; NULL when they were. */
static const char *find_cause(const struct reply *reply)
{
	return reply->readable != MESSAGE_TEXT_OK
		   ? message_text_status_name(reply->readable)
		   : NULL;
}

void reply_outcome_answer_not_counted(const struct intake_context *context,
				      const struct reply *reply, enum reason reason,
				      struct verdict *verdict_r)
{
	char *facts = notice_make_facts("reason_key", reason_name(reason), "article",
					reason_article(reason), "unreadable_key",
					find_cause(reply), NULL);

	reply_outcome_answer(context, reply, NOTICE_NOT_COUNTED, reason_name(reason),
			     facts, verdict_r);
	free(facts);
}

void reply_outcome_answer_fault(const struct intake_context *context,
				const struct reply *reply, enum reason reason,
				const char *detail, struct verdict *verdict_r)
{
	struct audit_event event =
	    make_event(context, reply, reason_name(reason), detail);
	/* An address needs no words; what else there is to say is English, and for the trail. */
	g_autofree char *place = detail != NULL ? draft_reading_find_place(detail) : NULL;
	char *facts = notice_make_facts(
	    "reason_key", reason_name(reason), "article", reason_article(reason),
	    "read_place", place, "detail",
	    reason == REASON_SENDER_FOREIGN || reason == REASON_DELEGATE_PERIOD ? detail
										: NULL,
	    NULL);

	answer_and_record(context, reply,
			  &(struct answer_mail){ NOTICE_NOT_COUNTED, facts, NULL },
			  &event, verdict_r);
	free(facts);
}

/* Why nothing came of a reply: what could not be read, or which line was in the way; and where
 * that may be no more than a signature, the ready reply that says so. */
static char *make_unclear_facts(const struct reply *reply)
{
	const struct reply_words *words = &reply->words;
	const char *cause = find_cause(reply);
	const bool may_teach = words->decision == DECISION_NONE && *words->tail != '\0' &&
			       reply->party->number != DRAFT_AUTHOR;
	g_autofree char *line = notice_shorten_line(
	    *words->in_the_way != '\0' ? words->in_the_way : words->first);

	return notice_make_facts(
	    "obstacle_key", cause == NULL ? reply_obstacle_name(words->obstacle) : NULL,
	    "in_the_way", line, "unreadable_key", cause, "teach_key",
	    may_teach ? "teach-when" : NULL, NULL);
}

void reply_outcome_answer_unclear(const struct intake_context *context,
				  const struct reply *reply, struct verdict *verdict_r)
{
	const char *cause = find_cause(reply);
	struct audit_event event = make_event(context, reply, "unclear",
					      cause != NULL ? cause : reply->words.first);
	char *facts = make_unclear_facts(reply);

	answer_and_record(context, reply,
			  &(struct answer_mail){ NOTICE_UNCLEAR, facts, NULL }, &event,
			  verdict_r);
	free(facts);
	if (verdict_r->kind == VERDICT_PASS)
		learning_note(context, reply->person->uid, &reply->words);
}

static struct draft_step make_step(const struct intake_context *context,
				   const struct reply *reply,
				   const struct reply_step *step, const char *detail)
{
	struct draft_step draft_step = {
		.to = step->to,
		.event = intake_event(context, decision_name(reply->words.decision)),
		/* A stop without a reason has not that of the approval before it. */
		.reason = reply->words.reason,
		.decider_name = step->is_decision ? reply->person->name : NULL,
		.due_at = step->due_at,
		.urgent = step->to == DRAFT_APPROVED &&
			  reply->words.decision == DECISION_APPROVE_URGENT,
	};

	draft_step.event.uid = reply->person->uid;
	draft_step.event.role = reply->role;
	draft_step.event.draft = reply->draft->id;
	draft_step.event.detail = detail;
	return draft_step;
}

/* The draft as it is now, in the transaction that found it changed. */
static enum answer read_anew(struct store *store, struct reply *reply,
			     struct kairan_error *error_r)
{
	struct draft *draft = NULL;

	if (store_draft_find(store, reply->draft->id, &draft, error_r) != ANSWER_YES)
		return ANSWER_UNKNOWN;
	draft_free(reply->draft);
	reply->draft = draft;
	return ANSWER_NO;
}

/* What the trail has of a decision beside who made it: that it was made for the approver (Art. 4),
 * and the words. */
static char *make_detail(const struct reply *reply, const struct reply_step *step)
{
	const char *reason = reply->words.reason;

	if (!step->is_decision || strcmp(reply->role, duty_name(DUTY_DELEGATE)) != 0)
		return g_strdup(reason);
	return g_strdup_printf("代決%s%s", *reason != '\0' ? ": " : "", reason);
}

/* Change the draft by one of the store's functions, and tell its people. */
static enum answer change(const struct intake_context *context, struct reply *reply,
			  const struct reply_step *step,
			  enum answer (*change_draft)(struct store *, struct draft *,
						      const struct draft_step *,
						      struct kairan_error *),
			  struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	g_autofree char *detail = make_detail(reply, step);
	const struct draft_step draft_step = make_step(context, reply, step, detail);
	const struct answers_reply described = describe(reply);
	enum answer answer;
	char *facts;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = change_draft(store, reply->draft, &draft_step, error_r);
	if (answer == ANSWER_YES && !learning_keep(store, reply->person, &reply->words,
						   &draft_step.event, error_r))
		answer = ANSWER_UNKNOWN;
	facts =
	    notice_make_facts("person_name", reply->person->name,
			      step->note != NULL ? "note_key" : NULL, step->note, NULL);
	if (answer == ANSWER_YES &&
	    (!answers_note_change(store, &described, draft_step.event.at, error_r) ||
	     !notice_add_parties(store,
				 &(struct notice){ step->notice, reply->draft->id, facts,
						   draft_step.event.at },
				 step->except, error_r)))
		answer = ANSWER_UNKNOWN;
	free(facts);
	if (answer == ANSWER_NO)
		answer = read_anew(store, reply, error_r);
	return store_finish(store, answer, error_r);
}

/* The person was understood. */
static void end_alarm(const struct intake_context *context, const struct reply *reply)
{
	const struct answers_reply described = describe(reply);

	answers_end_alarm(context->kairan, &described);
}

static enum answer conclude(const struct intake_context *context, struct reply *reply,
			    enum answer answer, const struct kairan_error *error,
			    struct verdict *verdict_r)
{
	switch (answer) {
	case ANSWER_YES:
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
			  "%s by %s: is now %s", decision_name(reply->words.decision),
			  reply->person->uid, lifecycle_name(reply->draft->state));
		end_alarm(context, reply);
		kairan_wake_all(context->kairan);
		break;
	case ANSWER_NO:
		break;
	case ANSWER_UNKNOWN:
		fail_store(context, reply, error, verdict_r);
		break;
	}
	return answer;
}

enum answer reply_outcome_carry_out(const struct intake_context *context,
				    struct reply *reply, const struct reply_step *step,
				    struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	return conclude(context, reply,
			change(context, reply, step, store_draft_enter, &error), &error,
			verdict_r);
}

enum answer reply_outcome_reschedule(const struct intake_context *context,
				     struct reply *reply, const struct reply_step *step,
				     struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	return conclude(context, reply,
			change(context, reply, step, store_draft_reschedule, &error),
			&error, verdict_r);
}

void reply_outcome_answer_already(const struct intake_context *context,
				  const struct reply *reply, struct verdict *verdict_r)
{
	reply_outcome_answer(context, reply, NOTICE_ALREADY,
			     lifecycle_name(reply->draft->state), NULL, verdict_r);
}
