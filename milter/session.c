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
 *	Calls may come in any order: an MTA that is out of step, or that is none, is answered
 *	451 and changes nothing.
 *
 * DIAGNOSTICS
 *	The intakes log. Here: Warning, when the MTA does not remove a recipient. Info: more
 *	recipients of ours than one message may have.
 */
#include "config.h"

#include "milter/session.h"

#include <stdio.h>
#include <string.h>

#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/snapshot.h"

/* More recipients of ours in one message than any person has reason to name, in all their
 * spellings. */
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

void session_begin(struct session *session, const char *sender, const char *login,
		   const char *host)
{
	session_reset(session);
	session->setup = kairan_get_setup(session->kairan);
	session->envelope = envelope_new(sender, login, host);
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

/* Is a message under way? Without one nothing is known, so that nothing can be taken and nothing
 * let pass. */
static bool has_message(const struct session *session, struct session_answer *answer_r)
{
	if (session->envelope != NULL)
		return true;
	*answer_r = (struct session_answer){
		.action = SESSION_REPLY,
		.reply = "451",
		.status = "4.5.1",
		.text = "no message has begun",
	};
	return false;
}

static const struct intake *find_intake(const struct recipient *recipient)
{
	if (recipient->service.kind == SERVICE_PREVIEW)
		return &intake_preview;
	if (recipient->broadcast != NULL)
		return &intake_draft;
	if (recipient->service.is_cut && recipient->service.kind != SERVICE_CONFIRM)
		return &intake_notice_reply;
	switch (recipient->service.kind) {
	case SERVICE_DECIDE:
		return &intake_decision;
	case SERVICE_DRAFT:
		return &intake_withdraw;
	case SERVICE_CORRECT:
		return &intake_correct;
	case SERVICE_ANSWER:
		return &intake_instruction;
	case SERVICE_RELEASE:
		return &intake_release;
	case SERVICE_PROBE:
		return &intake_probe;
	case SERVICE_INCIDENT:
		return &intake_incident;
	case SERVICE_NOTICE:
		return &intake_notice_reply;
	case SERVICE_ROLE:
	case SERVICE_OWNER:
		return &intake_role;
	case SERVICE_JOIN:
	case SERVICE_LEAVE:
	case SERVICE_PAUSE:
	case SERVICE_STATUS:
		return &intake_resident;
	case SERVICE_HELP:
	case SERVICE_TEMPLATE:
		return &intake_desk;
	case SERVICE_LEAVE_SIGNED:
		return &intake_leave_signed;
	case SERVICE_CONFIRM:
		return &intake_confirm;
	case SERVICE_PREVIEW:
	case SERVICE_NONE:
	case SERVICE_RECEIPT:
	case SERVICE_BOUNCE:
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

/* A recipient of ours: ask its intake whether it may stay. */
static void judge_ours(const struct session *session, struct recipient *recipient,
		       struct verdict *verdict_r)
{
	const struct intake *intake = find_intake(recipient);
	const struct intake_context context = make_context(session, NULL);

	if (intake == NULL) {
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
	} else if (session->envelope->paths->len >= SESSION_RECIPIENTS_MOST) {
		log_event(LOG_LEVEL_INFO, session->envelope->queue_id, 0,
			  "recipient %s put off: there are %d of ours already",
			  recipient->path, SESSION_RECIPIENTS_MOST);
		verdict_set(verdict_r, REASON_TOO_MANY, NULL);
	} else if (envelope_has_before(session->envelope, recipient)) {
		/* In another spelling it is one recipient, which the MTA has twice. */
		verdict_pass(verdict_r);
	} else {
		intake->judge(&context, recipient, verdict_r);
	}
}

/* Keep it when it may stay. Takes it over. */
static void add_ours(struct session *session, struct recipient *recipient,
		     struct verdict *verdict_r)
{
	struct envelope *envelope = session->envelope;

	judge_ours(session, recipient, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		g_ptr_array_add(envelope->paths, g_strdup(recipient->path));
	if (verdict_r->kind == VERDICT_PASS && !envelope_has_before(envelope, recipient))
		g_ptr_array_add(envelope->recipients, recipient);
	else
		recipient_free(recipient);
}

/* What an address is that is no broadcast, as far as the snapshot knows. */
static enum answer sort_service(const struct service_address *service, enum answer answer)
{
	switch (service->kind) {
	case SERVICE_NONE:
		return answer;
	case SERVICE_RECEIPT:
	case SERVICE_BOUNCE:
		return ANSWER_NO; /* the MTA takes them to kairanctl deliver */
	case SERVICE_JOIN:
	case SERVICE_LEAVE:
	case SERVICE_PAUSE:
	case SERVICE_PREVIEW:
	case SERVICE_OWNER:
	case SERVICE_UNKNOWN:
		/* While no broadcasts are known this may be one, as may what is like an
		 * address of a token; and which lists there are is not known either. */
		return answer == ANSWER_UNKNOWN ? answer : ANSWER_YES;
	default:
		return service->is_cut && answer == ANSWER_UNKNOWN ? answer : ANSWER_YES;
	}
}

/* Is this address ours? NO with the verdict still a pass: leave it alone. */
static enum answer sort_recipient(struct session *session, const char *path,
				  struct recipient **recipient_r)
{
	const struct settings *settings = session->setup->settings;
	struct recipient *recipient = g_new0(struct recipient, 1);
	enum answer answer = ANSWER_NO;

	/* What the MTA could take to be ours while our strict reader does not ("bosai%DOMAIN",
	 * full-width letters, comments) is nobody's: later a bounce would go to whoever stands in
	 * its sender. */
	if (service_address_is_disguised(path, settings->service_domain)) {
		recipient->service.kind = SERVICE_UNKNOWN;
		answer = ANSWER_YES;
	} else if (address_read(path, &recipient->address, NULL)) {
		service_address_read(&recipient->address, settings->service_domain,
				     settings->notice_sender, &recipient->service);
		answer = snapshot_find(kairan_get_snapshot(session->kairan),
				       &recipient->address, &recipient->broadcast);
	}
	/* A broadcast may be called like an address of the service. */
	if (recipient->broadcast != NULL)
		recipient->service = (struct service_address){ .kind = SERVICE_NONE };
	else if (answer != ANSWER_YES)
		answer = sort_service(&recipient->service, answer);
	if (answer == ANSWER_YES) {
		recipient->path = g_strdup(path);
		*recipient_r = recipient;
	} else {
		recipient_free(recipient);
	}
	return answer;
}

void session_judge_recipient(struct session *session, const char *path,
			     const char *queue_id, struct session_answer *answer_r)
{
	struct recipient *recipient = NULL;
	struct verdict verdict;

	if (!has_message(session, answer_r))
		return;
	set_action(answer_r, SESSION_CONTINUE);
	set_queue_id(session, queue_id);
	if (g_ptr_array_find_with_equal_func(session->envelope->paths, path, g_str_equal,
					     NULL))
		return;
	verdict_pass(&verdict);
	switch (sort_recipient(session, path, &recipient)) {
	case ANSWER_YES:
		add_ours(session, recipient, &verdict);
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
	if (has_message(session, answer_r))
		set_action(answer_r, session->envelope->recipients->len == 0
					 ? SESSION_ACCEPT
					 : SESSION_CONTINUE);
}

void session_add_header(struct session *session, const char *name, const char *value)
{
	if (session->envelope != NULL)
		envelope_add_header(session->envelope, name, value,
				    (size_t)session->setup->settings->message_max);
}

void session_add_blank(struct session *session)
{
	static const unsigned char blank[] = { '\r', '\n' };

	session_add_body(session, blank, sizeof(blank));
}

void session_add_body(struct session *session, const unsigned char *piece, size_t length)
{
	if (session->envelope != NULL)
		envelope_add_body(session->envelope, piece, length,
				  (size_t)session->setup->settings->message_max);
}

/* Remove our recipients; the rest of the message goes its way, or there is none. */
static void finish(struct session *session, const struct intake_mta *mta,
		   struct session_answer *answer_r)
{
	const struct envelope *envelope = session->envelope;
	struct verdict verdict;

	for (guint i = 0; i < envelope->paths->len; i++) {
		const char *path = g_ptr_array_index(envelope->paths, i);

		if (mta->delete_recipient(mta->context, path))
			continue;
		log_event(LOG_LEVEL_WARNING, envelope->queue_id, 0,
			  "the MTA does not remove the recipient %s", path);
		verdict_set(&verdict, REASON_STORE, NULL);
		set_reply(answer_r, &verdict);
		return;
	}
	/* Without recipients of ours there is nothing that was taken. */
	set_action(answer_r, envelope->others > 0 || envelope->paths->len == 0
				 ? SESSION_ACCEPT
				 : SESSION_DISCARD);
}

/* A mail that asks for a preview holds nothing, whichever addresses of drafts it has as well. */
static bool is_only_shown(const struct session *session,
			  const struct recipient *recipient)
{
	const struct intake *intake = find_intake(recipient);

	return (intake == &intake_draft || intake == &intake_correct) &&
	       envelope_has_kind(session->envelope, SERVICE_PREVIEW);
}

/* False, with the answer, when the whole message is deferred or refused. */
static bool take_all(const struct session *session, const struct intake_mta *mta,
		     struct session_answer *answer_r)
{
	const struct intake_context context = make_context(session, mta);
	const GPtrArray *recipients = session->envelope->recipients;
	struct verdict verdict;
	bool alone;

	verdict_pass(&verdict);
	for (guint i = 0; i < recipients->len && verdict.kind != VERDICT_TEMPFAIL; i++) {
		struct recipient *recipient = g_ptr_array_index(recipients, i);

		/* One before may have become this address by what the mail refers to. */
		if (envelope_has_before(session->envelope, recipient) ||
		    is_only_shown(session, recipient))
			continue;
		verdict_pass(&verdict);
		find_intake(recipient)->take(&context, recipient, &verdict);
	}
	alone = recipients->len == 1 && session->envelope->others == 0;
	if (verdict.kind == VERDICT_PASS || (verdict.kind == VERDICT_REFUSE && !alone))
		return true;
	set_reply(answer_r, &verdict);
	return false;
}

void session_take(struct session *session, const char *queue_id,
		  const struct intake_mta *mta, struct session_answer *answer_r)
{
	if (!has_message(session, answer_r))
		return;
	set_queue_id(session, queue_id);
	if (take_all(session, mta, answer_r))
		finish(session, mta, answer_r);
	fault_point("answer");
	session_reset(session);
}
