/*
 * NAME
 *	ctl_deliver - kairanctl deliver: the pipe behind the service's addresses
 *
 * DESCRIPTION
 *	The MTA routes the service domain and all broadcast addresses here. What should have
 *	been taken by the milter and comes here nevertheless has come past it, and is refused:
 *	the MTA bounces it to its sender. Some kinds belong here, since mail systems make them
 *	themselves without a milter: a receipt proves that a shard is queued
 *	(ctl_deliver_receipt.h), a bounce says what became of a mail of ours
 *	(ctl_deliver_bounce.h), and mail to the administrators goes on to them
 *	(deliver_role.h).
 *
 *	Standard error comes into the bounce: it gets one line with a status, and nothing that
 *	tells strangers of this machine. The rest is logged.
 *
 * DIAGNOSTICS
 *	EX_OK: taken, or a forged receipt, which is recorded and dropped. EX_NOPERM: came past
 *	the milter. EX_NOUSER: no such address. EX_TEMPFAIL: the store,
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
#include "conf/log.h"
#include "ctl/commands.h"
#include "ctl/ctl_deliver_bounce.h"
#include "ctl/ctl_deliver_probe.h"
#include "ctl/ctl_deliver_receipt.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "ctl/deliver_role.h"
#include "policy/service_address.h"
#include "policy/verdict.h"
#include "schema/store_audit.h"

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

static int refuse(const struct delivery *delivery, enum reason reason, int status,
		  struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.role = "system",
		.action = "deliver",
		.outcome = reason_name(reason),
		.detail = delivery->recipient,
		.queue_id = delivery->queue_id,
	};
	struct verdict verdict;

	verdict_set(&verdict, reason, NULL);
	log_event(LOG_LEVEL_WARNING, delivery->queue_id, 0,
		  "mail from <%s> to %s refused: %s", delivery->sender,
		  delivery->recipient, reason_name(reason));
	/* This line is what the MTA's bounce shows. */
	if (status != EX_OK)
		fprintf(stderr, "%s %s\n", reason_status(reason), verdict.text);
	return store_begin(delivery->store, error_r) &&
		       store_end(delivery->store,
				 store_audit_append(delivery->store, &event, error_r),
				 error_r)
		   ? status
		   : EX_TEMPFAIL;
}

static int take_receipt(const struct ctl_call *call, const struct delivery *delivery,
			struct kairan_error *error_r)
{
	const struct receipt_delivery receipt = {
		.service = &delivery->service,
		.recipient = delivery->recipient,
		.queue_id = delivery->queue_id,
		.octets = delivery->mail->str,
		.length = delivery->mail->len,
	};

	switch (ctl_deliver_receipt(call, delivery->store, &receipt, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		/* The filter lets receipts pass, so strangers' too, and a bounce would go to
		 * whoever stands in their sender. */
		return refuse(delivery, REASON_FORGED_TOKEN, EX_OK, error_r);
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_TEMPFAIL;
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
	case SERVICE_HELP:
	case SERVICE_TEMPLATE:
	case SERVICE_PREVIEW:
	case SERVICE_OWNER:
	case SERVICE_UNKNOWN:
	case SERVICE_NONE:
		break;
	}
	return refuse(delivery, REASON_BYPASS, EX_NOPERM, error_r);
}

/* Each has its transactions: what came is read outside of them. */
static int take_in_store(const struct ctl_call *call, struct delivery *delivery)
{
	struct kairan_error error = { "what is above" };
	int status = EX_TEMPFAIL;

	if (ctl_store_open_fitting(call, &delivery->store) == EX_OK)
		status = take(call, delivery, &error);
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
