/*
 * NAME
 *	notice - what people are told by mail
 *
 * DESCRIPTION
 *	The kinds of notices, the names that their templates may use, and adding one to the
 *	outbox. What is added is an intent; milter/courier/notice_render.c makes the mail of
 *	it.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/core/notice.h"
#include "policy/text.h"

#include <glib.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#define QUOTE_OCTETS    2000
#define TEXT_OCTETS     200000 /* of one fact */
#define LINE_CHARACTERS 60

static const char *const notice_kind_list[] = {
	NOTICE_REQUEST,
	NOTICE_RECEIPT,
	NOTICE_REFUSED,
	NOTICE_RECALL,
	NOTICE_AGAIN,
	NOTICE_APPROVED,
	NOTICE_APPROVED_REST,
	NOTICE_REMINDER,
	NOTICE_SENT_BACK,
	NOTICE_WITHDRAWN,
	NOTICE_EXPIRED,
	NOTICE_RELEASED,
	NOTICE_RESULT,
	NOTICE_STOPPED,
	NOTICE_UNCLEAR,
	NOTICE_ALREADY,
	NOTICE_NOT_COUNTED,
	NOTICE_MISADDRESSED,
	NOTICE_OUT_OF_SERVICE,
	NOTICE_NOT_ASKED,
	NOTICE_ALARM,
	NOTICE_ALARM_OVER,
	NOTICE_PASSWORD_WARNING,
	NOTICE_DUTY_CHANGED,
	NOTICE_ADMINISTRATOR,
	NOTICE_APPLICATION,
	NOTICE_INSTRUCT,
	NOTICE_INCIDENT,
	NOTICE_INCIDENT_RECEIPT,
	NOTICE_REPORT,
	NOTICE_REPORT_YEAR,
	NOTICE_CONFIRM_URGENT,
	NOTICE_ASK_AGAIN,
	NOTICE_UNANSWERED,
	NOTICE_NOT_REACHED,
	NOTICE_CALL,
	NOTICE_PLAIN,
	NOTICE_SUSPENSION,
	NOTICE_STANDING,
	NOTICE_INSTRUCT_ANSWER,
	NOTICE_INSTRUCT_OVERDUE,
	NOTICE_STAYS,
	NOTICE_INCIDENT_NOTE,
	NOTICE_INCIDENT_CLOSED,
	NOTICE_STAYED,
	NOTICE_HELP,
	NOTICE_READY_LIST,
	NOTICE_READY_TEXT,
	NOTICE_PREVIEW,
	NOTICE_RESIDENT_JOIN,
	NOTICE_RESIDENT_WELCOME,
	NOTICE_RESIDENT_LEAVE,
	NOTICE_RESIDENT_GOODBYE,
	NOTICE_RESIDENT_OFFICE,
	NOTICE_RESIDENT_TERMS,
	NOTICE_RESIDENT_AGREED,
	NOTICE_RESIDENT_PAUSE,
	NOTICE_RESIDENT_PAUSE_HOW,
	NOTICE_RESIDENT_PAUSED,
	NOTICE_RESIDENT_STATUS,
	NOTICE_TERMS,
	NULL,
};

static const char *const notice_name_list[] = {
	/* of the draft */
	"draft", "subject", "text", "quoted_text", "broadcast", "broadcast_name",
	"section_name", "author_name", "author_mail", "characters", "limit",
	"subscribers", "submitted_at", "expires_at", "released_at", "recipients",
	"duration", "languages", "state", "decider_name", "decided_at", "reason",
	"remark", "asked", "shards", "served", "unknown", "unserved", "repeated",
	"queue_ids", "corrects", "corrected_at", "corrected_text", "correction_delay",
	"goes_out", "goes_out_why", "urgent_mark", "correction_scope", "again_how",
	"contacts", "asked_before", "original_note", "warnings", "warning_mark",
	"draft_notes", "drill_note", "draft_text", "links", "reply_to",
	/* of the reader */
	"reader_name", "reader_role", "reply_address", "approve_link", "send_back_link",
	"withdraw_link", "leave_out_how", "leave_out_link", "leave_out_heading",
	"leave_out_text", "left_characters", "cancel_how", "correct_until", "urgent_how",
	"urgent_link", "urgent_label", "teach_when", "teach_label", "teach_link",
	/* of its suspension */
	"suspended_until", "suspended_reason", "suspended_since",
	/* of what happened */
	"reason_text", "stays_text", "unreadable_text", "note_text", "article", "detail",
	"places", "sent_heading", "obstacle_text", "in_the_way", "withdrawals",
	"withdrawals_heading", "alarm_text", "alarm_about", "alarm_kind", "alarm_count",
	"alarm_since", "alarm_end", "advice_text", "days_left", "password_until",
	"person_name", "person_mail", "person_login", "duty_name", "change_text",
	"item_text", "standing_how", "standing_until", "answer_by", "noted_at",
	"person_before", "help_contact", "password_help", "password_how", "password_text",
	"form_text", "decision_text", "applicant_name",
	/* of a month */
	"report_month", "report_name", "report_period", "report_made", "report_partial",
	"report_records", "report_broadcasts", "report_urgent", "report_corrections",
	"report_drills", "report_recipients", "report_incidents", "report_weeks",
	"report_drafts", "report_times", "report_arrivals", "report_refusals",
	"report_subscribers", "report_bounces", "report_delayed", "report_notices",
	"report_dormant_days", "report_dormant", "report_dormant_more", "report_audit",
	"report_audit_fault", "report_inspection", "report_inspection_due",
	"report_incident_list", "report_year", "report_submitted", "report_sent_back",
	"report_kinds", "report_months", "report_kind_times", "report_night",
	/* of an incident */
	"incident", "attached_text", "task_text", "cause", "measure",
	/* of a resident */
	"pause_address", "pause_until", "status_address", "status_text", "joined_on",
	"list", "join_address", "leave_address", "join_link", "leave_link",
	"confirm_link", "confirm_until", "terms_title", "terms_text", "terms_version",
	"left_days", "sent_days", "service_name", "office", "owner_address",
	/* of what came of a release */
	"result_delivered", "result_failed", "result_domains", "result_text",
	"result_heading", "result_note", "delivery_heading", "delivery_sent",
	"delivery_first", "delivery_first_after", "delivery_median", "delivery_most",
	"delivery_last", "delivery_last_after", "delivery_waits", "delivery_waiting",
	/* of what cannot be rendered */
	"plain_facts", "plain_kind",
	/* of what was asked of help@ */
	"help_text", "duties",
	/* of what was asked of template@ */
	"ready_name", "ready_address", "ready_subject", "ready_text", "ready_link",
	"ready_list", "ready_note",
	/* of what was asked of preview+LIST@ */
	"charset", "preview_note",
	/* of the details of alarms (milter/courier/notice_said.h) */
	"said_1", "said_2", "said_3", NULL
};

bool notice_is_for_resident(const char *kind)
{
	return text_begins_with(kind, NOTICE_RESIDENT);
}

const char *const *notice_kinds(void)
{
	return notice_kind_list;
}

const char *const *notice_names(void)
{
	return notice_name_list;
}

char *notice_clean_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *clean = g_string_new(NULL);
	const char *at = valid;

	for (; *at != '\0' && clean->len < TEXT_OCTETS; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (c == '\r' && at[1] == '\n')
			continue;
		if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
			g_string_append_c(clean, '\n');
		else if (c == '\n' || c == '\t' || !text_is_control(c))
			g_string_append_unichar(clean, c);
	}
	if (*at != '\0')
		g_string_append(clean, "\n...");
	return g_string_free(clean, FALSE);
}

char *notice_make_facts(const char *name, ...)
{
	json_t *object = json_object();
	va_list args;
	char *text;

	va_start(args, name);
	for (; name != NULL; name = va_arg(args, const char *)) {
		const char *value = va_arg(args, const char *);
		g_autofree char *clean = notice_clean_text(value != NULL ? value : "");

		(void)json_object_set_new(object, name, json_string(clean));
	}
	va_end(args);
	text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(object);
	return text;
}

char *notice_quote_text(const char *text)
{
	/* Before: a line end that is made of something else begins a line, too. */
	g_autofree char *clean = notice_clean_text(text);
	const char *end = clean;
	g_autofree char *kept = NULL;
	g_autofree char *joined = NULL;
	char **lines;

	while (*end != '\0' && end - clean < QUOTE_OCTETS)
		end = g_utf8_next_char(end);
	if (end == clean)
		return g_strdup("");
	kept = g_strndup(clean, (gsize)(end - clean));
	lines = g_strsplit(kept, "\n", -1);
	joined = g_strjoinv("\n> ", lines);
	g_strfreev(lines);
	return g_strconcat("> ", joined, *end != '\0' ? "\n> ..." : "", NULL);
}

char *notice_shorten_line(const char *line)
{
	g_autofree char *start = NULL;

	if (g_utf8_strlen(line, -1) <= LINE_CHARACTERS)
		return g_strdup(line);
	start = g_utf8_substring(line, 0, LINE_CHARACTERS);
	return g_strconcat(start, "...", NULL);
}

static bool add(struct store *store, const struct notice *notice,
		struct outbox_notice *reader, struct kairan_error *error_r)
{
	reader->kind = (char *)notice->kind;
	reader->draft = notice->draft;
	reader->facts = (char *)(notice->facts != NULL ? notice->facts : "{}");
	reader->created_at = notice->now;
	return store_outbox_add(store, reader, error_r);
}

bool notice_add_party(struct store *store, const struct notice *notice,
		      const struct party *party, struct kairan_error *error_r)
{
	struct outbox_notice reader = {
		.party = party->number,
		.mail = party->mail,
		.name = party->name,
		.language = party->language,
	};

	return add(store, notice, &reader, error_r);
}

/* Is this party the same person as one who is told already, or is left out? */
static bool is_told(const GPtrArray *parties, guint which, int64_t except)
{
	const struct party *party = g_ptr_array_index(parties, which);

	for (guint i = 0; i < parties->len; i++) {
		const struct party *other = g_ptr_array_index(parties, i);

		if ((i < which || other->number == except) &&
		    strcmp(other->uid, party->uid) == 0)
			return true;
	}
	return false;
}

bool notice_add_parties(struct store *store, const struct notice *notice, int64_t except,
			struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, notice->draft, error_r);
	bool ok = parties != NULL;

	for (guint i = 0; ok && i < parties->len; i++)
		if (!is_told(parties, i, except))
			ok = notice_add_party(store, notice,
					      g_ptr_array_index(parties, i), error_r);
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

bool notice_add_address(struct store *store, const struct notice *notice,
			const char *mail, const char *language,
			struct kairan_error *error_r)
{
	struct outbox_notice reader = {
		.party = -1,
		.mail = (char *)mail,
		.name = (char *)"",
		.language = (char *)language,
	};

	return add(store, notice, &reader, error_r);
}

bool notice_inform_parties(struct store *store, const struct notice *notice,
			   struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, notice->draft, error_r);
	bool ok = parties != NULL;

	for (guint i = 0; ok && i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);
		struct outbox_notice reader = { .party = -1,
						.mail = party->mail,
						.name = party->name,
						.language = party->language };

		if (!is_told(parties, i, -1))
			ok = add(store, notice, &reader, error_r);
	}
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

bool notice_add_person(struct store *store, const struct notice *notice,
		       const struct person *person, struct kairan_error *error_r)
{
	struct outbox_notice reader = {
		.party = -1,
		.mail = person->mails[0],
		.name = person->name,
		.language = person->language,
	};

	return person->mails[0] == NULL || add(store, notice, &reader, error_r);
}
