/*
 * NAME
 *	intake_desk - staff and approvers ask what they may do
 *
 * DESCRIPTION
 *	Whoever is in the directory and can be told who they are is answered by mail, at the
 *	address that the directory has of them. Strangers are refused in the SMTP session, and
 *	nothing is sent for what they write, whatever sender they name. Machines are not
 *	answered, and a rule of a mail program that answers the answers, from the person's own
 *	login, is answered DESK_MOST times an hour; then the administrators are told.
 *
 * DIAGNOSTICS
 *	Info: answered, or refused. Warning: the directory could not be asked. Error: the store
 *	cannot be written.
 */
#include "config.h"

#include "milter/intake/desk.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/intake/answers.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"

/* Answers an hour for one person. */
#define DESK_MOST 20

/* The word of the address is what the audit trail calls it. */
static const char *find_action(const struct recipient *recipient)
{
	return service_address_word(recipient->service.kind);
}

/* ---- RCPT ---- */

static void record_refusal(const struct intake_context *context,
			   const struct recipient *recipient, struct verdict *verdict)
{
	const char *action = find_action(recipient);

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "mail from %s to %s@ refused: %s", context->envelope->sender, action,
		  reason_name(verdict->reason));
	intake_record_outcome(context, action, verdict->reason, verdict);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	if (intake_judge_writer(context, verdict_r) == ANSWER_NO)
		record_refusal(context, recipient, verdict_r);
}

/* ---- end of message ---- */

static void record_automatic(const struct intake_context *context,
			     const struct recipient *recipient, struct verdict *verdict_r)
{
	const char *action = find_action(recipient);

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "automatic mail to %s@ ignored", action);
	intake_record_outcome(context, action, REASON_AUTOMATIC, verdict_r);
}

static const char *name_outcome(enum answers answers)
{
	switch (answers) {
	case ANSWERS_DUE:
		return "answered";
	case ANSWERS_GIVEN:
		return "again";
	case ANSWERS_ENDLESS:
	case ANSWERS_UNKNOWN:
		break;
	}
	return "unanswered";
}

/* The audit row, and the answer where one is due. */
static enum answers commit(const struct intake_context *context,
			   const struct desk_question *question,
			   const struct desk_answer *answer, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	const struct person *person = question->person;
	struct audit_event event =
	    intake_event(context, find_action(question->recipient));
	g_autofree char *id = answers_make_id(question->message, context->envelope);
	const struct answers_reply reply = {
		.person = person,
		.id = id,
		.words = event.action,
		.most = DESK_MOST,
	};
	enum answers answers;
	bool ok;

	if (!store_begin_grouped(store, error_r))
		return ANSWERS_UNKNOWN;
	answers = answers_find(store, &reply, event.at, error_r);
	event.uid = person->uid;
	event.outcome = name_outcome(answers);
	ok = answers != ANSWERS_UNKNOWN && store_audit_append(store, &event, error_r) &&
	     (answers != ANSWERS_DUE ||
	      notice_add_person(
		  store, &(struct notice){ answer->kind, 0, answer->facts, event.at },
		  person, error_r));
	return store_end(store, ok, error_r) ? answers : ANSWERS_UNKNOWN;
}

static void tell_administrators(const struct intake_context *context,
				const struct desk_question *question)
{
	const struct person *person = question->person;
	const char *word = find_action(question->recipient);
	g_autofree char *id = g_strdup_printf("%s %s", word, person->uid);
	g_autofree char *detail =
	    g_strdup_printf("%s <%s> / %s@%s", person->name,
			    person->mails[0] != NULL ? person->mails[0] : person->uid,
			    word, context->setup->settings->service_domain);

	alarm_raise(context->kairan, ALARM_REPLIES, id, "questions", detail);
}

static void answer(const struct intake_context *context,
		   const struct desk_question *question, struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	struct desk_answer found = { NULL, NULL };
	struct kairan_error error = { "" };
	enum answers answers = ANSWERS_UNKNOWN;
	bool ok;

	if (question->recipient->service.kind == SERVICE_TEMPLATE)
		ok = desk_ready_answer(context, question, &found, &error);
	else
		ok = desk_help_answer(context, question, &found, &error);
	if (!ok) {
		log_event(LOG_LEVEL_WARNING, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return;
	}
	answers = commit(context, question, &found, &error);
	free(found.facts);
	if (answers == ANSWERS_UNKNOWN) {
		log_event(LOG_LEVEL_ERROR, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		return;
	}
	log_event(LOG_LEVEL_INFO, queue_id, 0, "mail from %s to %s@: %s",
		  question->person->uid, find_action(question->recipient),
		  name_outcome(answers));
	if (answers == ANSWERS_ENDLESS)
		tell_administrators(context, question);
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

static void take_person(const struct intake_context *context, struct recipient *recipient,
			const struct message *message, struct verdict *verdict_r)
{
	struct person *person = NULL;
	struct desk_question question = { recipient, message, NULL };

	switch (intake_find_writer(context, message, &person, verdict_r)) {
	case ANSWER_NO:
		record_refusal(context, recipient, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_YES:
		question.person = person;
		answer(context, &question, verdict_r);
		break;
	}
	person_free(person);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		verdict_set(verdict_r, REASON_TOO_LARGE, NULL);
	else if (!message_parse(octets->str, octets->len, &message, NULL))
		verdict_set(verdict_r, REASON_BROKEN, NULL);
	if (verdict_r->kind != VERDICT_PASS)
		record_refusal(context, recipient, verdict_r);
	else if (address_is_null(context->envelope->sender) ||
		 automatic_judge(message) == AUTOMATIC_CERTAIN)
		record_automatic(context, recipient, verdict_r);
	else
		take_person(context, recipient, message, verdict_r);
	message_free(message);
}

const struct intake intake_desk = { judge, take };
