/*
 * NAME
 *	intake_withdraw - the author takes a draft back
 *
 * DESCRIPTION
 *	Until a draft goes out its author may withdraw it by the word 取下げ. Everybody who was
 *	asked is told. Withdrawing can only prevent a broadcast, so the token may be old, and
 *	the author need not be staff any more.
 *
 * DIAGNOSTICS
 *	Info: the withdrawal, or why the reply changes nothing. Error: the store cannot be used.
 */
#include "config.h"

#include "conf/log.h"
#include "milter/intake_reply.h"
#include "milter/notice.h"

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_DRAFT, recipient, verdict_r);
}

static enum answer enter(const struct intake_context *context, struct reply *reply,
			 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const struct draft_step step = {
		.to = DRAFT_WITHDRAWN,
		.event = intake_reply_event(context, reply),
	};
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_enter(store, reply->draft, &step, error_r);
	if (answer == ANSWER_YES &&
	    !notice_add_parties(store, NOTICE_WITHDRAWN, reply->draft->id, -1, NULL,
				step.event.at, error_r))
		answer = ANSWER_UNKNOWN;
	if (answer != ANSWER_YES)
		store_rollback(store);
	else if (!store_commit(store, error_r))
		answer = ANSWER_UNKNOWN;
	return answer;
}

static void withdraw(const struct intake_context *context, struct reply *reply,
		     struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	switch (enter(context, reply, &error)) {
	case ANSWER_YES:
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
			  "withdrawn by %s", reply->person->uid);
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
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

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct reply reply;

	if (intake_reply_read(context, TOKEN_DRAFT, recipient, &reply, verdict_r) != ANSWER_YES)
		return;
	if (reply.words.decision == DECISION_WITHDRAW)
		withdraw(context, &reply, verdict_r);
	else
		intake_reply_answer_unclear(context, &reply, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_withdraw = { judge, take };
