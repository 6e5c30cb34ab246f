/*
 * NAME
 *	leave_signed - a resident leaves by the address in their own copy
 *
 * DESCRIPTION
 *	The token proves that the mail was made for this resident, so that nothing is asked back,
 *	whoever sends it: a mail program, on a click, or kairan-web. When the MTA has said 250 the
 *	resident has left; a second mail is answered the same. The goodbye says so to whoever had
 *	passed their copy on, and it was the other one who clicked.
 *
 * DIAGNOSTICS
 *	Warning: a token that is none of ours. Info: somebody has left. Error: the store cannot be
 *	used.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/leave_token.h"
#include "milter/intake/intake.h"
#include "milter/core/notice.h"
#include "milter/intake/membership.h"
#include "milter/intake/resident.h"
#include "milter/intake/resident_notice.h"
#include "schema/store_leaver.h"
#include "schema/store_subscriber.h"

/* Whose token it is, in a transaction. NO: none of ours, or somebody's who was forgotten. */
static enum answer find_leaver(const struct intake_context *context,
			       const struct recipient *recipient, struct leaver *leaver_r,
			       struct kairan_error *error_r)
{
	const struct service_address *service = &recipient->service;
	struct token token;
	enum answer answer;

	*leaver_r = (struct leaver){ 0 };
	if (!token_read(service->token, service->token_length, &token))
		return ANSWER_NO;
	answer = store_leaver_find(kairan_get_store(context->kairan), token.draft,
				   leaver_r, error_r);
	if (answer == ANSWER_YES &&
	    !leave_token_is_genuine(context->setup->leave_keys, service->token,
				    service->token_length, leaver_r->list))
		answer = ANSWER_NO;
	return answer;
}

/* Says in the verdict what is in the way of it. */
static void conclude(const struct intake_context *context,
		     const struct recipient *recipient, enum answer answer,
		     const struct kairan_error *error, struct verdict *verdict_r)
{
	switch (answer) {
	case ANSWER_YES:
		verdict_pass(verdict_r);
		break;
	case ANSWER_NO:
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "leave address %s is refused", recipient->path);
		verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
		break;
	case ANSWER_UNKNOWN:
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "leave: %s",
			  error->text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error = { "" };
	struct leaver leaver = { 0 };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin(store, &error)) {
		answer = find_leaver(context, recipient, &leaver, &error);
		store_rollback(store);
	}
	leaver_clear(&leaver);
	conclude(context, recipient, answer, &error, verdict_r);
}

/* ---- the goodbye ---- */

/* Of the row that is about the list; address and language are kept. */
static void keep_reader(const struct subscriber *subscriber, void *context)
{
	struct resident_request *request = context;

	if (strcmp(subscriber->list, request->list) != 0)
		return;
	request->address = g_strdup(subscriber->address);
	request->language = g_strdup(subscriber->origin.language);
}

/* Who was registered by others has none of their own. */
static void choose_language(const struct intake_context *context,
			    const struct broadcast *broadcast,
			    struct resident_request *request)
{
	const char *language =
	    broadcast != NULL ? resident_list_language(broadcast) : NULL;

	if (*request->language != '\0')
		return;
	g_free(request->language);
	request->language =
	    g_strdup(language != NULL ? language : context->setup->settings->language);
}

static bool say_goodbye(const struct intake_context *context, const struct leaver *leaver,
			const struct address *address, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct resident_request *request = g_new0(struct resident_request, 1);
	struct resident_notice notice = { .kind = NOTICE_RESIDENT_GOODBYE,
					  .request = request,
					  .now = clock_now() };
	struct broadcast *broadcast = NULL;
	bool ok;

	request->kind = RESIDENT_LEAVE;
	request->list = g_strdup(leaver->list);
	ok =
	    store_subscriber_visit_address(store, address, keep_reader, request, error_r);
	if (ok && request->address != NULL) {
		(void)resident_find_broadcast(context, leaver->list, strlen(leaver->list),
					      &broadcast);
		choose_language(context, broadcast, request);
		notice.broadcast = broadcast;
		ok = resident_notice_add(store, &notice, error_r);
	}
	broadcast_free(broadcast);
	resident_request_free(request);
	return ok;
}

/* ---- leaving ---- */

/* *left_r: they had not left before. */
static enum answer leave(const struct intake_context *context,
			 const struct leaver *leaver, bool *left_r,
			 struct kairan_error *error_r)
{
	struct address address;
	enum answer answer;

	if (!address_read(leaver->address_key, &address, error_r))
		return ANSWER_UNKNOWN;
	answer = membership_leave(kairan_get_store(context->kairan), leaver->list,
				  &address, clock_now(), error_r);
	*left_r = answer == ANSWER_YES;
	if (*left_r && !say_goodbye(context, leaver, &address, error_r))
		return ANSWER_UNKNOWN;
	return answer == ANSWER_UNKNOWN ? answer : ANSWER_YES;
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error = { "" };
	struct leaver leaver = { 0 };
	enum answer answer = ANSWER_UNKNOWN;
	bool left = false;

	if (store_begin(store, &error)) {
		answer = find_leaver(context, recipient, &leaver, &error);
		if (answer == ANSWER_YES)
			answer = leave(context, &leaver, &left, &error);
		answer = store_finish(store, answer, &error);
	}
	if (answer == ANSWER_YES)
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
			  "a resident %s the list %s by a signed address",
			  left ? "left" : "had left", leaver.list);
	if (answer == ANSWER_YES && left)
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	leaver_clear(&leaver);
	conclude(context, recipient, answer, &error, verdict_r);
}

const struct intake intake_leave_signed = { judge, take };
