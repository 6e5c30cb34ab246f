/*
 * NAME
 *	ctl_deliver - kairanctl deliver: the pipe behind the service's addresses
 *
 * DESCRIPTION
 *	The MTA routes the service domain and all broadcast addresses here. What should have
 *	been taken by the milter and comes here nevertheless has come past it, and is refused:
 *	the MTA bounces it to its sender. Some kinds belong here, since mail systems make them
 *	themselves without a milter: a receipt proves that a shard is queued, a bounce
 *	says what became of a mail of ours (ctl_deliver_bounce.h), and mail to the administrators goes on to them
 *	(deliver_role.h).
 *
 *	Standard error comes into the bounce: it gets one line with a status, and nothing that
 *	tells strangers of this machine. The rest is logged.
 *
 * DIAGNOSTICS
 *	EX_NOPERM: came past the milter. EX_NOUSER: no such address. EX_TEMPFAIL: the store,
 *	the keys or a library could not be used; the MTA tries again.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "conf/log.h"
#include "ctl/commands.h"
#include "ctl/ctl_deliver_bounce.h"
#include "ctl/ctl_deliver_probe.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/deliver_role.h"
#include "milter/core/alarm.h"
#include "milter/core/leave_token.h"
#include "milter/draft/broadcast_compare.h"
#include "milter/mail/message.h"
#include "policy/part.h"
#include "policy/service_address.h"
#include "policy/token.h"
#include "policy/verdict.h"
#include "schema/store_alarm.h"
#include "schema/store_audit.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

struct delivery {
	const char *sender;
	const char *recipient;
	const char *queue_id;
	struct service_address service;
	GString *mail;
	bool is_cut; /* mail is only the beginning of it */
	struct store *store;
};

static bool read_options(const struct ctl_call *call, struct delivery *delivery)
{
	const struct ctl_option options[] = {
		{ "sender", &delivery->sender, NULL },
		{ "recipient", &delivery->recipient, NULL },
		{ "queue-id", &delivery->queue_id, NULL },
	};
	int rest;

	return ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) &&
	       delivery->sender != NULL && delivery->recipient != NULL;
}

/* One report may tell of all the recipients of a shard. What follows is drained, since the MTA
 * takes a pipe that is not read to its end for a failure. */
#define MAIL_OCTETS_MOST (32 * 1024 * 1024)

static void read_input(struct delivery *delivery, size_t most)
{
	char buffer[8192];
	size_t length;

	while ((length = fread(buffer, 1, sizeof(buffer), stdin)) > 0) {
		delivery->is_cut =
		    delivery->is_cut || delivery->mail->len + length > most;
		if (!delivery->is_cut)
			g_string_append_len(delivery->mail, buffer, (gssize)length);
	}
}

static bool append(const struct delivery *delivery, int64_t draft, const char *action,
		   const char *outcome, const char *detail, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.role = "system",
		.draft = draft,
		.action = action,
		.outcome = outcome,
		.detail = detail,
		.queue_id = delivery->queue_id,
	};

	return store_audit_append(delivery->store, &event, error_r);
}

static int refuse(const struct delivery *delivery, enum reason reason, int status,
		  struct kairan_error *error_r)
{
	struct verdict verdict;

	verdict_set(&verdict, reason, NULL);
	log_event(LOG_LEVEL_WARNING, delivery->queue_id, 0,
		  "mail from <%s> to %s refused: %s", delivery->sender,
		  delivery->recipient, reason_name(reason));
	/* This line is what the MTA's bounce shows. */
	fprintf(stderr, "%s %s\n", reason_status(reason), verdict.text);
	return append(delivery, 0, "deliver", reason_name(reason), delivery->recipient,
		      error_r)
		   ? status
		   : EX_TEMPFAIL;
}

/* YES when the token is a receipt of ours; *draft_r is the draft then, or NULL. */
static enum answer check_receipt(const struct delivery *delivery,
				 const struct keyring *keyring, const struct token *token,
				 struct draft **draft_r, struct kairan_error *error_r)
{
	const struct service_address *service = &delivery->service;
	const struct token_key *key = keyring_find(keyring, token->key_id);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = {
		.purpose = TOKEN_RECEIPT,
		.person = "",
		.text_hash = hash,
	};
	enum answer answer =
	    store_draft_find(delivery->store, token->draft, draft_r, error_r);

	if (answer != ANSWER_YES)
		return answer;
	part_hash_texts((*draft_r)->text, (*draft_r)->parts, hash);
	if (key == NULL || token_verify(service->token, service->token_length, key,
					&facts, clock_now()) == TOKEN_FORGED)
		return ANSWER_NO;
	return ANSWER_YES;
}

/* The receipt is a copy of what was queued for the residents. It is too late to hold it back;
 * the administrators hear of it. */
static bool compare_copy(const struct ctl_call *call, const struct delivery *delivery,
			 const struct broadcast_copy *copy, struct kairan_error *error_r)
{
	const struct draft *draft = copy->draft;
	g_autofree char *name =
	    g_strdup_printf(ALARM_CHANGED " %lld", (long long)draft->id);
	struct kairan_error difference;
	const struct alarm alarm = {
		.name = name,
		.reason = (char *)"changed-after",
		.detail = difference.text,
		.raised_at = clock_now(),
	};

	if (!message_init(error_r))
		return false;
	if (broadcast_compare(call->settings, copy, delivery->mail->str,
			      delivery->mail->len, &difference))
		return true;
	log_event(LOG_LEVEL_WARNING, delivery->queue_id, draft->id,
		  "what is queued is not what was approved: %s", difference.text);
	return store_alarm_raise(delivery->store, &alarm, error_r) != ANSWER_UNKNOWN &&
	       append(delivery, draft->id, "receipt", "changed", difference.text,
		      error_r);
}

static bool compare_shard(const struct ctl_call *call, const struct delivery *delivery,
			  const struct draft *draft, const struct token *token,
			  struct kairan_error *error_r)
{
	struct shard shard;
	struct broadcast_copy copy = { .draft = draft, .shard = &shard };
	struct keyring *keys = NULL;
	enum answer answer = store_release_find_shard(delivery->store, draft->id,
						      token->party, &shard, error_r);
	bool ok;

	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	ok = leave_token_load_keys(call->settings, &keys, error_r);
	copy.leave_keys = keys;
	ok = ok && compare_copy(call, delivery, &copy, error_r);
	keyring_free(keys);
	return ok;
}

static int confirm_shard(const struct delivery *delivery, const struct token *token,
			 struct kairan_error *error_r)
{
	const struct shard shard = { .draft = token->draft, .number = token->party };
	const int64_t now = clock_now();
	const struct shard_step step = { SHARD_CONFIRMED, now, now, "receipt" };

	if (!store_release_record(delivery->store, &shard, &step, error_r) ||
	    !append(delivery, token->draft, "receipt", "confirmed", delivery->recipient,
		    error_r))
		return EX_TEMPFAIL;
	log_event(LOG_LEVEL_INFO, delivery->queue_id, token->draft, "shard %u is queued",
		  token->party);
	return EX_OK;
}

static int take_receipt(const struct ctl_call *call, const struct delivery *delivery,
			struct kairan_error *error_r)
{
	struct keyring *keyring = NULL;
	struct draft *draft = NULL;
	struct token token;
	enum answer answer = ANSWER_NO;
	int status = EX_TEMPFAIL;

	if (!keyring_load("key_file", call->settings->key_file, &keyring, error_r))
		return EX_TEMPFAIL;
	if (token_read(delivery->service.token, delivery->service.token_length, &token))
		answer = check_receipt(delivery, keyring, &token, &draft, error_r);
	keyring_free(keyring);
	if (answer == ANSWER_NO)
		status = refuse(delivery, REASON_FORGED_TOKEN, EX_NOPERM, error_r);
	else if (answer == ANSWER_YES &&
		 compare_shard(call, delivery, draft, &token, error_r))
		status = confirm_shard(delivery, &token, error_r);
	draft_free(draft);
	return status;
}

static int take_bounce(const struct ctl_call *call, const struct delivery *delivery,
		       struct kairan_error *error_r)
{
	const struct bounce_delivery bounce = {
		.service = &delivery->service,
		.sender = delivery->sender,
		.queue_id = delivery->queue_id,
		.octets = delivery->mail->str,
		.length = delivery->mail->len,
	};

	return ctl_deliver_bounce(call, delivery->store, &bounce, error_r) ? EX_OK
									   : EX_TEMPFAIL;
}

static int take_probe(const struct ctl_call *call, const struct delivery *delivery,
		      struct kairan_error *error_r)
{
	const struct probe_delivery probe = {
		.service = &delivery->service,
		.sender = delivery->sender,
		.queue_id = delivery->queue_id,
		.octets = delivery->mail->str,
		.length = delivery->mail->len,
	};

	switch (ctl_deliver_probe(call, delivery->store, &probe, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		return refuse(delivery, REASON_FORGED_TOKEN, EX_NOPERM, error_r);
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_TEMPFAIL;
}

static int take(const struct ctl_call *call, struct delivery *delivery,
		struct kairan_error *error_r)
{
	switch (delivery->service.kind) {
	case SERVICE_PROBE:
		return take_probe(call, delivery, error_r);
	case SERVICE_RECEIPT:
		return take_receipt(call, delivery, error_r);
	case SERVICE_BOUNCE:
		return take_bounce(call, delivery, error_r);
	case SERVICE_NOTICE:
	case SERVICE_INCIDENT:
	case SERVICE_DECIDE:
	case SERVICE_DRAFT:
	case SERVICE_CORRECT:
	case SERVICE_ANSWER:
	case SERVICE_RELEASE:
	case SERVICE_ROLE:
	case SERVICE_JOIN:
	case SERVICE_LEAVE:
	case SERVICE_LEAVE_SIGNED:
	case SERVICE_PAUSE:
	case SERVICE_CONFIRM:
	case SERVICE_STATUS:
	case SERVICE_OWNER:
	case SERVICE_UNKNOWN:
	case SERVICE_NONE:
		break;
	}
	return refuse(delivery, REASON_BYPASS, EX_NOPERM, error_r);
}

static int take_in_store(const struct ctl_call *call, struct delivery *delivery)
{
	struct kairan_error error = { "what is above" };
	int status = EX_TEMPFAIL;

	if (ctl_store_open_fitting(call, &delivery->store) == EX_OK &&
	    store_begin(delivery->store, &error)) {
		status = take(call, delivery, &error);
		if (status == EX_TEMPFAIL)
			store_rollback(delivery->store);
		else if (!store_commit(delivery->store, &error))
			status = EX_TEMPFAIL;
	}
	store_close(delivery->store);
	if (status == EX_TEMPFAIL) {
		log_event(LOG_LEVEL_ERROR, delivery->queue_id, 0, "%s", error.text);
		fprintf(stderr, "4.3.0 could not be stored; will be tried again\n");
	}
	return status;
}

/* The store is not needed for it, and a store that is full must not hold up what may tell
 * of that. */
static int pass_on(const struct ctl_call *call, struct delivery *delivery,
		   const struct address *address)
{
	const struct role_mail mail = { .sender = delivery->sender,
					.recipient = address->spec,
					.queue_id = delivery->queue_id,
					.octets = delivery->mail };

	read_input(delivery, (size_t)call->settings->message_max);
	if (!delivery->is_cut)
		return deliver_role_pass(call->settings, &mail);
	fputs("5.3.4 the mail is too large\n", stderr);
	return EX_NOPERM;
}

static int deliver(const struct ctl_call *call)
{
	struct delivery delivery = { .queue_id = "" };
	struct address address;
	struct kairan_error error;
	int status = EX_NOUSER;

	if (!read_options(call, &delivery))
		return ctl_usage(call);
	delivery.mail = g_string_new(NULL);
	if (!address_read_completed(delivery.recipient, &address, &error)) {
		read_input(&delivery, 0);
		fprintf(stderr, "5.1.3 %s\n", error.text);
	} else {
		service_address_read(&address, call->settings->service_domain,
				     call->settings->notice_sender, &delivery.service);
		if (delivery.service.kind == SERVICE_ROLE) {
			status = pass_on(call, &delivery, &address);
		} else {
			read_input(&delivery, MAIL_OCTETS_MOST);
			status = take_in_store(call, &delivery);
		}
	}
	(void)g_string_free(delivery.mail, TRUE);
	return status;
}

/* ---- what the MTA is told ---- */

/* "4.3.0 ...", as the MTA looks for it in what is said (RFC 3463). */
static bool is_status_line(const char *line)
{
	int octets = 0;

	return sscanf(line, "%*1[245].%*3[0-9].%*3[0-9] %n", &octets) >= 0 && octets > 0;
}

/* All else is for the administrators: what is said here comes into a bounce, to whoever stands in
 * its sender. At a terminal one of them is asking. */
static void say_status(char *said)
{
	char *line, *rest = said;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (is_status_line(line) || isatty(STDERR_FILENO))
			fprintf(stderr, "%s\n", line);
		else if (*line != '\0')
			syslog(LOG_MAIL | LOG_WARNING, "kairanctl deliver: %s", line);
	}
}

int ctl_deliver(const struct ctl_call *call)
{
	FILE *errors = stderr;
	char *said = NULL;
	size_t length;
	int status;

	stderr = open_memstream(&said, &length);
	if (stderr == NULL) {
		stderr = errors;
		fputs("4.3.0 out of memory\n", stderr);
		return EX_TEMPFAIL;
	}
	status = deliver(call);
	(void)fclose(stderr);
	stderr = errors;
	if (status == EX_USAGE)
		fputs(said, stderr);
	else
		say_status(said);
	free(said);
	return status;
}

int ctl_deliver_fail(const char *why)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s\n", why);
	syslog(LOG_MAIL | LOG_ERR, "kairanctl deliver: %s", why);
	fputs("4.3.5 the service is not ready; will be tried again\n", stderr);
	return EX_TEMPFAIL;
}
