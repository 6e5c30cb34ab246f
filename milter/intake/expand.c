/*
 * NAME
 *	expand - the recipients of a shard
 *
 * DESCRIPTION
 *	The courier hands a shard to the MTA as one mail to release+TOKEN. Here, at the end of
 *	that message, the token, the draft's state, the shard's state and the mail itself are
 *	checked; the shard is recorded as offered; then a recipient of our own is added,
 *	receipt+TOKEN, which proves later that the MTA has queued all of it, and its recipients,
 *	which are read from the store in pages.
 *
 *	Offered is recorded before the first recipient is added: if anything dies from here
 *	on, the courier knows that the shard may be queued.
 *
 * DIAGNOSTICS
 *	Warning: a release address that does not verify, or a mail that is not the draft's.
 *	Error: the store cannot be used, or the MTA does not take a recipient.
 */
#include "config.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/draft/broadcast_compare.h"
#include "milter/draft/broadcast_mail.h"
#include "milter/intake/intake.h"
#include "milter/intake/suspension.h"
#include "policy/part.h"
#include "schema/store_release.h"

#define EXPAND_PAGE 1000

struct release {
	struct draft *draft;
	struct shard shard;
};

static bool is_genuine(const struct intake_context *context,
		       const struct service_address *service, const struct token *token,
		       const struct draft *draft)
{
	const struct token_key *key =
	    keyring_find(context->setup->keyring, token->key_id);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = {
		.purpose = TOKEN_RELEASE,
		.person = "",
		.text_hash = hash,
	};

	part_hash_texts(draft->text, draft->parts, hash);
	return key != NULL && token_verify(service->token, service->token_length, key,
					   &facts, clock_now()) == TOKEN_VALID;
}

/* The shard that the address names. NO: not genuine. */
static enum answer find_release(const struct intake_context *context,
				const struct recipient *recipient,
				struct release *release, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct token token;
	enum answer answer;

	if (!token_read(recipient->service.token, recipient->service.token_length,
			&token))
		return ANSWER_NO;
	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find(store, token.draft, &release->draft, error_r);
	if (answer == ANSWER_YES)
		answer = store_release_find_shard(store, token.draft, token.party,
						  &release->shard, error_r);
	store_rollback(store);
	if (answer == ANSWER_YES &&
	    !is_genuine(context, &recipient->service, &token, release->draft))
		answer = ANSWER_NO;
	return answer;
}

/* May this shard be handed over now? */
static void judge_release(const struct intake_context *context,
			  const struct release *release, struct verdict *verdict_r)
{
	verdict_pass(verdict_r);
	if (release->draft->state != DRAFT_RELEASING ||
	    (release->shard.state != SHARD_READY &&
	     release->shard.state != SHARD_OFFERED))
		verdict_set(verdict_r, REASON_NOT_RELEASING, NULL);
	else
		suspension_judge(context, release->draft->broadcast, verdict_r);
}

static void refuse_release(const struct intake_context *context,
			   const struct recipient *recipient, enum reason reason,
			   struct verdict *verdict_r)
{
	struct audit_event event = intake_event(context, "expand");

	log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
		  "release address %s is refused: %s", recipient->path,
		  reason_name(reason));
	verdict_set(verdict_r, reason, NULL);
	event.outcome = reason_name(reason);
	event.detail = recipient->path;
	intake_record(context, &event, verdict_r);
}

/* Find the release, or say in the verdict why there is none. */
static bool open_release(const struct intake_context *context,
			 const struct recipient *recipient, struct release *release,
			 struct verdict *verdict_r)
{
	struct kairan_error error = { "" };

	switch (find_release(context, recipient, release, &error)) {
	case ANSWER_YES:
		judge_release(context, release, verdict_r);
		if (verdict_r->reason == REASON_NOT_RELEASING)
			refuse_release(context, recipient, verdict_r->reason, verdict_r);
		return verdict_r->kind == VERDICT_PASS;
	case ANSWER_NO:
		refuse_release(context, recipient, REASON_FORGED_TOKEN, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
	return false;
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	struct release release = { 0 };

	(void)open_release(context, recipient, &release, verdict_r);
	draft_free(release.draft);
}

/* In one transaction with the question whether it still may: a stop that comes between
 * RCPT and the end of the mail is not late. */
static enum answer offer(struct store *store, const struct release *release, int64_t wait,
			 const struct audit_event *event, struct kairan_error *error_r)
{
	enum answer answer = store_release_offer(store, &release->shard, event->at,
						 event->at + wait, error_r);

	if (answer == ANSWER_YES && !store_audit_append(store, event, error_r))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_NO)
		(void)error_set(error_r, "it was stopped or suspended just now, or "
					 "offered already in this hand-over");
	return answer;
}

static bool record_offered(const struct intake_context *context, struct release *release,
			   struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "expand");
	/* The hand-over that this is part of may take its full time; only then begins the
	 * receipt's. */
	int64_t wait = context->setup->settings->mta_timeout +
		       context->setup->settings->receipt_wait;
	g_autofree char *detail = g_strdup_printf("shard %lld, %lld recipients",
						  (long long)release->shard.number,
						  (long long)release->shard.recipients);

	(void)g_strlcpy(release->shard.queue_id, context->envelope->queue_id,
			sizeof(release->shard.queue_id));
	event.uid = "kairan";
	event.role = "system";
	event.draft = release->draft->id;
	event.outcome = "offered";
	event.detail = detail;
	if (!store_begin_grouped(store, error_r))
		return false;
	event.at = clock_now();
	return store_end(
	    store, offer(store, release, wait, &event, error_r) == ANSWER_YES, error_r);
}

static void collect(const char *address, void *context)
{
	g_ptr_array_add(context, g_strdup_printf("<%s>", address));
}

static bool add_page(const struct intake_mta *mta, const GPtrArray *page,
		     struct kairan_error *error_r)
{
	for (guint i = 0; i < page->len; i++) {
		const char *path = g_ptr_array_index(page, i);

		if (!mta->add_recipient(mta->context, path))
			return error_set(error_r,
					 "the MTA does not take the recipient %s", path);
	}
	fault_point("expand.page");
	return mta->keep_waiting(mta->context) ||
	       error_set(error_r, "the MTA does not wait any longer");
}

static bool add_recipients(const struct intake_context *context,
			   const struct release *release, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct shard_page next = { .shard = &release->shard, .limit = EXPAND_PAGE };
	int64_t last = -1;
	bool ok = true;

	while (ok && next.last != last) {
		GPtrArray *page = g_ptr_array_new_with_free_func(g_free);

		last = next.last;
		ok = store_begin_grouped(store, error_r);
		if (ok) {
			ok = store_release_visit_page(store, &next, collect, page,
						      error_r);
			store_rollback(store);
		}
		ok = ok && add_page(context->mta, page, error_r);
		g_ptr_array_unref(page);
	}
	return ok;
}

static bool add_receipt(const struct intake_context *context,
			const struct release *release, struct kairan_error *error_r)
{
	g_autofree char *address = broadcast_mail_address(context->setup, release->draft,
							  &release->shard, TOKEN_RECEIPT);
	g_autofree char *path = g_strdup_printf("<%s>", address != NULL ? address : "");

	if (address != NULL && context->mta->add_recipient(context->mta->context, path))
		return true;
	return error_set(error_r, "the MTA does not take the receipt address");
}

/* The courier may have given up this hand-over before the offer was recorded, and would then wait
 * for the full time of one that is over. */
static void cut_wait(const struct intake_context *context, const struct release *release)
{
	struct store *store = kairan_get_store(context->kairan);
	const int64_t at = clock_now() + context->setup->settings->receipt_wait;
	struct kairan_error error = { "" };

	if (store_begin(store, &error) &&
	    store_end(store, store_release_cut_wait(store, &release->shard, at, &error),
		      &error)) {
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_SHARDS));
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_URGENT));
	}
}

static bool expand(const struct intake_context *context, struct release *release,
		   struct kairan_error *error_r)
{
	if (!record_offered(context, release, error_r))
		return false;
	fault_point("expand.offered");
	/* The receipt first: the MTA reads a long queue file from its start, piece by piece, and
	 * may come to the end of it only when slow carriers have taken what is before. */
	if (!add_receipt(context, release, error_r) ||
	    !add_recipients(context, release, error_r)) {
		cut_wait(context, release);
		return false;
	}
	fault_point("expand.full");
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_PUBLICATIONS));
	return true;
}

/* Whoever read the address in a log sends nothing by it; and what the mail system has rewritten
 * on the way from the courier is not what was approved. The courier tries again, so that it goes
 * out when that is mended. */
static void refuse_changed(const struct intake_context *context,
			   const struct release *release,
			   const struct kairan_error *difference,
			   struct verdict *verdict_r)
{
	g_autofree char *id = g_strdup_printf("%lld", (long long)release->draft->id);

	log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, release->draft->id,
		  "mail to a release address is refused: %s", difference->text);
	verdict_set(verdict_r, REASON_CHANGED_ON_WAY, difference->text);
	alarm_raise(context->kairan, ALARM_CHANGED, id, "changed-before",
		    difference->text);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct envelope *envelope = context->envelope;
	struct release release = { 0 };
	struct kairan_error error = { "it has other recipients, or is too large" };
	struct broadcast_copy copy = { .leave_keys = context->setup->leave_keys };

	if (!open_release(context, recipient, &release, verdict_r))
		goto out;
	copy.draft = release.draft;
	copy.shard = &release.shard;
	if (envelope->recipients->len != 1 || envelope->others > 0 ||
	    envelope->too_large) {
		log_event(LOG_LEVEL_WARNING, envelope->queue_id, release.draft->id,
			  "mail to a release address is refused: %s", error.text);
		verdict_set(verdict_r, REASON_FORGED_TOKEN, NULL);
		goto out;
	}
	if (!broadcast_compare(context->setup->settings, &copy, envelope->octets->str,
			       envelope->octets->len, &error)) {
		refuse_changed(context, &release, &error, verdict_r);
		goto out;
	}
	if (!expand(context, &release, &error)) {
		log_event(LOG_LEVEL_ERROR, envelope->queue_id, release.draft->id,
			  "shard %lld: %s", (long long)release.shard.number, error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		goto out;
	}
	log_event(LOG_LEVEL_INFO, envelope->queue_id, release.draft->id,
		  "shard %lld: %lld recipients added", (long long)release.shard.number,
		  (long long)release.shard.recipients);
	envelope->others += (size_t)release.shard.recipients;
out:
	draft_free(release.draft);
}

const struct intake intake_release = { judge, take };
