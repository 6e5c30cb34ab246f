/*
 * NAME
 *	intake_incident - a fault, a leak or a misuse is reported (Art. 9)
 *
 * DESCRIPTION
 *	Whoever is in the directory and can be told who they are may write. The report goes into
 *	the audit trail and to all administrators in one transaction, and who wrote it gets a
 *	receipt; the same mail once more is only recorded. A text that cannot be read does not stop
 *	a report: its octets are shown as far as they can be, and of a mail that is too large the
 *	administrators hear from whom it came.
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
#include "milter/intake/answers.h"
#include "milter/intake/intake.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "milter/mail/message.h"

/* Of a text in the audit trail, which is one line there. */
#define DETAIL_CHARACTERS 200

struct incident {
	struct person *person;
	char *mail_id;
	enum reason fault; /* why the mail could not be read; REASON_NONE: it was */
	bool is_known;     /* the same mail was reported before */
	char *subject;
	char *text;
	GPtrArray *administrators;
};

static void clear(struct incident *incident)
{
	person_free(incident->person);
	g_free(incident->mail_id);
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
	const char *login = context->envelope->login;
	struct person *person = NULL;

	(void)recipient;
	/* Refused here, they still hear of it where the mail has other recipients too. */
	if (*login != '\0' &&
	    intake_find_login(context, login, &person, verdict_r) == ANSWER_NO)
		record_refusal(context, verdict_r);
	if (*login == '\0' && *context->setup->settings->authserv_id == '\0') {
		verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
		record_refusal(context, verdict_r);
	}
	person_free(person);
}

/* ---- end of message ---- */

/* What can be shown of the octets: a mail with control characters is never sent. */
static char *show_octets(const struct envelope *envelope)
{
	const GString *octets = envelope->octets;
	char *shown = g_utf8_make_valid(octets->str, (gssize)MIN(octets->len, 4000));
	char *to = shown;

	for (const char *at = shown; *at != '\0'; at = g_utf8_next_char(at)) {
		const bool control = g_unichar_iscntrl(g_utf8_get_char(at));

		if (!control || *at == '\n' || *at == '\t')
			to += g_unichar_to_utf8(g_utf8_get_char(at), to);
	}
	*to = '\0';
	return shown;
}

static void read_mail(const struct intake_context *context, const struct message *message,
		      struct incident *incident)
{
	struct message_text text = { 0 };

	incident->mail_id = answers_make_id(message, context->envelope);
	if (message == NULL || !message_decode_subject(message, &incident->subject, NULL))
		incident->subject = strdup("");
	if (message != NULL && message_read_text(message, &text, NULL) == MESSAGE_TEXT_OK)
		incident->text = g_strdup(text.text);
	else
		incident->text = show_octets(context->envelope);
	message_text_free(&text);
}

static bool add_notices(struct store *store, const struct incident *incident, int64_t now,
			struct kairan_error *error_r)
{
	g_autofree char *at = g_strdup_printf("%lld", (long long)now);
	g_autofree char *quoted = notice_quote_text(incident->text);
	const struct person *person = incident->person;
	const bool readable = incident->fault == REASON_NONE;
	char *facts = notice_make_facts(
	    "subject", incident->subject, "quoted_text", quoted, "person_name",
	    person->name, "person_login", person->uid, "person_mail",
	    person->mails[0] != NULL ? person->mails[0] : "", "noted_at", at,
	    readable ? NULL : "reason_key", reason_name(incident->fault), NULL);
	bool ok = true;

	for (guint i = 0; ok && i < incident->administrators->len; i++)
		ok = notice_add_person(
		    store, &(struct notice){ NOTICE_INCIDENT, 0, facts, now },
		    g_ptr_array_index(incident->administrators, i), error_r);
	ok = ok && notice_add_person(
		       store, &(struct notice){ NOTICE_INCIDENT_RECEIPT, 0, facts, now },
		       person, error_r);
	free(facts);
	return ok;
}

static bool record(const struct intake_context *context, struct incident *incident,
		   struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct audit_event event = intake_event(context, "incident");
	g_autofree char *start = g_utf8_substring(
	    incident->text, 0, MIN(g_utf8_strlen(incident->text, -1), DETAIL_CHARACTERS));
	g_autofree char *detail = g_strconcat(incident->subject, ": ", start, NULL);
	/* Whatever comes may be true, so it is passed on however much it is. */
	const struct answers_reply described = {
		.person = incident->person,
		.id = incident->mail_id,
		.words = incident->text,
		.most = INT64_MAX,
	};
	enum answers answers;
	bool ok;

	event.uid = incident->person->uid;
	event.outcome = "reported";
	event.detail = g_strdelimit(detail, "\r\n", ' ');
	if (!store_begin(store, error_r))
		return false;
	answers = answers_find(store, &described, event.at, error_r);
	incident->is_known = answers == ANSWERS_GIVEN;
	if (incident->is_known)
		event.outcome = "again";
	ok = answers != ANSWERS_UNKNOWN && store_audit_append(store, &event, error_r) &&
	     (incident->is_known || add_notices(store, incident, event.at, error_r));
	return store_end(store, ok, error_r);
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
	log_event(LOG_LEVEL_WARNING, queue_id, 0, "incident reported%s by %s: %s",
		  incident->is_known ? " again" : "", incident->person->uid,
		  incident->subject);
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

static void take_person(const struct intake_context *context,
			const struct message *message, enum reason fault,
			struct verdict *verdict_r)
{
	struct incident incident = { .fault = fault };

	verdict_set(verdict_r, fault, NULL);
	switch (find_writer(context, message, &incident.person, verdict_r)) {
	case ANSWER_NO:
		record_refusal(context, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_YES:
		verdict_pass(verdict_r);
		read_mail(context, message, &incident);
		report(context, &incident, verdict_r);
		break;
	}
	clear(&incident);
}

/* Machines report nothing, and are not answered. */
static void record_automatic(const struct intake_context *context,
			     struct verdict *verdict_r)
{
	struct audit_event event = intake_event(context, "incident");

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "automatic mail to incident@ ignored");
	event.uid = context->envelope->login;
	event.outcome = "automatic";
	event.detail = context->envelope->sender;
	intake_record(context, &event, verdict_r);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	enum reason fault = REASON_NONE;

	(void)recipient;
	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		fault = REASON_TOO_LARGE;
	else if (!message_parse(octets->str, octets->len, &message, NULL))
		fault = REASON_BROKEN;
	if (address_is_null(context->envelope->sender) ||
	    (message != NULL && automatic_judge(message) == AUTOMATIC_CERTAIN))
		record_automatic(context, verdict_r);
	else
		take_person(context, message, fault, verdict_r);
	message_free(message);
}

const struct intake intake_incident = { judge, take };
