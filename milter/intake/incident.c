/*
 * NAME
 *	intake_incident - a fault, a leak or a misuse is reported (Art. 9)
 *
 * DESCRIPTION
 *	Whoever is in the directory and can be told who they are may write. The report goes into
 *	the audit trail and to all administrators in one transaction, and who wrote it gets a
 *	receipt. A text that cannot be read does not stop a report: its octets are shown as far as
 *	they can be.
 *
 * DIAGNOSTICS
 *	Warning: an incident was reported; nobody is logged in. Error: the store cannot be
 *	written; there is no administrator who could be told.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/intake/intake.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "milter/mail/message.h"

/* Of a text in the audit trail, which is one line there. */
#define DETAIL_CHARACTERS 200

struct incident {
	struct person *person;
	char *subject;
	char *text;
	GPtrArray *administrators;
};

static void clear(struct incident *incident)
{
	person_free(incident->person);
	free(incident->subject);
	g_free(incident->text);
	if (incident->administrators != NULL)
		g_ptr_array_unref(incident->administrators);
}

/* ---- RCPT ---- */

static void record_refusal(const struct intake_context *context, struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "incident");

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "incident report from %s refused: %s", context->envelope->sender,
		  reason_name(verdict->reason));
	event.uid = context->envelope->login;
	event.outcome = reason_name(verdict->reason);
	event.detail = context->envelope->sender;
	intake_record(context, &event, verdict);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	(void)recipient;
	if (*context->envelope->login != '\0' ||
	    *context->setup->settings->authserv_id != '\0')
		return;
	verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
	record_refusal(context, verdict_r);
}

/* ---- end of message ---- */

/* What can be shown of the text. */
static char *read_text(const struct message *message, const GString *octets)
{
	struct message_text text = { 0 };
	struct kairan_error error;
	char *shown;

	if (message_read_text(message, &text, &error) == MESSAGE_TEXT_OK)
		shown = g_strdup(text.text);
	else
		shown = g_utf8_make_valid(octets->str, (gssize)MIN(octets->len, 4000));
	message_text_free(&text);
	return shown;
}

static bool add_notices(struct store *store, const struct incident *incident, int64_t now,
			struct kairan_error *error_r)
{
	g_autofree char *at = g_strdup_printf("%lld", (long long)now);
	g_autofree char *quoted = notice_quote_text(incident->text);
	const struct person *person = incident->person;
	char *facts = notice_make_facts(
	    "subject", incident->subject, "quoted_text", quoted, "person_name",
	    person->name, "person_login", person->uid, "person_mail",
	    person->mails[0] != NULL ? person->mails[0] : "", "noted_at", at, NULL);
	bool ok = true;

	for (guint i = 0; ok && i < incident->administrators->len; i++)
		ok = notice_add_person(store, NOTICE_INCIDENT, 0,
				       g_ptr_array_index(incident->administrators, i),
				       facts, now, error_r);
	ok = ok && notice_add_person(store, NOTICE_INCIDENT_RECEIPT, 0, person, facts,
				     now, error_r);
	free(facts);
	return ok;
}

static bool record(const struct intake_context *context, const struct incident *incident,
		   struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "incident");
	g_autofree char *start = g_utf8_substring(
	    incident->text, 0, MIN(g_utf8_strlen(incident->text, -1), DETAIL_CHARACTERS));
	g_autofree char *detail = g_strconcat(incident->subject, ": ", start, NULL);

	event.uid = incident->person->uid;
	event.outcome = "reported";
	event.detail = g_strdelimit(detail, "\r\n", ' ');
	if (!store_begin(store, error_r))
		return false;
	return store_end(store,
			 store_audit_append(store, &event, error_r) &&
			     add_notices(store, incident, event.at, error_r),
			 error_r);
}

static void report(const struct intake_context *context, struct incident *incident,
		   struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	struct kairan_error error = { "" };

	if (!directory_list_administrators(context->setup->directory,
					   &incident->administrators, &error)) {
		log_event(LOG_LEVEL_WARNING, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return;
	}
	if (!record(context, incident, &error)) {
		log_event(LOG_LEVEL_ERROR, queue_id, 0, "%s", error.text);
		verdict_set(verdict_r, REASON_STORE, NULL);
		return;
	}
	log_event(LOG_LEVEL_WARNING, queue_id, 0, "incident reported by %s: %s",
		  incident->person->uid, incident->subject);
	if (incident->administrators->len == 0)
		log_event(LOG_LEVEL_ERROR, queue_id, 0,
			  "there is no administrator who could be told");
	waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
}

static void take_parsed(const struct intake_context *context,
			const struct message *message, struct verdict *verdict_r)
{
	struct incident incident = { 0 };
	struct kairan_error error;

	switch (intake_find_writer(context, message, &incident.person, verdict_r)) {
	case ANSWER_NO:
		record_refusal(context, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_YES:
		if (!message_decode_subject(message, &incident.subject, &error))
			incident.subject = strdup("");
		incident.text = read_text(message, context->envelope->octets);
		report(context, &incident, verdict_r);
		break;
	}
	clear(&incident);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	struct kairan_error error = { "" };

	(void)recipient;
	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		verdict_set(verdict_r, REASON_TOO_LARGE, NULL);
	else if (!message_parse(octets->str, octets->len, &message, &error))
		verdict_set(verdict_r, REASON_BROKEN, error.text);
	if (verdict_r->kind != VERDICT_PASS)
		record_refusal(context, verdict_r);
	else if (address_is_null(context->envelope->sender) ||
		 automatic_judge(message) == AUTOMATIC_CERTAIN)
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
			  "automatic mail to incident@ dropped");
	else
		take_parsed(context, message, verdict_r);
	message_free(message);
}

const struct intake intake_incident = { judge, take };
