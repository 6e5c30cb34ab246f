/*
 * NAME
 *	intake_instruction - an approver says what came of an instruction
 *
 * DESCRIPTION
 *	The answer is recorded, and told to the administrators (Art. 6-2). It has to come from
 *	the person who was instructed, to the address that is made for them. Nothing in it
 *	decides anything, so all that they wrote is taken as it is.
 *
 * DIAGNOSTICS
 *	Info: answered, or why not. Warning: a forged address. Error: the store cannot be used.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/instructing.h"
#include "milter/intake/answers.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "policy/quote.h"
#include "policy/token.h"

/* Of the answer in the audit trail, which is one line there. */
#define DETAIL_CHARACTERS 500

static void fail_store(const struct intake_context *context,
		       const struct kairan_error *error, struct verdict *verdict_r)
{
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s", error->text);
	verdict_set(verdict_r, REASON_STORE, NULL);
}

static void record(const struct intake_context *context, const char *outcome,
		   const char *detail, struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "answer");

	event.uid = context->envelope->login;
	event.outcome = outcome;
	event.detail = detail;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "answer to an instruction from %s: %s", context->envelope->sender,
		  outcome);
	intake_record(context, &event, verdict);
}

static enum answer find_named(const struct intake_context *context, int64_t id,
			      struct instruction **instruction_r,
			      struct verdict *verdict_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin(store, &error)) {
		answer = store_instruction_find(store, id, instruction_r, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		fail_store(context, &error, verdict_r);
	return answer;
}

static bool is_genuine(const struct intake_context *context,
		       const struct recipient *recipient, const struct token *token,
		       const struct instruction *instruction)
{
	const struct token_key *key =
	    keyring_find(context->setup->keyring, token->key_id);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = {
		.purpose = TOKEN_ANSWER,
		.person = instruction->approver_uid,
		.text_hash = hash,
	};

	token_hash_text(instruction->reason, hash);
	return key != NULL &&
	       token_verify(recipient->service.token, recipient->service.token_length,
			    key, &facts, clock_now()) == TOKEN_VALID;
}

/* YES: the address is genuine, and this is its instruction. Else the verdict says why. */
static enum answer find_instruction(const struct intake_context *context,
				    const struct recipient *recipient,
				    struct instruction **instruction_r,
				    struct verdict *verdict_r)
{
	struct token token;
	enum answer answer = ANSWER_NO;

	*instruction_r = NULL;
	if (token_read(recipient->service.token, recipient->service.token_length, &token))
		answer = find_named(context, token.draft, instruction_r, verdict_r);
	if (answer == ANSWER_YES &&
	    !is_genuine(context, recipient, &token, *instruction_r))
		answer = ANSWER_NO;
	if (answer == ANSWER_NO) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "forged token in %s, login \"%s\"", recipient->path,
			  context->envelope->login);
		verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
	}
	return answer;
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct instruction *instruction = NULL;
	struct person *person = NULL;

	if (find_instruction(context, recipient, &instruction, verdict_r) == ANSWER_YES) {
		if (*envelope->login != '\0')
			(void)intake_find_login(context, envelope->login, &person,
						verdict_r);
		else if (!address_is_null(envelope->sender) &&
			 *context->setup->settings->authserv_id == '\0')
			verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
	}
	if (verdict_r->kind == VERDICT_REFUSE)
		record(context, reason_name(verdict_r->reason), recipient->address.spec,
		       verdict_r);
	person_free(person);
	instruction_free(instruction);
}

/* ---- end of message ---- */

struct said {
	const struct instruction *instruction;
	const struct person *person;
	char *mail_id;
	char *text;
	GPtrArray *administrators;
	const char *outcome;
};

/* The person's own lines. What cannot be read is told as such. */
static char *read_text(const struct message *message)
{
	struct message_text text = { 0 };
	char *own = NULL;

	if (message_read_reply(message, &text, NULL) == MESSAGE_TEXT_OK) {
		char **lines = quote_find_written_lines(text.text);
		g_autofree char *joined = g_strjoinv("\n", lines);

		own = g_strdup(g_strstrip(joined));
		g_strfreev(lines);
	}
	message_text_free(&text);
	return own;
}

static bool add_all(struct store *store, const struct said *said,
		    struct audit_event *event, struct kairan_error *error_r)
{
	g_autofree char *quoted = notice_quote_text(said->text);
	bool ok =
	    store_instruction_answer(store, said->instruction->id, event->at, error_r);

	for (guint i = 0; ok && i < said->administrators->len; i++)
		ok = instructing_tell(store, said->instruction,
				      &(struct instruction_notice){
					  NOTICE_INSTRUCT_ANSWER,
					  g_ptr_array_index(said->administrators, i),
					  false, quoted, event->at },
				      error_r);
	return ok;
}

static bool keep(const struct intake_context *context, struct said *said,
		 struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "answer");
	g_autofree char *start = g_utf8_substring(
	    said->text, 0, MIN(g_utf8_strlen(said->text, -1), DETAIL_CHARACTERS));
	g_autofree char *detail = g_strdup_printf("%s: %s", said->instruction->person_uid,
						  g_strdelimit(start, "\r\n", ' '));
	const struct answers_reply described = { .person = said->person,
						 .id = said->mail_id,
						 .words = said->text,
						 .most = INT64_MAX };
	enum answers answers;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	answers = answers_find(store, &described, event.at, error_r);
	said->outcome = answers == ANSWERS_GIVEN ? "again" : "done";
	event.uid = said->person->uid;
	event.role = duty_name(DUTY_APPROVER);
	event.outcome = said->outcome;
	event.detail = detail;
	ok = answers != ANSWERS_UNKNOWN && store_audit_append(store, &event, error_r) &&
	     (answers == ANSWERS_GIVEN || add_all(store, said, &event, error_r));
	return store_end(store, ok, error_r);
}

static void take_answer(const struct intake_context *context, struct said *said,
			struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	if (!directory_list_administrators(context->setup->directory,
					   &said->administrators, &error)) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return;
	}
	if (!keep(context, said, &error)) {
		fail_store(context, &error, verdict_r);
	} else {
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
			  "instruction %lld is answered by %s: %s",
			  (long long)said->instruction->id, said->person->uid,
			  said->outcome);
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	}
	g_ptr_array_unref(said->administrators);
}

/* By the person who was instructed, and with words that can be read? */
static void take_message(const struct intake_context *context,
			 const struct message *message,
			 const struct instruction *instruction, struct verdict *verdict_r)
{
	struct person *person = NULL;
	struct said said = { .instruction = instruction };

	if (address_is_null(context->envelope->sender) ||
	    automatic_judge(message) == AUTOMATIC_CERTAIN) {
		record(context, "automatic", context->envelope->sender, verdict_r);
		return;
	}
	if (intake_find_writer(context, message, &person, verdict_r) == ANSWER_YES &&
	    strcmp(person->uid, instruction->approver_uid) != 0)
		verdict_set(verdict_r, REASON_WRONG_PERSON, NULL);
	if (verdict_r->kind == VERDICT_PASS) {
		said.person = person;
		said.mail_id = answers_make_id(message, context->envelope);
		said.text = read_text(message);
		if (said.text == NULL)
			verdict_set(verdict_r, REASON_UNDECODABLE, NULL);
		else if (*said.text == '\0')
			verdict_set(verdict_r, REASON_EMPTY, NULL);
		else
			take_answer(context, &said, verdict_r);
	}
	if (verdict_r->kind == VERDICT_REFUSE)
		record(context, reason_name(verdict_r->reason), context->envelope->sender,
		       verdict_r);
	g_free(said.mail_id);
	g_free(said.text);
	person_free(person);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct instruction *instruction = NULL;
	struct message *message = NULL;

	verdict_pass(verdict_r);
	if (find_instruction(context, recipient, &instruction, verdict_r) != ANSWER_YES)
		return;
	if (context->envelope->too_large)
		verdict_set(verdict_r, REASON_TOO_LARGE, NULL);
	else if (!message_parse(octets->str, octets->len, &message, NULL))
		verdict_set(verdict_r, REASON_BROKEN, NULL);
	else
		take_message(context, message, instruction, verdict_r);
	message_free(message);
	instruction_free(instruction);
}

const struct intake intake_instruction = { judge, take };
