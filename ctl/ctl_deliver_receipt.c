/*
 * NAME
 *	ctl_deliver_receipt - a shard is queued, out of the pipe
 *
 * DESCRIPTION
 *	The MTA has put the copy into its queue beside the residents', so what they get is seen: it
 *	is compared with what was approved, outside of any transaction.
 *
 * DIAGNOSTICS
 *	Info: a shard is queued. Warning: it is not what was approved. Errors are returned.
 */
#include "config.h"

#include "ctl/ctl_deliver_receipt.h"

#include <glib.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/leave_token.h"
#include "milter/draft/broadcast_compare.h"
#include "milter/mail/message.h"
#include "policy/part.h"
#include "policy/token.h"
#include "schema/store_alarm.h"
#include "schema/store_audit.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

struct receipt_reading {
	const struct receipt_delivery *delivery;
	struct store *store;
	struct token token;
	struct draft *draft;
	struct shard shard;
	bool has_shard;
};

static bool append(const struct receipt_reading *reading, const char *outcome,
		   const char *detail, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.role = "system",
		.draft = reading->draft->id,
		.action = "receipt",
		.outcome = outcome,
		.detail = detail,
		.queue_id = reading->delivery->queue_id,
	};

	return store_audit_append(reading->store, &event, error_r);
}

/* NO: there is no such draft. */
static enum answer find_receipt(struct receipt_reading *reading,
				struct kairan_error *error_r)
{
	struct store *store = reading->store;
	const struct token *token = &reading->token;
	enum answer answer, has_shard = ANSWER_NO;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find(store, token->draft, &reading->draft, error_r);
	if (answer == ANSWER_YES)
		has_shard = store_release_find_shard(store, token->draft, token->party,
						     &reading->shard, error_r);
	store_rollback(store);
	reading->has_shard = has_shard == ANSWER_YES;
	return has_shard == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : answer;
}

/* YES when the token is a receipt of ours. */
static enum answer check_receipt(struct receipt_reading *reading,
				 const struct keyring *keyring,
				 struct kairan_error *error_r)
{
	const struct service_address *service = reading->delivery->service;
	const struct token_key *key;
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = {
		.purpose = TOKEN_RECEIPT,
		.person = "",
		.text_hash = hash,
	};
	enum answer answer;

	if (!token_read(service->token, service->token_length, &reading->token))
		return ANSWER_NO;
	answer = find_receipt(reading, error_r);
	if (answer != ANSWER_YES)
		return answer;
	key = keyring_find(keyring, reading->token.key_id);
	part_hash_texts(reading->draft->text, reading->draft->parts, hash);
	if (key == NULL || token_verify(service->token, service->token_length, key,
					&facts, clock_now()) == TOKEN_FORGED)
		return ANSWER_NO;
	return ANSWER_YES;
}

/* The receipt is a copy of what was queued for the residents. difference_r is "" where that is
 * what was approved. False: it could not be compared. */
static bool compare_copy(const struct ctl_call *call,
			 const struct receipt_reading *reading,
			 struct kairan_error *difference_r, struct kairan_error *error_r)
{
	struct broadcast_copy copy = { .draft = reading->draft,
				       .shard = &reading->shard };
	struct keyring *keys = NULL;

	*difference_r->text = '\0';
	if (!reading->has_shard)
		return true;
	if (!message_init(error_r) ||
	    !leave_token_load_keys(call->settings, &keys, error_r))
		return false;
	copy.leave_keys = keys;
	if (broadcast_compare(call->settings, &copy, reading->delivery->octets,
			      reading->delivery->length, difference_r))
		*difference_r->text = '\0';
	else
		log_event(
		    LOG_LEVEL_WARNING, reading->delivery->queue_id, reading->draft->id,
		    "what is queued is not what was approved: %s", difference_r->text);
	keyring_free(keys);
	return true;
}

/* It is too late to hold it back; the administrators hear of it. */
static bool note_difference(const struct receipt_reading *reading, char *difference,
			    struct kairan_error *error_r)
{
	g_autofree char *name =
	    g_strdup_printf(ALARM_CHANGED " %lld", (long long)reading->draft->id);
	const struct alarm alarm = {
		.name = name,
		.reason = (char *)"changed-after",
		.detail = difference,
		.raised_at = clock_now(),
	};

	return store_alarm_raise(reading->store, &alarm, error_r) != ANSWER_UNKNOWN &&
	       append(reading, "changed", difference, error_r);
}

static bool confirm_shard(const struct receipt_reading *reading, char *difference,
			  struct kairan_error *error_r)
{
	const struct token *token = &reading->token;
	const struct shard shard = { .draft = token->draft, .number = token->party };
	const int64_t now = clock_now();
	const struct shard_step step = { SHARD_CONFIRMED, now, now, "receipt" };

	if (*difference != '\0' && !note_difference(reading, difference, error_r))
		return false;
	return store_release_record(reading->store, &shard, &step, error_r) &&
	       append(reading, "confirmed", reading->delivery->recipient, error_r);
}

static bool keep(const struct ctl_call *call, const struct receipt_reading *reading,
		 struct kairan_error *error_r)
{
	struct kairan_error difference;

	if (!compare_copy(call, reading, &difference, error_r) ||
	    !store_begin(reading->store, error_r) ||
	    !store_end(reading->store, confirm_shard(reading, difference.text, error_r),
		       error_r))
		return false;
	log_event(LOG_LEVEL_INFO, reading->delivery->queue_id, reading->draft->id,
		  "shard %u is queued", reading->token.party);
	return true;
}

enum answer ctl_deliver_receipt(const struct ctl_call *call, struct store *store,
				const struct receipt_delivery *delivery,
				struct kairan_error *error_r)
{
	struct receipt_reading reading = { .delivery = delivery, .store = store };
	struct keyring *keyring = NULL;
	enum answer answer;

	if (!keyring_load("key_file", call->settings->key_file, &keyring, error_r))
		return ANSWER_UNKNOWN;
	answer = check_receipt(&reading, keyring, error_r);
	keyring_free(keyring);
	if (answer == ANSWER_YES && !keep(call, &reading, error_r))
		answer = ANSWER_UNKNOWN;
	draft_free(reading.draft);
	return answer;
}
