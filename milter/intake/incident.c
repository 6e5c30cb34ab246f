/*
 * NAME
 *	intake_incident - a fault, a leak or a misuse is reported (Art. 9)
 *
 * DESCRIPTION
 *	Whoever is in the directory and can be told who they are may write. What becomes of it is
 *	incident_record.c's. A text that cannot be read does not stop a report: the mail is attached
 *	as it came, and of one that is too large people hear from whom it came. A reply to one of
 *	the mails about an incident is known by its address (incident+NUMBER@), or by what it refers
 *	to.
 *
 * DIAGNOSTICS
 *	Warning: an incident was reported; nobody is logged in. Error: the store cannot be
 *	written; there is no administrator who could be told.
 */
#include "config.h"

#include "milter/intake/incident.h"

#include <glib.h>

#include "conf/log.h"
#include "milter/intake/incident_record.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "policy/notice_id.h"

/* ---- RCPT ---- */

static void record_refusal(const struct intake_context *context, struct verdict *verdict)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "incident report from %s refused: %s", context->envelope->sender,
		  reason_name(verdict->reason));
	intake_record_outcome(context, "incident", verdict->reason, verdict);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	(void)recipient;
	/* Refused here, they still hear of it where the mail has other recipients too. */
	if (intake_judge_writer(context, verdict_r) == ANSWER_NO)
		record_refusal(context, verdict_r);
}

/* ---- end of message ---- */

static void report(const struct intake_context *context, struct incident_report *incident,
		   struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	const char *outcome = "";
	struct kairan_error error = { "" };

	if (!incident_report_find_readers(context, incident, &error)) {
		log_event(LOG_LEVEL_WARNING, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return;
	}
	if (!incident_report_record(context, incident, &outcome, &error)) {
		log_event(LOG_LEVEL_ERROR, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		return;
	}
	log_event(LOG_LEVEL_WARNING, queue_id, 0, "incident %s by %s: %s", outcome,
		  incident->person->uid, incident->subject);
	if (incident->administrators->len == 0)
		log_event(LOG_LEVEL_ERROR, queue_id, 0,
			  "there is no administrator who could be told");
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

/* Who wrote it? message is NULL where it could not be read: then only a login tells. */
static enum answer find_writer(const struct intake_context *context,
			       const struct message *message, struct person **person_r,
			       struct verdict *verdict_r)
{
	const char *login = context->envelope->login;

	if (message != NULL)
		return intake_find_writer(context, message, person_r, verdict_r);
	return *login != '\0' ? intake_find_login(context, login, person_r, verdict_r)
			      : ANSWER_NO;
}

/* Which incident is it a reply about? By the address, or, where that was cut or another one
 * was answered, by the mail that it refers to. 0: it is a report. */
static int64_t find_number(const struct intake_context *context,
			   const struct recipient *recipient,
			   const struct message *message)
{
	const struct service_address *service = &recipient->service;

	if (service->kind == SERVICE_INCIDENT && service->token != NULL)
		return g_ascii_strtoll(service->token, NULL, 10);
	return message != NULL ? incident_find_referred(context, message) : 0;
}

int64_t incident_find_referred(const struct intake_context *context,
			       const struct message *message)
{
	static const char *const names[] = { "In-Reply-To", "References" };
	const char *domain = context->setup->settings->service_domain;
	int64_t number = 0;

	for (size_t i = 0; number == 0 && i < G_N_ELEMENTS(names); i++) {
		const char *value = message_get_header(message, names[i], 0);

		if (value != NULL)
			number = notice_id_find_incident(value, domain);
	}
	return number;
}

static void take_person(const struct intake_context *context,
			const struct recipient *recipient, const struct message *message,
			enum reason fault, struct verdict *verdict_r)
{
	struct incident_report incident = {
		.fault = fault,
		.about = find_number(context, recipient, message),
	};

	verdict_set(verdict_r, fault, NULL);
	switch (find_writer(context, message, &incident.person, verdict_r)) {
	case ANSWER_NO:
		record_refusal(context, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_YES:
		verdict_pass(verdict_r);
		incident_report_read(context, message, &incident);
		report(context, &incident, verdict_r);
		break;
	}
	incident_report_clear(&incident);
}

/* Machines report nothing, and are not answered. */
static void record_automatic(const struct intake_context *context,
			     struct verdict *verdict_r)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "automatic mail to incident@ ignored");
	intake_record_outcome(context, "incident", REASON_AUTOMATIC, verdict_r);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	enum reason fault = REASON_NONE;

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		fault = REASON_TOO_LARGE;
	else if (!message_parse(octets->str, octets->len, &message, NULL))
		fault = REASON_BROKEN;
	if (address_is_null(context->envelope->sender) ||
	    (message != NULL && automatic_judge(message) == AUTOMATIC_CERTAIN))
		record_automatic(context, verdict_r);
	else
		take_person(context, recipient, message, fault, verdict_r);
	message_free(message);
}

const struct intake intake_incident = { judge, take };
