/*
 * NAME
 *	intake_resident_confirm - mail to confirm+TOKEN@
 *
 * DESCRIPTION
 *	The token was sent to the address that is to be registered or removed, so whoever has it
 *	reads that address's mail: a reply is the consent (Art. 2(2)), even an empty one, and
 *	from whichever address the phone writes. It is kept with the version of the terms that
 *	were shown, its time and its Message-ID. A reply that says no (policy/consent.h) ends
 *	the matter.
 *
 *	A program that answers by itself consents to nothing. Where a gateway has cut the
 *	address, the mail that is answered says which it was. What was confirmed is not
 *	confirmed twice: a reply that comes again changes nothing, and is not answered. What they
 *	had asked for meanwhile, and was not answered for bombers' sake, is asked about then, one
 *	after the other (milter/intake/resident_ask.c).
 *
 * DIAGNOSTICS
 *	Info: what became of it. Error: the store cannot be used.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/confirming.h"
#include "milter/core/notice.h"
#include "milter/intake/membership.h"
#include "milter/intake/references.h"
#include "milter/intake/resident.h"
#include "milter/intake/resident_notice.h"
#include "milter/mail/automatic.h"
#include "policy/consent.h"

/* One reply. */
struct reply {
	const struct intake_context *context;
	const struct message *message;
	const char *token; /* text and length */
	size_t length;
	struct resident_request *request;
	struct broadcast *broadcast;
	bool refused; /* it says no */
	struct verdict *verdict;
};

/* ---- RCPT ---- */

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	const struct service_address *service = &recipient->service;
	struct token token;

	verdict_pass(verdict_r);
	/* What was cut is known by what the mail refers to. */
	if (service->is_cut)
		return;
	if (!token_read(service->token, service->token_length, &token) ||
	    keyring_find(context->setup->keyring, token.key_id) == NULL)
		verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
	else if (clock_now() > token.expires)
		verdict_set(verdict_r, REASON_EXPIRED_TOKEN, NULL);
}

/* ---- what it says ---- */

/* By the address, or else by the mail that it answers. */
static bool find_token(const struct reply *reply, const struct recipient *recipient,
		       struct notice_references *references, const char **token_r,
		       size_t *length_r)
{
	*token_r = recipient->service.token;
	*length_r = recipient->service.token_length;
	if (!recipient->service.is_cut)
		return true;
	references_find(reply->context, reply->message, references);
	*token_r = references->token;
	*length_r = strlen(references->token);
	return references->count == 1 && references->kind == SERVICE_CONFIRM;
}

static bool is_refusal(const struct reply *reply)
{
	struct message_text text = { 0 };
	const bool refused =
	    message_read_reply(reply->message, &text, NULL) == MESSAGE_TEXT_OK &&
	    consent_is_refused(text.text, reply->request->kind == RESIDENT_JOIN ||
					      reply->request->kind == RESIDENT_TERMS);

	message_text_free(&text);
	return refused;
}

/* Programs that answer for somebody who is away, by a subject that does not come from ours, which
 * has the broadcast's name in it. */
static bool has_automatic_subject(const struct reply *reply)
{
	const struct broadcast *broadcast = reply->broadcast;
	const char *const quoted[] = { broadcast != NULL ? broadcast->name_ja : NULL,
				       broadcast != NULL ? broadcast->name_en : NULL,
				       NULL };
	char *subject = NULL;
	const bool found = message_decode_subject(reply->message, &subject, NULL) &&
			   automatic_is_subject(subject, quoted);

	free(subject);
	return found;
}

/* ---- what comes of it ---- */

static const char *find_notice(enum resident_kind kind)
{
	if (kind == RESIDENT_PAUSE)
		return NOTICE_RESIDENT_PAUSED;
	if (kind == RESIDENT_TERMS)
		return NOTICE_RESIDENT_AGREED;
	return kind == RESIDENT_JOIN ? NOTICE_RESIDENT_WELCOME : NOTICE_RESIDENT_GOODBYE;
}

static bool carry_out(struct store *store, const struct reply *reply,
		      struct kairan_error *error_r)
{
	const struct resident_request *request = reply->request;
	const char *id = message_get_header(reply->message, "Message-ID", 0);
	const struct resident_notice notice = { .kind = find_notice(request->kind),
						.request = request,
						.broadcast = reply->broadcast,
						.now = clock_now() };

	return membership_carry_out(store, request, id != NULL ? id : "", notice.now,
				    error_r) &&
	       resident_notice_add(store, &notice, error_r);
}

/* ---- what was asked for meanwhile ---- */

static const char *find_question(enum resident_kind kind)
{
	if (kind == RESIDENT_PAUSE)
		return NOTICE_RESIDENT_PAUSE;
	return kind == RESIDENT_JOIN ? NOTICE_RESIDENT_JOIN : NOTICE_RESIDENT_LEAVE;
}

/* Of a list that there is no more nothing is asked. */
static bool ask_held(struct store *store, const struct reply *reply,
		     struct resident_request *held, struct kairan_error *error_r)
{
	struct broadcast *broadcast = NULL;
	struct resident_notice notice = { .kind = find_question(held->kind),
					  .request = held,
					  .now = clock_now() };
	bool ok = true;

	held->made_at = notice.now;
	if (held->kind == RESIDENT_JOIN) {
		g_free(held->terms);
		held->terms = g_strdup(reply->context->setup->settings->terms_version);
	}
	if (resident_find_broadcast(reply->context, held->list, strlen(held->list),
				    &broadcast) == ANSWER_YES) {
		notice.broadcast = broadcast;
		ok = store_resident_take_up(store, held, error_r) == ANSWER_YES &&
		     resident_notice_add(store, &notice, error_r);
	}
	broadcast_free(broadcast);
	return ok;
}

/* The next of what they asked for before they had confirmed this; nothing where that is too long ago
 * to be meant. */
static bool ask_next(struct store *store, const struct reply *reply,
		     struct kairan_error *error_r)
{
	const int64_t since =
	    clock_now() - reply->context->setup->settings->confirm_window;
	struct resident_request *held = NULL;
	bool ok;

	switch (
	    store_resident_find_held(store, reply->request->key, since, &held, error_r)) {
	case ANSWER_YES:
		ok = ask_held(store, reply, held, error_r);
		resident_request_free(held);
		return ok;
	case ANSWER_NO:
		return true;
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

/* NO: it was closed before. */
static enum answer close_request(struct store *store, const struct reply *reply,
				 struct kairan_error *error_r)
{
	const enum answer answer = store_resident_close(
	    store, reply->request->id,
	    reply->refused ? RESIDENT_REFUSED : RESIDENT_CONFIRMED, error_r);

	if (answer == ANSWER_YES && !reply->refused &&
	    (!carry_out(store, reply, error_r) || !ask_next(store, reply, error_r)))
		return ANSWER_UNKNOWN;
	return answer;
}

static void note_outcome(const struct reply *reply, enum answer answer,
			 const struct kairan_error *error)
{
	const char *queue_id = reply->context->envelope->queue_id;
	const long long id = (long long)reply->request->id;

	if (answer == ANSWER_UNKNOWN) {
		log_event(LOG_LEVEL_ERROR, queue_id, 0, "%s", error->text);
		verdict_set(reply->verdict, REASON_STORE, NULL);
	} else {
		log_event(LOG_LEVEL_INFO, queue_id, 0, "request %lld is %s", id,
			  answer == ANSWER_YES ? "answered" : "closed already");
		waker_wake(kairan_get_waker(reply->context->kairan, KAIRAN_NOTICES));
	}
}

static void note_machine(const struct intake_context *context)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "an automatic answer confirms nothing");
}

static void take_consent(struct reply *reply)
{
	struct store *store = kairan_get_store(reply->context->kairan);
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (has_automatic_subject(reply)) {
		note_machine(reply->context);
		return;
	}
	reply->refused = is_refusal(reply);
	if (store_begin_grouped(store, &error))
		answer = store_finish(store, close_request(store, reply, &error), &error);
	note_outcome(reply, answer, &error);
}

/* ---- whose it is ---- */

/* False with the verdict. What is not there any more was forgotten with its time. */
static bool find_request(struct reply *reply)
{
	const struct setup *setup = reply->context->setup;
	struct store *store = kairan_get_store(reply->context->kairan);
	struct kairan_error error = { "" };
	struct token token;
	enum answer answer = ANSWER_UNKNOWN;
	enum token_status status = TOKEN_FORGED;

	if (!token_read(reply->token, reply->length, &token)) {
		verdict_set(reply->verdict, REASON_FORGED_TOKEN, NULL);
		return false;
	}
	if (store_begin_grouped(store, &error)) {
		answer = store_resident_find(store, token.draft, &reply->request, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN) {
		log_event(LOG_LEVEL_ERROR, reply->context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(reply->verdict, REASON_STORE, NULL);
	}
	if (answer == ANSWER_YES)
		status = confirming_verify(setup, reply->request, reply->token,
					   reply->length, clock_now());
	if (answer != ANSWER_UNKNOWN && status != TOKEN_VALID)
		verdict_set(reply->verdict,
			    status == TOKEN_EXPIRED ? REASON_EXPIRED_TOKEN
						    : REASON_FORGED_TOKEN,
			    NULL);
	return status == TOKEN_VALID;
}

/* Nobody can join what there is no more; whoever leaves it may. */
static bool find_broadcast(struct reply *reply)
{
	const struct resident_request *request = reply->request;

	switch (resident_find_broadcast(reply->context, request->list,
					strlen(request->list), &reply->broadcast)) {
	case ANSWER_YES:
		return true;
	case ANSWER_NO:
		if (request->kind != RESIDENT_JOIN)
			return true;
		verdict_set(reply->verdict, REASON_UNKNOWN_ADDRESS, NULL);
		return false;
	case ANSWER_UNKNOWN:
		break;
	}
	verdict_set(reply->verdict, REASON_NOT_READY, NULL);
	return false;
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct notice_references references;
	struct message *message = resident_parse(context, verdict_r);
	struct reply reply = { .context = context,
			       .message = message,
			       .verdict = verdict_r };

	if (message == NULL)
		return;
	if (resident_is_machine(context, message))
		note_machine(context);
	else if (!find_token(&reply, recipient, &references, &reply.token, &reply.length))
		verdict_set(verdict_r, REASON_BROKEN_TOKEN, NULL);
	else if (find_request(&reply) && find_broadcast(&reply))
		take_consent(&reply);
	resident_request_free(reply.request);
	broadcast_free(reply.broadcast);
	message_free(message);
}

const struct intake intake_confirm = { judge, take };
