/*
 * NAME
 *	intake_replace - the same draft without its signature
 *
 * DESCRIPTION
 *	The receipt shows what looks like a signature, and the text without it. 署名なし, as a
 *	reply, puts that in the draft's place: the one that waits is withdrawn, and the other
 *	judged and held like any, for whoever was asked has tokens for the text that they were
 *	shown. What the writer calls a signature so is learned as theirs, in the transaction of
 *	the withdrawal.
 *
 *	Where kairan ends between the two, the reply comes again, and goes on where it was; and
 *	however often it comes, one draft takes the place of another (submit key).
 *
 * DIAGNOSTICS
 *	Info: withdrawn and held, or why the reply changes nothing. Warning: a directory that
 *	could not be asked. Error: the store cannot be used.
 */
#include "config.h"

#include "milter/intake/replace.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/reading.h"
#include "milter/draft/warnings.h"
#include "milter/intake/draft_settle.h"
#include "milter/intake/writer_facts.h"
#include "policy/draft_signature.h"
#include "policy/finding.h"

/* ---- may they ---- */

/* May the person write for the section as LDAP has it now? The recipient has its standing then. */
static void judge_writer(const struct intake_context *context, const struct reply *reply,
			 struct recipient *recipient, struct verdict *verdict_r)
{
	const char *person = reply->person->dn;

	switch (intake_find_standing(context, reply->draft->section, person,
				     &recipient->standing, verdict_r)) {
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_NO_SECTION, NULL);
		break;
	case ANSWER_YES:
		if (reply->draft->corrects != 0)
			duties_judge_correction(&recipient->standing.duties, person,
						verdict_r);
		else
			duties_judge_draft(&recipient->standing.duties, person,
					   verdict_r);
		break;
	}
}

static void find_broadcast(const struct intake_context *context,
			   const struct reply *reply, struct recipient *recipient,
			   struct verdict *verdict_r)
{
	switch (intake_find_broadcast(context, reply->draft->broadcast, recipient)) {
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_NOT_READY, NULL);
		break;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
		break;
	case ANSWER_YES:
		verdict_pass(verdict_r);
		break;
	}
}

/* ---- the old one ---- */

/* The reply says that this is a signature, as 以下署名 does of what stands below it. */
static void teach(const char *signature, struct reply_words *words)
{
	g_free(words->tail);
	words->tail = g_strdup(signature);
	words->teaches = true;
	g_free(words->tail_hash);
	words->tail_hash = reply_tail_hash(signature);
	words->decision = DECISION_WITHDRAW;
}

/* Withdraw it, where nobody has yet. The others are told; the writer gets a receipt for the one in
 * its place. */
static bool withdraw(const struct intake_context *context, struct reply *reply,
		     const char *signature, struct verdict *verdict_r)
{
	static const struct reply_step step = {
		.to = DRAFT_WITHDRAWN,
		.notice = NOTICE_WITHDRAWN,
		.except = DRAFT_AUTHOR,
		.note = "replaced",
	};
	enum answer answer = ANSWER_YES;

	teach(signature, &reply->words);
	if (reply->draft->state == DRAFT_HELD)
		answer = reply_outcome_carry_out(context, reply, &step, verdict_r);
	if (answer == ANSWER_NO)
		reply_outcome_answer_already(context, reply, verdict_r);
	return answer == ANSWER_YES;
}

/* ---- the new one ---- */

static bool find_corrected(const struct intake_context *context,
			   const struct draft *draft, struct draft **corrected_r,
			   struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	bool ok;

	if (draft->corrects == 0)
		return true;
	if (!store_begin(store, error_r))
		return false;
	ok = store_draft_find(store, draft->corrects, corrected_r, error_r) == ANSWER_YES;
	store_rollback(store);
	return ok;
}

/* What would have been read, had it been sent like this. */
static bool read_anew(const struct intake_context *context, const struct draft *draft,
		      const char *text, struct draft_reading *reading)
{
	const GString *octets = context->envelope->octets;

	if (draft_reading_open(reading, octets->str, octets->len) != REASON_NONE)
		return false;
	reading->replaces = draft->id;
	reading->subject = g_strdup(draft->subject);
	reading->drill = draft->is_drill ? DRILL_MARKED : DRILL_NONE;
	reading->text.text = g_strdup(text);
	reading->text.attachments = g_strdup("");
	reading->whole = g_strdup(text);
	reading->parts = g_ptr_array_ref(draft->parts);
	reading->findings = finding_new_list();
	reading->urgent = draft->urgent;
	reading->send_at = draft->send_at;
	reading->send_at_status = draft->send_at != 0 ? SEND_AT_READ : SEND_AT_NONE;
	return true;
}

static void hold(const struct intake_context *context, struct recipient *recipient,
		 struct reply *reply, const char *text, struct verdict *verdict_r)
{
	const char *const left = reply->draft->text;
	struct draft_reading reading = { 0 };
	struct writer_facts facts = { 0 };
	struct draft *corrected = NULL;

	recipient->person = reply->person;
	reply->person = NULL;
	if (!find_corrected(context, reply->draft, &corrected, &reading.error) ||
	    !read_anew(context, reply->draft, text, &reading)) {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, reply->draft->id,
			  "%s", reading.error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
	} else if (writer_facts_collect_new(context, recipient, &facts, verdict_r)) {
		reading.corrects = corrected;
		reading.writer = &facts.facts;
		reading.cut_signature = draft_signature_get_first(left + strlen(text));
		draft_settle(context, recipient, &reading, verdict_r);
	}
	draft_reading_clear(&reading);
	writer_facts_clear(&facts);
	draft_free(corrected);
}

void replace_take(const struct intake_context *context, struct recipient *recipient,
		  struct reply *reply, struct verdict *verdict_r)
{
	const enum draft_state state = reply->draft->state;
	g_autofree char *text = draft_warnings_leave_out_signature(reply->draft);
	g_autofree char *signature =
	    text != NULL
		? g_strdup(draft_signature_skip_ruler(reply->draft->text + strlen(text)))
		: NULL;
	struct verdict verdict;

	if (text == NULL || reply->looks_automatic) {
		reply_outcome_answer_unclear(context, reply, verdict_r);
		return;
	}
	if (state != DRAFT_HELD && state != DRAFT_WITHDRAWN) {
		reply_outcome_answer_already(context, reply, verdict_r);
		return;
	}
	judge_writer(context, reply, recipient, &verdict);
	if (verdict.kind == VERDICT_PASS)
		find_broadcast(context, reply, recipient, &verdict);
	if (verdict.kind == VERDICT_REFUSE)
		reply_outcome_answer_not_counted(context, reply, verdict.reason,
						 verdict_r);
	else if (verdict.kind == VERDICT_TEMPFAIL)
		*verdict_r = verdict;
	else if (withdraw(context, reply, signature, verdict_r))
		hold(context, recipient, reply, text, verdict_r);
	/* It stays an address of the service, whose mail is taken. */
	broadcast_free(recipient->broadcast);
	recipient->broadcast = NULL;
}
