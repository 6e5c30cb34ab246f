/*
 * NAME
 *	intake_withdraw - the author takes a draft back
 *
 * DESCRIPTION
 *	Until a draft goes out its author may withdraw it by the word 取下げ. Everybody who was
 *	asked is told. The words 署名なし put the draft without its signature in its place
 *	(replace.c). Withdrawing can only prevent a broadcast, so the token may be old, and
 *	the author need not be staff any more.
 *
 * DIAGNOSTICS
 *	Info: the withdrawal, or why the reply changes nothing. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/core/notice.h"
#include "milter/intake/reply.h"
#include "milter/intake/replace.h"
#include "milter/intake/reply_outcome.h"
#include "policy/draft_signature.h"

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_DRAFT, recipient, verdict_r);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	static const struct reply_step step = {
		.to = DRAFT_WITHDRAWN,
		.notice = NOTICE_WITHDRAWN,
		.except = -1,
	};
	struct reply reply;

	if (intake_reply_read(context, TOKEN_DRAFT, recipient, &reply, verdict_r) !=
	    ANSWER_YES)
		return;
	if (reply.words.decision == DECISION_NONE &&
	    draft_signature_is_unwanted(reply.words.first))
		replace_take(context, recipient, &reply, verdict_r);
	else if (reply.words.decision != DECISION_WITHDRAW)
		reply_outcome_answer_unclear(context, &reply, verdict_r);
	else if (reply_outcome_carry_out(context, &reply, &step, verdict_r) == ANSWER_NO)
		reply_outcome_answer_already(context, &reply, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_withdraw = { judge, take };
