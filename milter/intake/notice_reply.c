/*
 * NAME
 *	intake_notice_reply - answers to notices that come to an address without a token
 *
 * DESCRIPTION
 *	Some mail programs answer From: and not Reply-To:, and some gateways drop or cut what
 *	stands behind the '+'. Such a mail still refers to the notice that it answers, by
 *	In-Reply-To or else by References, and the notice's Message-ID has the token
 *	(policy/notice_id.h). It then goes to the intake of that token's address, as if it had
 *	been written there: nothing is less checked.
 *
 *	What refers to no notice, or to two, or cannot be read, decides nothing. Whoever is logged
 *	in is told by mail what to answer to (milter/intake/misaddressed.h). Machines are not
 *	answered, and who is nobody of ours is refused at RCPT.
 *
 * DIAGNOSTICS
 *	Info: what an answer counts as, or why it counts as nothing. Error: the store cannot be
 *	written.
 */
#include "config.h"

#include "milter/intake/notice_reply.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/own_address.h"
#include "milter/intake/answers.h"
#include "milter/intake/incident.h"
#include "milter/intake/misaddressed.h"
#include "milter/intake/office.h"
#include "milter/intake/references.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "policy/notice_id.h"
#include "policy/reply_words.h"

static const struct intake *find_intake(enum service_kind kind)
{
	switch (kind) {
	case SERVICE_DRAFT:
		return &intake_withdraw;
	case SERVICE_CORRECT:
		return &intake_correct;
	case SERVICE_ANSWER:
		return &intake_instruction;
	case SERVICE_CONFIRM:
		return &intake_confirm;
	default:
		return &intake_decision;
	}
}

static struct audit_event make_event(const struct intake_context *context,
				     const struct recipient *recipient, const char *uid,
				     const char *outcome)
{
	struct audit_event event = intake_event(context, "reply");

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "mail from %s to %s counts as nothing: %s", context->envelope->sender,
		  recipient->address.spec, outcome);
	event.uid = uid;
	event.outcome = outcome;
	event.detail = recipient->address.spec;
	return event;
}

/* Mail of strangers to the address that all notices come from is no operation (Art. 8). */
static void record_refusal(const struct intake_context *context,
			   const struct recipient *recipient, struct verdict *verdict)
{
	const char *login = context->envelope->login;
	const struct audit_event event =
	    make_event(context, recipient, login, reason_name(verdict->reason));

	if (*login != '\0')
		intake_record(context, &event, verdict);
}

/* ---- RCPT ---- */

/* Is there anybody to whom this could be explained? */
static bool may_be_known(const struct intake_context *context)
{
	const struct envelope *envelope = context->envelope;

	return !address_is_null(envelope->sender) &&
	       (*envelope->login != '\0' ||
		*context->setup->settings->authserv_id != '\0');
}

/* Refused here, they hear of it also where the mail has other recipients, who get theirs. */
static void judge_login(const struct intake_context *context,
			const struct recipient *recipient, struct verdict *verdict_r)
{
	const char *login = context->envelope->login;
	struct person *person = NULL;

	if (*login != '\0' &&
	    intake_find_login(context, login, &person, verdict_r) == ANSWER_NO)
		record_refusal(context, recipient, verdict_r);
	person_free(person);
}

/* At the address that notices come from. Where nobody knows the verdict says so. */
static bool may_be_resident(const struct intake_context *context,
			    const struct recipient *recipient, struct verdict *verdict_r)
{
	const enum answer answer = recipient->service.kind == SERVICE_NOTICE
				       ? office_may_answer(context)
				       : ANSWER_NO;

	if (answer == ANSWER_UNKNOWN)
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	return answer != ANSWER_NO;
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	if (may_be_known(context)) {
		judge_login(context, recipient, verdict_r);
		return;
	}
	/* A resident's phone may take the wrong address for the answer, too. */
	if (may_be_resident(context, recipient, verdict_r))
		return;
	/* From somebody who cannot be a person in need, half a token is a forged one. */
	if (recipient->service.token != NULL)
		find_intake(recipient->service.kind)
		    ->judge(context, recipient, verdict_r);
	else
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
}

/* ---- what it answers ---- */

/* Let the recipient be the address that the notice could be answered to. */
static void readdress(const struct intake_context *context, struct recipient *recipient,
		      const struct notice_references *references)
{
	const struct settings *settings = context->setup->settings;
	g_autofree char *spec =
	    own_address_make(settings, references->kind, references->token);

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "mail to %s counts as one to %s, by what it refers to",
		  recipient->address.spec, spec);
	if (!address_read(spec, &recipient->address, NULL))
		return;
	service_address_read(&recipient->address, settings->service_domain,
			     settings->notice_sender, &recipient->service);
	broadcast_free(recipient->broadcast);
	person_free(recipient->person);
	standing_clear(&recipient->standing);
	recipient->broadcast = NULL;
	recipient->person = NULL;
}

static void hand_over(const struct intake_context *context, struct recipient *recipient,
		      const struct notice_references *references,
		      struct verdict *verdict_r)
{
	const struct intake *intake = find_intake(references->kind);

	readdress(context, recipient, references);
	verdict_pass(verdict_r);
	/* The mail may have come to the right address as well. */
	if (envelope_has_before(context->envelope, recipient))
		return;
	intake->judge(context, recipient, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		intake->take(context, recipient, verdict_r);
}

/* ---- what it does not answer ---- */

static enum reason find_reason(const struct recipient *recipient,
			       const struct notice_references *references)
{
	if (references->count > 1)
		return REASON_SEVERAL_REQUESTS;
	return recipient->service.is_cut ? REASON_BROKEN_TOKEN : REASON_NO_REFERENCE;
}

/* Did another address of ours take the same mail? Then it is answered from there. */
static bool is_answered_elsewhere(const struct envelope *envelope)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *recipient =
		    g_ptr_array_index(envelope->recipients, i);

		if (recipient->service.kind != SERVICE_NOTICE &&
		    !recipient->service.is_cut)
			return true;
	}
	return false;
}

/* message is NULL where it could not be read. */
static void tell(const struct intake_context *context, const struct recipient *recipient,
		 const struct message *message, const struct person *person,
		 enum reason reason, struct verdict *verdict_r)
{
	const struct audit_event event =
	    make_event(context, recipient, person->uid, reason_name(reason));
	g_autofree char *id = answers_make_id(message, context->envelope);
	struct misaddressed misaddressed = { .address = recipient->address.spec,
					     .id = id };
	char *subject = NULL;

	if (message != NULL && message_decode_subject(message, &subject, NULL))
		misaddressed.subject = subject;
	misaddressed_tell(context, &misaddressed,
			  is_answered_elsewhere(context->envelope) ? NULL : person,
			  &event, verdict_r);
	free(subject);
}

static void take_stray(const struct intake_context *context, struct recipient *recipient,
		       const struct message *message,
		       const struct notice_references *references,
		       struct verdict *verdict_r)
{
	static const char *const quoted[] = { NULL };
	struct person *person = NULL;

	switch (intake_find_writer(context, message, &person, verdict_r)) {
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_NO:
		recipient->refusal = *verdict_r;
		if (!may_be_resident(context, recipient, verdict_r))
			record_refusal(context, recipient, verdict_r);
		else if (verdict_r->reason != REASON_DIRECTORY)
			office_take(context, recipient, verdict_r);
		break;
	case ANSWER_YES:
		if (automatic_judge_reply(message, quoted) == AUTOMATIC_CERTAIN) {
			const struct audit_event event =
			    make_event(context, recipient, person->uid, "automatic");

			intake_record(context, &event, verdict_r);
		} else {
			tell(context, recipient, message, person,
			     find_reason(recipient, references), verdict_r);
		}
		break;
	}
	person_free(person);
}

/* Nothing of it can be read: whoever is logged in is told so by mail. */
static void take_unreadable(const struct intake_context *context,
			    const struct recipient *recipient, struct verdict *verdict)
{
	const char *login = context->envelope->login;
	const enum reason reason = verdict->reason;
	struct verdict unknown;
	struct person *person = NULL;
	enum answer answer = ANSWER_NO;

	if (*login != '\0')
		answer = intake_find_login(context, login, &person, &unknown);
	switch (answer) {
	case ANSWER_UNKNOWN:
		*verdict = unknown;
		break;
	case ANSWER_NO:
		record_refusal(context, recipient, verdict);
		break;
	case ANSWER_YES:
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0, "%s",
			  verdict->text);
		verdict_pass(verdict);
		tell(context, recipient, NULL, person, reason, verdict);
		break;
	}
	person_free(person);
}

/* ---- end of message ---- */

/* An address that says what it is for must not take an answer to something else. */
static bool is_answer(const struct recipient *recipient,
		      const struct notice_references *references)
{
	return references->count == 1 && (!recipient->service.is_cut ||
					  recipient->service.kind == references->kind);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct notice_references references;
	struct message *message = NULL;
	struct kairan_error error = { "" };

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		verdict_set(verdict_r, REASON_TOO_LARGE, NULL);
	else if (!message_parse(octets->str, octets->len, &message, &error))
		verdict_set(verdict_r, REASON_BROKEN, error.text);
	if (verdict_r->kind != VERDICT_PASS) {
		take_unreadable(context, recipient, verdict_r);
		return;
	}
	references_find(context, message, &references);
	if (references.count == 0 && !recipient->service.is_cut &&
	    incident_find_referred(context, message) != 0)
		intake_incident.take(context, recipient, verdict_r);
	else if (is_answer(recipient, &references))
		hand_over(context, recipient, &references, verdict_r);
	else
		take_stray(context, recipient, message, &references, verdict_r);
	message_free(message);
}

const struct intake intake_notice_reply = { judge, take };

/* ---- instead of a draft ---- */

static bool says_withdraw(const struct message *message)
{
	struct message_text text = { 0 };
	struct reply_words words;
	bool withdraws = false;

	if (message_read_reply(message, &text, NULL) == MESSAGE_TEXT_OK) {
		reply_words_read(text.text, NULL, &words);
		withdraws = words.decision == DECISION_WITHDRAW;
		reply_words_free(&words);
	}
	message_text_free(&text);
	return withdraws;
}

bool notice_reply_take_instead(const struct intake_context *context,
			       struct recipient *recipient, bool is_writer,
			       struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct notice_references references;
	struct message *message = NULL;
	bool taken = false;

	if (context->envelope->too_large ||
	    !message_parse(octets->str, octets->len, &message, NULL))
		return false;
	references_find(context, message, &references);
	if (references.count == 1)
		taken = !is_writer ||
			(references.kind == SERVICE_DRAFT && says_withdraw(message));
	message_free(message);
	if (taken)
		hand_over(context, recipient, &references, verdict_r);
	return taken;
}
