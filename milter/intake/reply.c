/*
 * NAME
 *	intake_reply - replies to signed addresses
 *
 * DESCRIPTION
 *	A token is necessary, never sufficient. At RCPT the token's signature is checked over
 *	the draft, the person and the text that the store has for it; a text that verifies
 *	with none is refused there. At end of message the writer must be the person the token
 *	was made for: by SMTP AUTH, or by an Authentication-Results header of our own
 *	authserv-id that proves the From: domain. What certainly is automatic changes nothing
 *	and is never answered; what only may be is the person's (milter/mail/automatic.c), but
 *	a subject like a machine's approves nothing.
 *
 * DIAGNOSTICS
 *	Info: what was ignored, refused or answered. Warning: a forged token. Error: the store
 *	cannot be used.
 */
#include "config.h"

#include "milter/intake/reply.h"

#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/intake/answers.h"
#include "milter/intake/limits.h"
#include "milter/intake/misaddressed.h"
#include "milter/intake/reply_outcome.h"
#include "milter/intake/writer.h"
#include "milter/intake/writer_facts.h"
#include "milter/mail/automatic.h"
#include "milter/mail/message.h"
#include "policy/part.h"
#include "policy/reply_parts.h"

static void fail_store(const struct intake_context *context, int64_t draft,
		       const struct kairan_error *error, struct verdict *verdict_r)
{
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, draft, "%s", error->text);
	verdict_set(verdict_r, REASON_STORE, NULL);
}

/* The draft and the person that a token names. */
static enum answer find_named(const struct intake_context *context,
			      const struct token *token, struct reply *reply,
			      struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find(store, token->draft, &reply->draft, error_r);
	if (answer == ANSWER_YES)
		answer = store_draft_find_party(store, token->draft, token->party,
						&reply->party, error_r);
	store_rollback(store);
	return answer;
}

static enum token_status check_token(const struct intake_context *context,
				     enum token_purpose purpose,
				     const struct recipient *recipient,
				     const struct token *token, const struct reply *reply)
{
	const struct service_address *service = &recipient->service;
	const struct token_key *key =
	    keyring_find(context->setup->keyring, token->key_id);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = {
		.purpose = purpose,
		.person = reply->party->uid,
		.text_hash = hash,
	};

	if (key == NULL)
		return TOKEN_FORGED;
	part_hash_texts(reply->draft->text, reply->draft->parts, hash);
	return token_verify(service->token, service->token_length, key, &facts,
			    clock_now());
}

/* YES: the token is genuine, and the reply has draft and party. */
static enum answer verify(const struct intake_context *context,
			  enum token_purpose purpose, const struct recipient *recipient,
			  struct reply *reply, struct verdict *verdict_r)
{
	struct kairan_error error = { "" };
	struct token token;
	enum answer answer = ANSWER_NO;

	if (token_read(recipient->service.token, recipient->service.token_length, &token))
		answer = find_named(context, &token, reply, &error);
	if (answer == ANSWER_UNKNOWN) {
		fail_store(context, token.draft, &error, verdict_r);
		return answer;
	}
	if (answer == ANSWER_YES) {
		enum token_status status =
		    check_token(context, purpose, recipient, &token, reply);

		reply->expired = status == TOKEN_EXPIRED;
		if (status != TOKEN_FORGED)
			return ANSWER_YES;
	}
	verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
	return ANSWER_NO;
}

/* Whoever is logged in may have copied the address, and is told by mail. */
static void refuse_forged(const struct intake_context *context,
			  const struct recipient *recipient, struct audit_event *event,
			  struct verdict *verdict)
{
	const struct envelope *envelope = context->envelope;
	const struct misaddressed misaddressed = { .address = recipient->address.spec };
	struct person *person = NULL;
	struct verdict unknown;

	if (*envelope->login != '\0' && !address_is_null(envelope->sender))
		(void)intake_find_login(context, envelope->login, &person, &unknown);
	event->uid = envelope->login;
	event->outcome = reason_name(verdict->reason);
	event->detail = recipient->address.spec;
	misaddressed_tell(context, &misaddressed, person, event, verdict);
	person_free(person);
}

static void refuse_writer(const struct intake_context *context, const struct reply *reply,
			  struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "reply");

	event.uid = context->envelope->login;
	event.draft = reply->draft->id;
	event.outcome = reason_name(verdict->reason);
	event.detail = context->envelope->sender;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
		  "reply from %s refused: %s", context->envelope->sender, event.outcome);
	intake_record(context, &event, verdict);
}

/* Can it be known who writes? Refused here, they hear of it also where the mail has other
 * recipients, who get theirs. */
static void judge_login(const struct intake_context *context, struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct person *person = NULL;

	if (*envelope->login != '\0')
		(void)intake_find_login(context, envelope->login, &person, verdict_r);
	else if (!address_is_null(envelope->sender) &&
		 *context->setup->settings->authserv_id == '\0')
		verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
	person_free(person);
}

void intake_reply_judge(const struct intake_context *context, enum token_purpose purpose,
			const struct recipient *recipient, struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct reply reply = { 0 };
	struct audit_event event = intake_event(context, "reply");

	if (verify(context, purpose, recipient, &reply, verdict_r) == ANSWER_NO) {
		log_event(LOG_LEVEL_WARNING, envelope->queue_id, 0,
			  "forged token in %s, login \"%s\"", recipient->path,
			  envelope->login);
		refuse_forged(context, recipient, &event, verdict_r);
		intake_reply_clear(&reply);
		return;
	}
	if (verdict_r->kind == VERDICT_PASS)
		judge_login(context, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		limits_judge_reply(context, reply.draft->id, reply.party->uid, verdict_r);
	if (verdict_r->kind == VERDICT_REFUSE)
		refuse_writer(context, &reply, verdict_r);
	intake_reply_clear(&reply);
}

/* ---- end of message ---- */

/* Something that decides nothing and is not answered: recorded, and taken. */
static void ignore(const struct intake_context *context, const struct reply *reply,
		   const char *outcome, struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "reply");

	event.draft = reply->draft->id;
	event.outcome = outcome;
	event.detail = context->envelope->sender;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
		  "reply from %s ignored: %s", context->envelope->sender, outcome);
	intake_record(context, &event, verdict);
}

/* What the text decides, with all that is known of its writer. */
static bool interpret(const struct intake_context *context,
		      const struct message_text *text, struct reply *reply,
		      struct kairan_error *error_r)
{
	struct writer_facts facts;
	bool ok;

	writer_facts_collect(context->setup, reply->draft, reply->person, &facts);
	ok = writer_facts_add_signatures(kairan_get_store(context->kairan), reply->person,
					 &facts, error_r);
	reply_parts_read(ok ? text->text : "", ok ? text->html_text : NULL, &facts.facts,
			 &reply->words);
	writer_facts_clear(&facts);
	return ok;
}

/* Read the words; what cannot be read has none, and is answered like that. False: the store
 * could not be asked. */
static bool read_words(const struct intake_context *context,
		       const struct message *message, struct reply *reply,
		       struct verdict *verdict_r)
{
	struct message_text text = { 0 };
	struct kairan_error error = { "" };
	bool ok = true;

	reply->readable = message_read_reply(message, &text, &error);
	if (reply->readable == MESSAGE_TEXT_OK) {
		ok = interpret(context, &text, reply, &error);
	} else {
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
			  "reply cannot be read: %s", error.text);
		reply_words_read("", NULL, &reply->words);
	}
	message_text_free(&text);
	if (!ok)
		fail_store(context, reply->draft->id, &error, verdict_r);
	return ok;
}

/* Is it a machine's mail? What its subject quotes is not the writer's. */
static enum automatic judge_machine(const struct message *message,
				    const struct reply *reply)
{
	const struct draft *draft = reply->draft;
	const char *const quoted[] = { draft->subject,      draft->section_ja,
				       draft->section_en,   draft->broadcast_ja,
				       draft->broadcast_en, NULL };

	return automatic_judge_reply(message, quoted);
}

/* A subject like a machine's is a doubt, as its words in the text are. */
static void doubt_subject(const struct message *message, struct reply *reply)
{
	struct reply_words *words = &reply->words;
	char *subject = NULL;

	reply->looks_automatic = true;
	if ((words->decision != DECISION_APPROVE &&
	     words->decision != DECISION_APPROVE_URGENT) ||
	    !message_decode_subject(message, &subject, NULL))
		return;
	words->decision = DECISION_NONE;
	words->obstacle = REPLY_OBSTACLE_ABSENCE;
	g_free(words->in_the_way);
	words->in_the_way = g_strdup(subject);
	/* What stands below was not in the way. */
	*words->tail = '\0';
	free(subject);
}

/* The audit trail has what the writer is in the section now (Art. 8), whoever the token was made
 * for. */
static enum answer find_role(const struct intake_context *context, struct reply *reply,
			     struct verdict *verdict_r)
{
	struct standing standing;
	enum duty duty = DUTY_NONE;
	const enum answer answer = intake_find_standing(
	    context, reply->draft->section, reply->person->dn, &standing, verdict_r);

	if (answer == ANSWER_YES)
		duty = duties_find_duty(&standing.duties, reply->person->dn);
	reply->role = duty != DUTY_NONE ? duty_name(duty) : "";
	standing_clear(&standing);
	return answer;
}

/* Could the From: be a shared address of the draft's section? */
static enum answer may_write_as_section(const struct intake_context *context,
					const struct reply *reply,
					const struct address *from,
					struct verdict *verdict_r)
{
	struct standing standing;
	enum answer answer = intake_find_standing(
	    context, reply->draft->section, reply->person->dn, &standing, verdict_r);

	if (answer == ANSWER_YES &&
	    !intake_may_write_as(reply->person, standing.section, from))
		answer = ANSWER_NO;
	standing_clear(&standing);
	return answer;
}

/* Rules of mail programs answer as a mail system, or for a stranger, from a person's own login
 * (Art. 14). NO: the person was told. */
static enum answer judge_from(const struct intake_context *context,
			      const struct message *message, const struct reply *reply,
			      struct verdict *verdict_r)
{
	struct kairan_error error = { "" };
	struct address from;
	enum answer answer = ANSWER_NO;

	if (!intake_read_from(message, &from, &error))
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, reply->draft->id,
			  "reply by %s: %s", reply->person->uid, error.text);
	else if (intake_may_write_as(reply->person, NULL, &from))
		answer = ANSWER_YES;
	else
		answer = may_write_as_section(context, reply, &from, verdict_r);
	if (answer == ANSWER_NO)
		reply_outcome_answer_fault(context, reply, REASON_SENDER_FOREIGN,
					   error.text[0] == '\0' ? from.spec : NULL,
					   verdict_r);
	return answer;
}

static enum answer read_parsed(const struct intake_context *context,
			       const struct message *message, struct reply *reply,
			       struct verdict *verdict_r)
{
	const enum automatic automatic = judge_machine(message, reply);
	enum answer answer;

	reply->mail_id = answers_make_id(message, context->envelope);
	if (address_is_null(context->envelope->sender) ||
	    automatic == AUTOMATIC_CERTAIN) {
		ignore(context, reply, "automatic", verdict_r);
		return ANSWER_NO;
	}
	answer = intake_find_writer(context, message, &reply->person, verdict_r);
	if (answer == ANSWER_NO)
		refuse_writer(context, reply, verdict_r);
	if (answer != ANSWER_YES)
		return answer;
	if (find_role(context, reply, verdict_r) == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	if (strcmp(reply->person->uid, reply->party->uid) != 0) {
		reply_outcome_answer_not_counted(context, reply, REASON_WRONG_PERSON,
						 verdict_r);
		return ANSWER_NO;
	}
	answer = judge_from(context, message, reply, verdict_r);
	if (answer != ANSWER_YES)
		return answer;
	if (!read_words(context, message, reply, verdict_r))
		return ANSWER_UNKNOWN;
	if (automatic == AUTOMATIC_PERHAPS && automatic_judge(message) == AUTOMATIC_NO)
		doubt_subject(message, reply);
	return ANSWER_YES;
}

/* A mail of which nothing can be read: whoever is logged in is told so by mail. */
static void answer_unreadable(const struct intake_context *context, struct reply *reply,
			      enum reason reason, const char *detail,
			      struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct verdict verdict;

	verdict_set(verdict_r, reason, detail);
	if (*envelope->login == '\0' || address_is_null(envelope->sender)) {
		refuse_writer(context, reply, verdict_r);
		return;
	}
	switch (intake_find_login(context, envelope->login, &reply->person, &verdict)) {
	case ANSWER_YES:
		if (find_role(context, reply, &verdict) == ANSWER_UNKNOWN) {
			*verdict_r = verdict;
			break;
		}
		reply->mail_id = answers_make_id(NULL, envelope);
		reply_outcome_answer_fault(context, reply, reason, detail, verdict_r);
		break;
	case ANSWER_NO:
		refuse_writer(context, reply, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		*verdict_r = verdict;
		break;
	}
}

enum answer intake_reply_read(const struct intake_context *context,
			      enum token_purpose purpose,
			      const struct recipient *recipient, struct reply *reply_r,
			      struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	struct kairan_error error = { "" };
	enum answer answer;

	*reply_r = (struct reply){ 0 };
	verdict_pass(verdict_r);
	answer = verify(context, purpose, recipient, reply_r, verdict_r);
	if (answer == ANSWER_YES) {
		answer = ANSWER_NO;
		if (context->envelope->too_large)
			answer_unreadable(context, reply_r, REASON_TOO_LARGE, NULL,
					  verdict_r);
		else if (!message_parse(octets->str, octets->len, &message, &error))
			answer_unreadable(context, reply_r, REASON_BROKEN, error.text,
					  verdict_r);
		else
			answer = read_parsed(context, message, reply_r, verdict_r);
	}
	message_free(message);
	if (answer != ANSWER_YES)
		intake_reply_clear(reply_r);
	return answer;
}

void intake_reply_clear(struct reply *reply)
{
	draft_free(reply->draft);
	party_free(reply->party);
	person_free(reply->person);
	reply_words_free(&reply->words);
	g_free(reply->mail_id);
	*reply = (struct reply){ 0 };
}
