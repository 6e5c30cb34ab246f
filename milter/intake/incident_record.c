/*
 * NAME
 *	incident_record - reports of incidents, and replies about them (Art. 9)
 *
 * DESCRIPTION
 *	A report becomes an incident, with the mail as it came. All administrators are told, and
 *	the active approver of each section that the writer is staff or delegate of (5-4), with
 *	the mail attached: a screenshot is part of a report. The writer gets a receipt. A reply to
 *	one of these mails is added to its incident, and told to the administrators and to who
 *	reported it. The same mail once more is only recorded.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/incident_record.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "milter/core/notice.h"
#include "milter/intake/answers.h"
#include "policy/text.h"
#include "schema/store_incident.h"

/* Of a text in the audit trail, which is one line there. */
#define DETAIL_CHARACTERS 200

void incident_report_clear(struct incident_report *report)
{
	person_free(report->person);
	g_free(report->mail_id);
	g_free(report->subject);
	g_free(report->text);
	if (report->administrators != NULL)
		g_ptr_array_unref(report->administrators);
	if (report->approvers != NULL)
		g_ptr_array_unref(report->approvers);
	*report = (struct incident_report){ 0 };
}

/* As it stands there, where it cannot be decoded. */
static char *read_subject(const struct message *message)
{
	const char *raw = NULL;
	char *decoded = NULL;
	char *subject;

	if (message != NULL && !message_decode_subject(message, &decoded, NULL))
		raw = message_get_header(message, "Subject", 0);
	if (decoded != NULL)
		raw = decoded;
	subject = notice_clean_text(raw != NULL ? raw : "");
	text_fold_line(subject);
	free(decoded);
	return subject;
}

void incident_report_read(const struct intake_context *context,
			  const struct message *message, struct incident_report *report)
{
	struct message_text text = { 0 };

	report->mail_id = answers_make_id(message, context->envelope);
	report->subject = read_subject(message);
	if (message != NULL && message_read_text(message, &text, NULL) == MESSAGE_TEXT_OK)
		report->text = notice_clean_text(text.text);
	else
		report->text = g_strdup("");
	message_text_free(&text);
}

/* ---- who is told ---- */

/* What somebody is in a section; NULL: nothing. */
static const char *find_role(const struct section *section, const char *dn)
{
	if (section->approver != NULL && strcmp(section->approver, dn) == 0)
		return duty_name(DUTY_APPROVER);
	if (g_strv_contains((const char *const *)section->delegates, dn))
		return duty_name(DUTY_DELEGATE);
	return g_strv_contains((const char *const *)section->staff, dn)
		   ? duty_name(DUTY_STAFF)
		   : NULL;
}

static void free_person(void *person)
{
	person_free(person);
}

static bool find_approvers(struct directory *directory, const GPtrArray *sections,
			   struct incident_report *report, struct kairan_error *error_r)
{
	report->approvers = g_ptr_array_new_with_free_func(free_person);
	for (guint i = 0; i < sections->len; i++) {
		const struct section *section = g_ptr_array_index(sections, i);
		const char *role = find_role(section, report->person->dn);
		struct person *approver = NULL;

		if (report->role == NULL)
			report->role = role;
		/* One who reports has the receipt. */
		if (role == NULL || section->approver == NULL ||
		    section->status != APPROVER_ACTIVE ||
		    strcmp(section->approver, report->person->dn) == 0)
			continue;
		if (directory_find_person_by_dn(directory, section->approver, &approver,
						error_r) == ANSWER_UNKNOWN)
			return false;
		if (approver != NULL)
			g_ptr_array_add(report->approvers, approver);
	}
	return true;
}

bool incident_report_find_readers(const struct intake_context *context,
				  struct incident_report *report,
				  struct kairan_error *error_r)
{
	struct directory *directory = context->setup->directory;
	GPtrArray *sections = NULL;
	bool ok;

	if (!directory_list_administrators(directory, &report->administrators, error_r) ||
	    !directory_list_sections(directory, &sections, NULL, error_r))
		return false;
	ok = find_approvers(directory, sections, report, error_r);
	g_ptr_array_unref(sections);
	return ok;
}

/* ---- what they are told ---- */

static const char *find_attached(const struct intake_context *context,
				 const struct incident_report *report)
{
	if (context->envelope->too_large)
		return "too-large";
	return *report->text == '\0' ? "unreadable" : "attached";
}

static char *make_facts(const struct intake_context *context,
			const struct incident_report *report,
			const struct incident_note *note, const char *task)
{
	const struct person *person = report->person;
	g_autofree char *at = g_strdup_printf("%lld", (long long)note->at);
	g_autofree char *number = g_strdup_printf("%lld", (long long)note->incident);
	g_autofree char *note_number = g_strdup_printf("%lld", (long long)note->id);
	g_autofree char *quoted = notice_quote_text(report->text);
	const bool readable = report->fault == REASON_NONE;

	return notice_make_facts(
	    "incident", number, "incident_note", note_number, "subject", report->subject,
	    "quoted_text", quoted, "person_name", person->name, "person_login",
	    person->uid, "person_mail", person->mails[0] != NULL ? person->mails[0] : "",
	    "noted_at", at, "attached_key", find_attached(context, report), "task_key",
	    task, readable ? NULL : "reason_key", reason_name(report->fault), NULL);
}

static bool is_same_mail(const struct person *person, const struct person *other)
{
	return person->mails[0] != NULL && other->mails[0] != NULL &&
	       strcmp(person->mails[0], other->mails[0]) == 0;
}

static bool tell(struct store *store, const char *kind, char *facts, int64_t now,
		 const struct person *person, struct kairan_error *error_r)
{
	const bool ok = notice_add_person(store, &(struct notice){ kind, 0, facts, now },
					  person, error_r);

	free(facts);
	return ok;
}

/* All administrators but the writer, whom a receipt, or nothing, tells. */
static bool tell_administrators(const struct intake_context *context,
				const struct incident_report *report, const char *kind,
				const struct incident_note *note,
				struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	bool ok = true;

	for (guint i = 0; ok && i < report->administrators->len; i++) {
		const struct person *person =
		    g_ptr_array_index(report->administrators, i);

		if (report->about == 0 || !is_same_mail(person, report->person))
			ok = tell(store, kind,
				  make_facts(context, report, note, "administrator"),
				  note->at, person, error_r);
	}
	return ok;
}

static bool is_among(const GPtrArray *people, guint count, const struct person *person)
{
	for (guint i = 0; i < count; i++)
		if (is_same_mail(person, g_ptr_array_index(people, i)))
			return true;
	return false;
}

static bool is_administrator(const struct incident_report *report,
			     const struct person *person)
{
	return is_among(report->administrators, report->administrators->len, person);
}

static bool tell_of_report(const struct intake_context *context,
			   const struct incident_report *report,
			   const struct incident_note *note, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	bool ok = tell_administrators(context, report, NOTICE_INCIDENT, note, error_r);

	for (guint i = 0; ok && i < report->approvers->len; i++) {
		const struct person *approver = g_ptr_array_index(report->approvers, i);

		if (!is_administrator(report, approver) &&
		    !is_among(report->approvers, i, approver))
			ok = tell(store, NOTICE_INCIDENT,
				  make_facts(context, report, note, "approver"), note->at,
				  approver, error_r);
	}
	return ok && tell(store, NOTICE_INCIDENT_RECEIPT,
			  make_facts(context, report, note, "administrator"), note->at,
			  report->person, error_r);
}

static bool tell_of_reply(const struct intake_context *context,
			  const struct incident_report *report,
			  const struct incident *incident,
			  const struct incident_note *note, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	char *mails[] = { incident->mail, NULL };
	const struct person reporter = { .name = incident->name,
					 .language = incident->language,
					 .mails = mails };

	if (!tell_administrators(context, report, NOTICE_INCIDENT_NOTE, note, error_r))
		return false;
	return *incident->mail == '\0' || is_same_mail(&reporter, report->person) ||
	       is_administrator(report, &reporter) ||
	       tell(store, NOTICE_INCIDENT_NOTE,
		    make_facts(context, report, note, "administrator"), note->at,
		    &reporter, error_r);
}

/* ---- recording ---- */

static bool add_note(const struct intake_context *context,
		     const struct incident_report *report, struct incident_note *note,
		     struct kairan_error *error_r)
{
	const GString *octets = context->envelope->octets;

	note->uid = report->person->uid;
	note->name = report->person->name;
	note->text = report->text;
	if (!context->envelope->too_large) {
		note->original = octets->str;
		note->original_length = octets->len;
	}
	return store_incident_add_note(kairan_get_store(context->kairan), note, &note->id,
				       error_r);
}

static bool add_incident(const struct intake_context *context,
			 const struct incident_report *report, struct incident_note *note,
			 struct kairan_error *error_r)
{
	const struct person *person = report->person;
	const struct incident incident = {
		.at = note->at,
		.uid = person->uid,
		.name = person->name,
		.mail = person->mails[0] != NULL ? person->mails[0] : (char *)"",
		.language = person->language,
		.subject = report->subject,
	};

	return store_incident_add(kairan_get_store(context->kairan), &incident,
				  &note->incident, error_r) &&
	       add_note(context, report, note, error_r) &&
	       tell_of_report(context, report, note, error_r);
}

/* YES: it is about one that there is. silent: nobody is told of it. */
static enum answer add_reply(const struct intake_context *context,
			     const struct incident_report *report,
			     struct incident_note *note, bool silent,
			     struct kairan_error *error_r)
{
	struct incident *incident = NULL;
	enum answer answer = store_incident_find(kairan_get_store(context->kairan),
						 report->about, &incident, error_r);

	if (answer == ANSWER_YES) {
		note->incident = report->about;
		if (!add_note(context, report, note, error_r) ||
		    (!silent && !tell_of_reply(context, report, incident, note, error_r)))
			answer = ANSWER_UNKNOWN;
	}
	incident_free(incident);
	return answer;
}

static bool append(const struct intake_context *context,
		   const struct incident_report *report, const struct incident_note *note,
		   const char *outcome, struct kairan_error *error_r)
{
	struct audit_event event =
	    intake_event(context, report->about != 0 ? "incident-note" : "incident");
	g_autofree char *start = g_utf8_substring(
	    report->text, 0, MIN(g_utf8_strlen(report->text, -1), DETAIL_CHARACTERS));
	g_autofree char *detail = g_strdup_printf(
	    "%lld: %s: %s", (long long)note->incident, report->subject, start);

	event.at = note->at;
	event.uid = report->person->uid;
	event.role = report->role;
	event.outcome = outcome;
	event.detail = g_strdelimit(detail, "\r\n", ' ');
	return store_audit_append(kairan_get_store(context->kairan), &event, error_r);
}

static bool add(const struct intake_context *context, struct incident_report *report,
		enum answers answers, struct incident_note *note, const char **outcome_r,
		struct kairan_error *error_r)
{
	enum answer found = ANSWER_NO;

	*outcome_r = "again";
	if (answers == ANSWERS_GIVEN)
		return true;
	if (report->about != 0)
		found =
		    add_reply(context, report, note, answers == ANSWERS_ENDLESS, error_r);
	*outcome_r = answers == ANSWERS_ENDLESS ? "unanswered" : "added";
	if (found != ANSWER_NO)
		return found == ANSWER_YES;
	report->about = 0;
	*outcome_r = "reported";
	return add_incident(context, report, note, error_r);
}

bool incident_report_record(const struct intake_context *context,
			    struct incident_report *report, const char **outcome_r,
			    struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct incident_note note = { .at = intake_event(context, "incident").at };
	/* Whatever is reported may be true, so it is passed on however much it is; two machines
	 * that answer each other's replies are not. */
	const struct answers_reply described = {
		.person = report->person,
		.id = report->mail_id,
		.words = report->text,
		.most = report->about != 0 ? ANSWERS_MOST * 4 : INT64_MAX,
	};
	enum answers answers;
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	answers = answers_find(store, &described, note.at, error_r);
	ok = answers != ANSWERS_UNKNOWN &&
	     add(context, report, answers, &note, outcome_r, error_r) &&
	     append(context, report, &note, *outcome_r, error_r);
	return store_end(store, ok, error_r);
}
