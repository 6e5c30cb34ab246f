/*
 * NAME
 *	limits - how much one person, section or address may make
 *
 * DESCRIPTION
 *	A mail program that sends without end would bury the approver under requests, among
 *	which the one that matters is not found. The limits are far above what people write.
 *	What is beyond is not refused for good: it stays in the sender's queue or outbox.
 *
 * DIAGNOSTICS
 *	Warning: somebody is beyond a limit; the administrators hear of it once. Error: the
 *	store cannot be used.
 */
#include "config.h"

#include "milter/intake/limits.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "schema/store_limit.h"

#define LIMIT_SECONDS 3600

enum answer limits_find_draft(struct store *store, const struct settings *settings,
			      const struct draft *draft, enum reason *reason_r,
			      struct kairan_error *error_r)
{
	const int64_t since = draft->submitted_at - LIMIT_SECONDS;
	int64_t drafts = 0, held = 0;

	if (!store_limit_count_drafts(store, draft->author_dn, since, &drafts, error_r) ||
	    !store_limit_count_held(store, draft->section, &held, error_r))
		return ANSWER_UNKNOWN;
	if (drafts >= settings->limit_drafts)
		*reason_r = REASON_LIMIT_DRAFTS;
	else if (held >= settings->limit_held)
		*reason_r = REASON_LIMIT_HELD;
	else
		return ANSWER_YES;
	return ANSWER_NO;
}

void limits_judge_reply(const struct intake_context *context, int64_t draft,
			const char *uid, struct verdict *verdict_r)
{
	const int64_t most = context->setup->settings->limit_replies;
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error = { "" };
	int64_t count = 0;
	bool ok;

	verdict_pass(verdict_r);
	ok = store_begin(store, &error);
	if (ok) {
		ok = store_limit_count_replies(
		    store, draft, uid, clock_now() - LIMIT_SECONDS, &count, &error);
		store_rollback(store);
	}
	if (!ok) {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, draft, "%s",
			  error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
	} else if (count >= most) {
		verdict_set(verdict_r, REASON_LIMIT_REPLIES, NULL);
		limits_tell(context, uid, REASON_LIMIT_REPLIES);
	}
}

void limits_tell(const struct intake_context *context, const char *uid,
		 enum reason reason)
{
	log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0, "%s: %s", uid,
		  reason_name(reason));
	alarm_raise(context->kairan, ALARM_LIMIT, uid, reason_name(reason), uid);
}
