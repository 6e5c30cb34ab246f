/*
 * NAME
 *	session - one connection and one message
 *
 * DESCRIPTION
 *	Sorts recipients: a broadcast address or an address of the service goes to its intake,
 *	everything else is counted and left alone. At the end each intake takes its recipient,
 *	and what they say becomes one answer to the MTA:
 *
 *	- something could not be asked or stored: the whole message is deferred. What was
 *	  taken already is recognised when it comes again.
 *	- the only recipient was refused: the message is refused.
 *	- otherwise our recipients are removed. Others get their mail; when there are none,
 *	  the message is discarded. Whose part was refused has been told by mail.
 *
 * DIAGNOSTICS
 *	The intakes log. Here: Warning, when the MTA does not remove a recipient.
 */
#include "config.h"

#include "milter/session.h"

#include <stdio.h>
#include <string.h>

#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/snapshot.h"

/* More recipients of ours in one message than any person has reason to name. */
#define SESSION_RECIPIENTS_MOST 20

struct session {
	struct kairan *kairan;
	struct setup *setup;       /* of the message under way; NULL between messages */
	struct envelope *envelope; /* likewise */
};

struct session *session_new(struct kairan *kairan)
{
	struct session *session = g_new0(struct session, 1);

	session->kairan = kairan;
	return session;
}

void session_free(struct session *session)
{
	if (session == NULL)
		return;
	session_reset(session);
	g_free(session);
}

void session_reset(struct session *session)
{
	envelope_free(session->envelope);
	setup_unref(session->setup);
	session->envelope = NULL;
	session->setup = NULL;
}

void session_begin(struct session *session, const char *sender, const char *login)
{
	session_reset(session);
	session->setup = kairan_get_setup(session->kairan);
	session->envelope = envelope_new(sender, login);
}

static void set_queue_id(struct session *session, const char *queue_id)
{
	if (queue_id == NULL || *session->envelope->queue_id != '\0')
		return;
	g_free(session->envelope->queue_id);
	session->envelope->queue_id = g_strdup(queue_id);
}

static void set_action(struct session_answer *answer_r, enum session_action action)
{
	*answer_r = (struct session_answer){ .action = action };
}

static void set_reply(struct session_answer *answer_r, const struct verdict *verdict)
{
	answer_r->action = SESSION_REPLY;
	answer_r->reply = reason_reply(verdict->reason);
	answer_r->status = reason_status(verdict->reason);
	(void)snprintf(answer_r->text, sizeof(answer_r->text), "%s", verdict->text);
}

static const struct intake *find_intake(const struct recipient *recipient)
{
	if (recipient->broadcast != NULL)
		return &intake_draft;
	switch (recipient->service.kind) {
	case SERVICE_DECIDE:
		return &intake_decision;
	case SERVICE_DRAFT:
		return &intake_withdraw;
	case SERVICE_CORRECT:
		return &intake_correct;
	case SERVICE_RELEASE:
		return &intake_release;
	case SERVICE_INCIDENT:
		return &intake_incident;
	case SERVICE_NONE:
	case SERVICE_RECEIPT:
	case SERVICE_BOUNCE:
	case SERVICE_NOTICE:
	case SERVICE_UNKNOWN:
		break;
	}
	return NULL;
}

static struct intake_context make_context(const struct session *session,
					  const struct intake_mta *mta)
{
	return (struct intake_context){
		.kairan = session->kairan,
		.setup = session->setup,
		.envelope = session->envelope,
		.mta = mta,
	};
}

/* A recipient of ours: ask its intake, and keep it when it may stay. */
static void judge_ours(struct session *session, struct recipient *recipient,
		       struct verdict *verdict_r)
{
	const struct intake *intake = find_intake(recipient);
	const struct intake_context context = make_context(session, NULL);

	if (intake == NULL ||
	    session->envelope->recipients->len >= SESSION_RECIPIENTS_MOST)
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
	else
		intake->judge(&context, recipient, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		g_ptr_array_add(session->envelope->recipients, recipient);
	else
		recipient_free(recipient);
}

/* Is this address ours? NO with the verdict still a pass: leave it alone. */
static enum answer sort_recipient(struct session *session, const char *path,
				  struct recipient **recipient_r)
{
	const struct settings *settings = session->setup->settings;
	struct recipient *recipient = g_new0(struct recipient, 1);
	enum answer answer = ANSWER_NO;

	/* What our strict reader does not take as an address is none of ours; if the MTA
	 * thinks otherwise, kairanctl deliver refuses it. */
	if (address_read(path, &recipient->address, NULL)) {
		service_address_read(&recipient->address, settings->service_domain,
				     settings->notice_sender, &recipient->service);
		answer = snapshot_find(kairan_get_snapshot(session->kairan),
				       &recipient->address, &recipient->broadcast);
	}
	if (answer != ANSWER_YES && recipient->service.kind != SERVICE_NONE)
		answer = ANSWER_YES;
	if (recipient->service.kind == SERVICE_RECEIPT ||
	    recipient->service.kind == SERVICE_BOUNCE)
		answer = ANSWER_NO; /* the MTA takes them to kairanctl deliver */
	if (answer == ANSWER_YES) {
		recipient->path = g_strdup(path);
		*recipient_r = recipient;
	} else {
		recipient_free(recipient);
	}
	return answer;
}

static bool has_path(const struct envelope *envelope, const char *path)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *known =
		    g_ptr_array_index(envelope->recipients, i);

		if (strcmp(known->path, path) == 0)
			return true;
	}
	return false;
}

void session_judge_recipient(struct session *session, const char *path,
			     const char *queue_id, struct session_answer *answer_r)
{
	struct recipient *recipient = NULL;
	struct verdict verdict;

	set_action(answer_r, SESSION_CONTINUE);
	set_queue_id(session, queue_id);
	if (has_path(session->envelope, path))
		return;
	verdict_pass(&verdict);
	switch (sort_recipient(session, path, &recipient)) {
	case ANSWER_YES:
		judge_ours(session, recipient, &verdict);
		break;
	case ANSWER_NO:
		session->envelope->others++;
		break;
	case ANSWER_UNKNOWN:
		verdict_set(&verdict, REASON_NOT_READY, NULL);
		break;
	}
	if (verdict.kind != VERDICT_PASS)
		set_reply(answer_r, &verdict);
}

void session_judge_data(struct session *session, struct session_answer *answer_r)
{
	set_action(answer_r, session->envelope->recipients->len == 0 ? SESSION_ACCEPT
								     : SESSION_CONTINUE);
}

void session_add_header(struct session *session, const char *name, const char *value)
{
	envelope_add_header(session->envelope, name, value,
			    (size_t)session->setup->settings->message_max);
}

void session_add_blank(struct session *session)
{
	envelope_add_blank(session->envelope);
}

void session_add_body(struct session *session, const unsigned char *piece, size_t length)
{
	envelope_add_body(session->envelope, piece, length,
			  (size_t)session->setup->settings->message_max);
}

/* Remove our recipients; the rest of the message goes its way, or there is none. */
static void finish(struct session *session, const struct intake_mta *mta,
		   struct session_answer *answer_r)
{
	const struct envelope *envelope = session->envelope;
	struct verdict verdict;

	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *recipient =
		    g_ptr_array_index(envelope->recipients, i);

		if (mta->delete_recipient(mta->context, recipient->path))
			continue;
		log_event(LOG_LEVEL_WARNING, envelope->queue_id, 0,
			  "the MTA does not remove the recipient %s", recipient->path);
		verdict_set(&verdict, REASON_STORE, NULL);
		set_reply(answer_r, &verdict);
		return;
	}
	set_action(answer_r, envelope->others > 0 ? SESSION_ACCEPT : SESSION_DISCARD);
}

void session_take(struct session *session, const char *queue_id,
		  const struct intake_mta *mta, struct session_answer *answer_r)
{
	const struct intake_context context = make_context(session, mta);
	const GPtrArray *recipients = session->envelope->recipients;
	struct verdict verdict;

	set_queue_id(session, queue_id);
	verdict_pass(&verdict);
	for (guint i = 0; i < recipients->len; i++) {
		struct recipient *recipient = g_ptr_array_index(recipients, i);

		find_intake(recipient)->take(&context, recipient, &verdict);
		if (verdict.kind == VERDICT_TEMPFAIL) {
			set_reply(answer_r, &verdict);
			return;
		}
	}
	if (verdict.kind == VERDICT_REFUSE && recipients->len == 1 &&
	    session->envelope->others == 0)
		set_reply(answer_r, &verdict);
	else
		finish(session, mta, answer_r);
	fault_point("answer");
}
