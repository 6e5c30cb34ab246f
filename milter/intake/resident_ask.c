/*
 * NAME
 *	intake_resident_ask - mail to join-LIST@, leave-LIST@, pause-LIST@ and status@
 *
 * DESCRIPTION
 *	What is asked for is kept, and the answer says how to confirm it: by a reply to an
 *	address that only its reader knows. Nothing else changes before that. Whoever is proven
 *	to have written leaves or pauses at once; joining is consent to the terms of use (Art. 2(2)), and
 *	is confirmed by all.
 *
 *	status@ is answered with what the address is registered for, which only its owner reads.
 *	A pause wants its last day; without one the answer says how to write it.
 *
 *	Whether the address is registered is not looked at: the answer is the same, so that
 *	nobody learns it by asking. Past the limits (policy/resident_limit.h) there is no answer,
 *	and the sender's side is not told either. What somebody asks for before they have confirmed
 *	something else is kept, and answered when they have (milter/intake/resident_confirm.c). A
 *	mail that comes twice is answered once.
 *
 * DIAGNOSTICS
 *	Info: what was asked for, and that it was not answered. Warning: a limit for a host or
 *	for all is reached; the administrators are told. Error: the store cannot be written.
 */
#include "config.h"

#include "milter/intake/resident_ask.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/intake/membership.h"
#include "milter/intake/resident_notice.h"
#include "milter/intake/resident_pause.h"
#include "milter/intake/resident_status.h"
#include "policy/subscribable.h"

/* ---- RCPT ---- */

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	if (recipient->service.kind == SERVICE_STATUS)
		verdict_pass(verdict_r);
	else
		resident_judge_list(context, &recipient->service, verdict_r);
}

/* ---- what is kept ---- */

/* The sending host as it is counted: of IPv6 the network (/64), in which one host may have any
 * address. Free with g_free(). */
static char *name_host(const char *host)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];

	if (g_ascii_strncasecmp(host, "IPv6:", 5) == 0)
		host += 5;
	if (inet_pton(AF_INET6, host, &address) != 1)
		return g_strdup(*host != '\0' ? host : "unknown");
	memset(address.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &address, text, sizeof(text)) != NULL
		   ? g_strconcat(text, "/64", NULL)
		   : g_strdup(host);
}

static struct resident_request *make_request(const struct intake_context *context,
					     const struct resident *resident)
{
	const enum resident_kind kind = resident->kind;

	const struct broadcast *broadcast = resident->broadcast;
	struct resident_request *request = g_new0(struct resident_request, 1);
	const char *id = message_get_header(resident->message, "Message-ID", 0);
	struct address key = resident->from;

	address_fold(&key);
	request->state = resident->is_proven && kind != RESIDENT_JOIN ? RESIDENT_CONFIRMED
								      : RESIDENT_WAITS;
	request->kind = kind;
	request->list = g_strdup(broadcast != NULL ? broadcast->list : "");
	request->until = resident->until;
	request->key = g_strdup(key.spec);
	request->address = g_strdup(resident->from.spec);
	request->language = g_strdup(resident->language);
	request->terms = g_strdup(
	    kind == RESIDENT_JOIN ? context->setup->settings->terms_version : "");
	request->host =
	    resident->is_proven ? g_strdup("") : name_host(context->envelope->host);
	request->mail_id = g_strdup(id != NULL ? id : "");
	request->made_at = clock_now();
	return request;
}

/* ---- whether it is answered ---- */

static enum answer find_limit(const struct intake_context *context, struct store *store,
			      const struct resident_request *request,
			      enum resident_limit *limit_r, struct kairan_error *error_r)
{
	const struct settings *settings = context->setup->settings;
	const struct resident_limits limits = { settings->limit_resident_address,
						settings->limit_resident_host,
						settings->limit_resident_all };
	struct resident_counts counts = { 0 };
	enum answer was = store_resident_has(store, request, error_r);

	*limit_r = RESIDENT_ANSWERED;
	if (was != ANSWER_NO)
		return was == ANSWER_YES ? ANSWER_NO : was;
	if (!store_resident_count(store, request, &counts, error_r))
		return ANSWER_UNKNOWN;
	*limit_r = resident_limit_find(&counts, &limits, *request->host == '\0');
	return *limit_r == RESIDENT_ANSWERED ? ANSWER_YES : ANSWER_NO;
}

/* Somebody sends without end, or many do. */
static void tell_administrators(const struct intake_context *context,
				const struct resident_request *request,
				enum resident_limit limit)
{
	const char *name = resident_limit_name(limit);

	if (limit == RESIDENT_LIMIT_HOST)
		alarm_raise(context->kairan, ALARM_RESIDENTS, request->host, name,
			    request->host);
	if (limit == RESIDENT_LIMIT_ALL)
		alarm_raise(context->kairan, ALARM_RESIDENTS, "", name, "");
}

/* ---- the answer ---- */

static bool answer_it(const struct intake_context *context,
		      const struct resident *resident, struct resident_request *request,
		      struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct resident_notice notice = { .kind = resident->notice,
					  .request = request,
					  .broadcast = resident->broadcast,
					  .office = resident->office,
					  .now = request->made_at };
	g_autofree char *status = NULL;

	if (!store_resident_add(store, request, &request->id, error_r))
		return false;
	if (request->state == RESIDENT_CONFIRMED &&
	    !membership_carry_out(store, request, "", request->made_at, error_r))
		return false;
	if (strcmp(resident->notice, NOTICE_RESIDENT_STATUS) == 0) {
		status = resident_status_write(context, resident, error_r);
		if (status == NULL)
			return false;
	}
	notice.status = status;
	return resident_notice_add(store, &notice, error_r);
}

/* Whoever asks for something else before the first is confirmed may be right: it waits. What only
 * says something is not kept. */
static bool hold(struct store *store, struct resident_request *request,
		 struct kairan_error *error_r)
{
	const enum answer asked = store_resident_is_asked(store, request, error_r);

	if (asked != ANSWER_NO || request->kind > RESIDENT_PAUSE)
		return asked != ANSWER_UNKNOWN;
	request->state = RESIDENT_HELD;
	return store_resident_add(store, request, &request->id, error_r);
}

static enum answer answer_within_limits(const struct intake_context *context,
					const struct resident *resident,
					struct resident_request *request,
					enum resident_limit *limit_r,
					struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	enum answer answer;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer = find_limit(context, store, request, limit_r, error_r);
	if ((answer == ANSWER_YES && !answer_it(context, resident, request, error_r)) ||
	    (answer == ANSWER_NO && *limit_r == RESIDENT_LIMIT_ONE &&
	     !hold(store, request, error_r)))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_NO && request->state == RESIDENT_HELD)
		return store_commit(store, error_r) ? ANSWER_NO : ANSWER_UNKNOWN;
	return store_finish(store, answer, error_r);
}

enum answer resident_ask_answer(const struct intake_context *context,
				const struct resident *resident, const char *word,
				struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	struct resident_request *request = make_request(context, resident);
	enum resident_limit limit = RESIDENT_ANSWERED;
	struct kairan_error error = { "" };
	enum answer answer =
	    answer_within_limits(context, resident, request, &limit, &error);

	switch (answer) {
	case ANSWER_YES:
		log_event(LOG_LEVEL_INFO, queue_id, 0, "%s %s: request %lld%s", word,
			  request->list, (long long)request->id,
			  request->state == RESIDENT_CONFIRMED ? ", done"
							       : " is to be confirmed");
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
		break;
	case ANSWER_NO:
		log_event(LOG_LEVEL_INFO, queue_id, 0, "%s %s: not answered%s: %s", word,
			  request->list, request->state == RESIDENT_HELD ? " yet" : "",
			  resident_limit_name(limit));
		tell_administrators(context, request, limit);
		if (limit == RESIDENT_ANSWERED)
			answer = ANSWER_YES;
		break;
	case ANSWER_UNKNOWN:
		log_event(LOG_LEVEL_ERROR, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
	resident_request_free(request);
	return answer;
}

/* Whoever is in a list by mistake may leave it. False with the verdict. */
static bool may_be_subscriber(const struct intake_context *context,
			      const struct resident *resident, enum service_kind kind,
			      struct verdict *verdict_r)
{
	const struct settings *settings = context->setup->settings;
	const struct subscribable_rules rules = { settings->service_domain,
						  settings->refused_roles,
						  settings->refused_domains };
	const enum subscribable subscribable =
	    subscribable_judge(&resident->from, &rules);

	if (kind != SERVICE_JOIN || subscribable == SUBSCRIBABLE_YES)
		return true;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0, "join: refused: %s",
		  subscribable_say(subscribable));
	verdict_set(verdict_r, REASON_NOT_RESIDENT, NULL);
	return false;
}

/* What is asked for, and what the answer is then. */
static void choose_answer(const struct intake_context *context, enum service_kind kind,
			  struct resident *resident)
{
	switch (kind) {
	case SERVICE_JOIN:
		resident->kind = RESIDENT_JOIN;
		resident->notice = NOTICE_RESIDENT_JOIN;
		break;
	case SERVICE_LEAVE:
		resident->kind = RESIDENT_LEAVE;
		resident->notice =
		    resident->is_proven ? NOTICE_RESIDENT_GOODBYE : NOTICE_RESIDENT_LEAVE;
		break;
	case SERVICE_PAUSE:
		resident->until =
		    resident_pause_read(context->setup, resident->message, clock_now());
		resident->kind = resident->until != 0 ? RESIDENT_PAUSE : RESIDENT_STATUS;
		resident->notice =
		    resident->is_proven ? NOTICE_RESIDENT_PAUSED : NOTICE_RESIDENT_PAUSE;
		if (resident->until == 0)
			resident->notice = NOTICE_RESIDENT_PAUSE_HOW;
		break;
	default:
		resident->kind = RESIDENT_STATUS;
		resident->notice = NOTICE_RESIDENT_STATUS;
		break;
	}
}

/* False with the verdict. */
static bool find_broadcast(const struct intake_context *context,
			   const struct service_address *service,
			   struct resident *resident, struct verdict *verdict_r)
{
	if (service->kind == SERVICE_STATUS)
		return true;
	switch (resident_find_broadcast(context, service->token, service->token_length,
					&resident->broadcast)) {
	case ANSWER_YES:
		return true;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_NOT_READY, NULL);
		break;
	}
	return false;
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const struct service_address *service = &recipient->service;
	struct resident resident;

	if (resident_read(context, recipient, &resident, verdict_r) == ANSWER_YES &&
	    find_broadcast(context, service, &resident, verdict_r) &&
	    may_be_subscriber(context, &resident, service->kind, verdict_r)) {
		choose_answer(context, service->kind, &resident);
		(void)resident_ask_answer(context, &resident,
					  service_address_word(service->kind), verdict_r);
	}
	resident_clear(&resident);
}

const struct intake intake_resident = { judge, take };
