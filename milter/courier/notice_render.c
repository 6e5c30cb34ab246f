/*
 * NAME
 *	notice_render - a notice becomes a mail
 *
 * DESCRIPTION
 *	Collects the facts of the draft (notice_draft.c) and of the reader, signs the address
 *	that the reader may answer to, fills the template in the reader's language, and writes
 *	the mail. The same notice gives the same Message-ID at every try, as long as it may be
 *	answered in the same way: the id has the address's token (policy/notice_id.h).
 *
 *	What came from outside is cleaned where the facts are made, and all of it once more when
 *	the template is filled. A notice that cannot be rendered all the same (facts that are none, a
 *	language that is not there) becomes a plain one, with what there is.
 *
 * DIAGNOSTICS
 *	All failures are returned. The courier keeps the notice and tries again where the store
 *	could not be read.
 */
#include "config.h"

#include "milter/courier/notice_render.h"

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/notice.h"
#include "milter/core/own_address.h"
#include "milter/courier/notice_draft.h"
#include "milter/courier/notice_facts.h"
#include "milter/courier/notice_help.h"
#include "milter/courier/notice_material.h"
#include "milter/courier/notice_resident.h"
#include "milter/courier/notice_result.h"
#include "milter/courier/notice_said.h"
#include "milter/courier/notice_withdrawals.h"
#include "milter/draft/answer_address.h"
#include "milter/draft/findings.h"
#include "milter/draft/instructing.h"
#include "milter/draft/schedule.h"
#include "milter/draft/text.h"
#include "milter/draft/warnings.h"
#include "milter/mail/message.h"
#include "milter/report/report.h"
#include "policy/bounce_address.h"
#include "policy/carrier.h"
#include "policy/notice_id.h"
#include "policy/text.h"

/* A phone shows some thirty; mail systems refuse headers of many thousands. */
#define SUBJECT_CHARACTERS 300

static void put_link(struct notice_facts *facts, const char *name, const char *address,
		     const char *word)
{
	g_autofree char *key = g_strdup_printf("word.%s", word);
	const char *said =
	    template_get_phrase(facts->setup->templates, facts->language, key);
	g_autofree char *link =
	    answer_address_link(address, notice_facts_get(facts, "subject"), said);

	notice_facts_put(facts, name, link);
}

/* The draft without what looks like its writer's signature, and the reply that puts it in the place
 * of this one. */
static void put_leave_out(struct notice_facts *facts, const struct draft *draft,
			  const char *address)
{
	g_autofree char *text =
	    draft->state == DRAFT_HELD ? draft_warnings_leave_out_signature(draft) : NULL;
	g_autofree char *quoted = text != NULL ? notice_quote_text(text) : NULL;
	const struct draft_reading left = {
		.subject = draft->subject,
		.text = { .text = text, .attachments = (char *)"" },
	};
	char *how;

	if (text == NULL)
		return;
	notice_facts_put_number(facts, "left_characters",
				(int64_t)draft_text_count(facts->setup->settings, &left));
	how = template_fill_phrase(facts->setup->templates, facts->language,
				   "signature.how", facts->table);
	notice_facts_put(facts, "leave_out_how", how);
	g_free(how);
	put_link(facts, "leave_out_link", address, "leave-out");
	notice_facts_put_phrase(facts, "leave_out_heading", "signature", "text");
	notice_facts_put(facts, "leave_out_text", quoted);
}

/* What the approver may answer to a draft that would otherwise wait for the morning. */
static void put_urgent_answer(struct notice_facts *facts, const struct draft *draft,
			      const char *address)
{
	int64_t at;
	const enum due_status status =
	    draft_schedule_find_plain(facts->setup, draft, &at);

	if (status != DUE_WAITS_URGENT && status != DUE_WAITS)
		return;
	notice_facts_put_phrase(facts, "urgent_how", "mark",
				status == DUE_WAITS ? "urgent-how-unmarked"
						    : "urgent-how");
	notice_facts_put_phrase(facts, "urgent_label", "mark", "urgent-label");
	put_link(facts, "urgent_link", address, "approve-urgent");
}

/* Is it about a draft that waits? Then that stays so, however late it is sent, or sent again:
 * nobody's answer to a request becomes a correction, and its Message-ID is the same. */
static bool is_before_release(const char *kind)
{
	static const char *const kinds[] = { NOTICE_REQUEST,       NOTICE_RECEIPT,
					     NOTICE_REMINDER,      NOTICE_APPROVED,
					     NOTICE_APPROVED_REST, NOTICE_CONFIRM_URGENT,
					     NOTICE_ASK_AGAIN,     NOTICE_UNANSWERED,
					     NOTICE_STAYS,         NOTICE_NOT_REACHED };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static struct answering find_answering(const struct setup *setup, const char *kind,
				       const struct notice_material *material)
{
	const struct draft *draft = material->draft;

	if (lifecycle_was_sent(draft->state) && !is_before_release(kind))
		return (struct answering){ TOKEN_CORRECT, SERVICE_CORRECT,
					   draft_sent_at(draft) +
					       setup->settings->correction_window };
	if (material->reader->number == DRAFT_AUTHOR)
		return (struct answering){ TOKEN_DRAFT, SERVICE_DRAFT,
					   draft->expires_at };
	return (struct answering){ TOKEN_DECIDE, SERVICE_DECIDE, draft->expires_at };
}

/* How the reader of this notice may still call off what is approved. */
static void put_cancel(struct notice_facts *facts, const struct answering *answering,
		       enum draft_state state)
{
	if (answering->purpose == TOKEN_DRAFT && state == DRAFT_APPROVED)
		notice_facts_put_phrase(facts, "cancel_how", "mark", "withdraw-how");
	if (answering->purpose == TOKEN_DECIDE &&
	    (state == DRAFT_APPROVED || state == DRAFT_RELEASING))
		notice_facts_put_phrase(facts, "cancel_how", "mark", "stop-how");
}

/* The signed address that this reader may answer to, and ready answers. */
static bool put_reply_address(struct notice_facts *facts, const char *kind,
			      const struct notice_material *material,
			      struct kairan_error *error_r)
{
	const struct answering answering = find_answering(facts->setup, kind, material);
	g_autofree char *address = answer_address_make(facts->setup, &answering,
						       material->draft, material->reader);

	if (address == NULL)
		return error_set(error_r, "notice: no token for draft %lld",
				 (long long)material->draft->id);
	notice_facts_put(facts, "reply_address", address);
	put_cancel(facts, &answering, material->draft->state);
	if (answering.purpose == TOKEN_CORRECT) {
		notice_facts_put_time(facts, "correct_until", answering.expires);
	} else if (answering.purpose == TOKEN_DRAFT) {
		put_link(facts, "withdraw_link", address, "withdraw");
		put_leave_out(facts, material->draft, address);
	} else {
		put_link(facts, "approve_link", address, "approve");
		put_link(facts, "send_back_link", address, "send-back");
		put_urgent_answer(facts, material->draft, address);
	}
	return true;
}

/* The reply that says that all that stands below is a signature: for who may decide still. */
static void put_teaching(struct notice_facts *facts, const char *key)
{
	if (*key == '\0' || notice_facts_get(facts, "approve_link") == NULL)
		return;
	notice_facts_put_phrase(facts, "teach_when", "mark", key);
	notice_facts_put_phrase(facts, "teach_label", "mark", "teach-label");
	put_link(facts, "teach_link", notice_facts_get(facts, "reply_address"),
		 "approve-signature");
}

/* A fact that is the key of a phrase. */
static void put_keyed(struct notice_facts *facts, const char *name, const char *value)
{
	static const struct {
		const char *name;
		const char *fact;
		const char *group;
	} keys[] = {
		{ "note_key", "note_text", "note" },
		{ "alarm_key", "alarm_text", "alarm" },
		{ "kind_key", "alarm_kind", "alarm-kind" },
		{ "advice_key", "advice_text", "advice" },
		{ "reason_key", "reason_text", "reason" },
		{ "stays_key", "stays_text", "stays" },
		{ "obstacle_key", "obstacle_text", "obstacle" },
		{ "bounced_key", "reason_text", "bounced" },
		{ "unreadable_key", "unreadable_text", "unreadable" },
		{ "duty_key", "duty_name", "role" },
		{ "change_key", "change_text", "change" },
		{ "extent_key", "broadcast", "extent" },
		{ "item_key", "item_text", "standing" },
		{ "standing_key", "standing_how", "standing" },
		{ "password_key", "password_text", "password" },
		{ "attached_key", "attached_text", "incident" },
		{ "task_key", "task_text", "incident" },
		{ "form_key", "form_text", "form" },
		{ "decision_key", "decision_text", "application" },
		{ "sent_key", "sent_heading", "refused" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(keys[i].name, name) == 0 && *value != '\0')
			notice_facts_put_phrase(facts, keys[i].fact, keys[i].group,
						value);
	/* Whatever is said of a password (Art. 12) says where it is changed. */
	if ((strcmp(name, "reason_key") == 0 && text_begins_with(value, "password-")) ||
	    strcmp(name, "password_key") == 0)
		notice_help_put_password(facts);
}

/* Who was instructed (Art. 6-2) may answer. */
static void put_instruction_address(struct notice_facts *facts, const json_t *stored)
{
	const char *id = json_string_value(json_object_get(stored, "instruction"));
	const char *uid = json_string_value(json_object_get(stored, "instruction_uid"));
	const char *made = json_string_value(json_object_get(stored, "instruction_made"));
	const char *reason = json_string_value(json_object_get(stored, "reason"));
	g_autofree char *address = NULL;

	if (id == NULL || uid == NULL || made == NULL || reason == NULL)
		return;
	address = instructing_make_address(
	    facts->setup,
	    &(struct instruction_answering){ g_ascii_strtoll(id, NULL, 10), uid, reason,
					     g_ascii_strtoll(made, NULL, 10) });
	if (address != NULL)
		notice_facts_put(facts, "reply_address", address);
}

/* Answers to what is about an incident are added to it. */
static void put_incident(struct notice_facts *facts, const char *number)
{
	g_autofree char *address = NULL;

	if (*number == '\0' || strlen(number) > SERVICE_NUMBER_MOST ||
	    strspn(number, "0123456789") != strlen(number))
		return;
	address = own_address_make(facts->setup->settings, SERVICE_INCIDENT, number);
	notice_facts_put(facts, "reply_address", address);
}

/* A phrase with one placeholder. */
static void put_filled(struct notice_facts *facts, const char *name, const char *key,
		       const char *placeholder, const char *value)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *filled = NULL;

	g_hash_table_insert(table, (char *)placeholder, (char *)value);
	filled =
	    template_fill_phrase(facts->setup->templates, facts->language, key, table);
	notice_facts_put(facts, name, filled);
	g_hash_table_destroy(table);
}

/* Where something could not be read (draft_reading_find_place()). */
static void put_read_place(struct notice_facts *facts, const char *place)
{
	put_filled(facts, "detail",
		   strcmp(place, "subject") == 0 ? "detail.subject" : "detail.line",
		   "line", place);
}

/* "changed 15": what is wrong with the audit trail, and with which row. */
static void put_audit_fault(struct notice_facts *facts, const char *fault)
{
	const char *space = strchr(fault, ' ');
	g_autofree char *key =
	    space != NULL
		? g_strdup_printf("report.audit-fault.%.*s", (int)(space - fault), fault)
		: NULL;

	if (key != NULL)
		put_filled(facts, "detail", key, "row", space + 1);
}

/* Who it is that refuses, as people call them. */
static void put_refusing(struct notice_facts *facts, const char *domain)
{
	const char *name = carrier_find_name(domain, facts->is_japanese);
	g_autofree char *about = NULL;

	if (name != NULL && carrier_has_several(domain))
		about = g_strdup(name);
	else if (name != NULL)
		about = g_strdup_printf(facts->is_japanese ? "%s（%s）" : "%s (%s)", name,
					domain);
	put_filled(facts, "alarm_kind", "alarm-kind.refusing", "alarm_about",
		   name != NULL ? name : domain);
	notice_facts_put(facts, "alarm_about", about != NULL ? about : domain);
}

static void put_said(struct notice_facts *facts, const char *detail)
{
	g_autofree char *said =
	    notice_said_translate(facts->setup->templates, facts->language, detail);

	notice_facts_put(facts, "detail", said);
}

static bool put_stored(struct notice_facts *facts, const char *stored,
		       struct kairan_error *error_r)
{
	static const char *const times[] = { "password_until",  "noted_at",
					     "suspended_until", "suspended_since",
					     "standing_until",  "answer_by",
					     "alarm_since",     "alarm_end" };
	json_error_t json_error;
	json_t *object = json_loads(stored, 0, &json_error);
	const char *name;
	json_t *value;

	if (object == NULL)
		return error_set(error_r, "notice: its facts are not JSON: %s",
				 json_error.text);
	json_object_foreach(object, name, value)
	{
		const char *text = json_is_string(value) ? json_string_value(value) : "";

		/* The table's keys are the strings of notice_names(), which outlive the JSON.
		 * What answers are sent to is never a fact that was kept. */
		for (const char *const *known = notice_names(); *known != NULL; known++)
			if (strcmp(*known, name) == 0 &&
			    strcmp(name, "reply_address") != 0)
				notice_facts_put(facts, *known, text);
		put_keyed(facts, name, text);
		if (strcmp(name, "incident") == 0)
			put_incident(facts, text);
		if (strcmp(name, "read_place") == 0 && *text != '\0')
			put_read_place(facts, text);
		if (strcmp(name, "detail") == 0 &&
		    json_object_get(object, "alarm_key") != NULL)
			put_said(facts, text);
		if (strcmp(name, "audit_fault") == 0)
			put_audit_fault(facts, text);
		if (strcmp(name, "teach_key") == 0)
			put_teaching(facts, text);
		if (strcmp(name, "report") == 0)
			report_put_facts(facts->table, facts->setup, facts->language,
					 value);
		if (strcmp(name, "result_rows") == 0)
			notice_result_put(facts, text);
		if (strcmp(name, "refusing_domain") == 0 && *text != '\0')
			put_refusing(facts, text);
		if (strcmp(name, "delivery_times") == 0)
			notice_result_put_times(facts, text);
		if (strcmp(name, "delivery_rows") == 0)
			notice_result_put_waiting(facts, text);
		if (strcmp(name, "withdrawable") == 0)
			notice_withdrawals_put(facts, text);
		if (strcmp(name, "findings") == 0) {
			g_autofree char *places =
			    draft_findings_write(facts->setup, facts->language, text);

			notice_facts_put(facts, "places", places);
		}
		for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
			if (strcmp(name, times[i]) == 0)
				notice_facts_put_time(facts, times[i],
						      g_ascii_strtoll(text, NULL, 10));
	}
	put_instruction_address(facts, object);
	json_decref(object);
	return true;
}

static bool collect_facts(const struct outbox_notice *notice,
			  const struct notice_material *material,
			  struct notice_facts *facts, struct kairan_error *error_r)
{
	notice_facts_put(facts, "reader_name", notice->name);
	notice_help_put(facts);
	if (strcmp(notice->kind, NOTICE_PASSWORD_WARNING) == 0)
		notice_help_put_password(facts);
	if (material->draft != NULL)
		notice_draft_put(facts, material);
	if (strcmp(notice->kind, NOTICE_REQUEST) == 0)
		notice_facts_put_phrase(facts, "original_note", "mark",
					notice->is_bare ? "original-left-out"
							: "original-attached");
	if (material->reader != NULL) {
		notice_facts_put_phrase(facts, "reader_role", "role",
					material->reader->role);
		if (!put_reply_address(facts, notice->kind, material, error_r))
			return false;
	}
	return put_stored(facts, notice->facts, error_r) &&
	       notice_resident_put(facts, notice, material, error_r);
}

/* An answer to what can be answered counts wherever it goes to, by the id that it names. */
static void make_id(const struct settings *settings, const struct outbox_notice *notice,
		    const char *reply_to, char id_r[NOTICE_ID_SIZE])
{
	struct notice_id id = { .number = notice->id, .made_at = notice->created_at };
	struct address address;

	if (reply_to != NULL && address_read(reply_to, &address, NULL))
		service_address_read(&address, settings->service_domain,
				     settings->notice_sender, &id.answer);
	/* Without a token it says nothing of what is answered. */
	if (id.answer.kind == SERVICE_OWNER)
		id.answer = (struct service_address){ SERVICE_NONE, NULL, 0, false };
	notice_id_write(&id, settings->service_domain, id_r);
}

static bool write_mail(const struct outbox_notice *notice,
		       const struct notice_material *material,
		       const struct notice_facts *facts,
		       const struct template_mail *filled, struct notice_mail *mail_r,
		       struct kairan_error *error_r)
{
	const struct settings *settings = facts->setup->settings;
	const bool ja = facts->is_japanese;
	g_autofree char *from =
	    g_strdup_printf("%s@%s", settings->notice_sender, settings->service_domain);
	/* Who is to approve what is urgent may have the mail on a phone, too. */
	const struct bounce_address sender = {
		.origin = BOUNCE_OF_NOTICE,
		.is_urgent = material->draft != NULL && material->draft->urgent,
		.number = notice->id,
	};
	const GArray *originals = material->originals;
	char origin[BOUNCE_ADDRESS_SIZE];
	char id[NOTICE_ID_SIZE];
	char zone[8];
	struct message_draft draft = {
		.from_name = ja ? settings->notice_name_ja : settings->notice_name_en,
		.from_address = from,
		.to_name = notice->name,
		.to_address = notice->mail,
		.reply_to = notice_facts_get(facts, "reply_address"),
		.subject = filled->subject,
		.message_id = id,
		.auto_submitted = "auto-generated",
		.date = notice->created_at,
		.date_zone = zone,
		.text = filled->text,
		.html = filled->html,
		.originals =
		    originals != NULL ? (struct message_original *)originals->data : NULL,
		.original_count = originals != NULL ? originals->len : 0,
		.charset = ENCODED_WORD_UTF8,
	};

	make_id(settings, notice, draft.reply_to, id);
	clock_format(notice->created_at, settings->time_zone, "%z", zone, sizeof(zone));
	if (!message_write(&draft, &mail_r->octets, &mail_r->length, error_r))
		return false;
	bounce_address_write(&sender, keyring_current(facts->setup->keyring), origin);
	mail_r->sender = own_address_make(settings, SERVICE_BOUNCE, origin);
	mail_r->recipient = g_strdup(notice->mail);
	return true;
}

/* Whatever the templates and the facts are, it can be written then. */
static void clean_mail(struct template_mail *filled)
{
	char **texts[] = { &filled->subject, &filled->text, &filled->html };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		char *clean = *texts[i] != NULL ? notice_clean_text(*texts[i]) : NULL;

		g_free(*texts[i]);
		*texts[i] = clean;
	}
	if (g_utf8_strlen(filled->subject, -1) > SUBJECT_CHARACTERS) {
		char *start = g_utf8_substring(filled->subject, 0, SUBJECT_CHARACTERS);

		g_free(filled->subject);
		filled->subject = g_strconcat(start, "...", NULL);
		g_free(start);
	}
}

static bool fill_and_write(const struct outbox_notice *notice, const char *kind,
			   const struct notice_material *material,
			   const struct notice_facts *facts, struct notice_mail *mail_r,
			   struct kairan_error *error_r)
{
	struct template_mail filled = { NULL, NULL, NULL };
	bool ok = template_fill(facts->setup->templates, facts->language, kind,
				facts->table, &filled, error_r);

	if (ok) {
		clean_mail(&filled);
		ok = write_mail(notice, material, facts, &filled, mail_r, error_r);
	}
	template_mail_clear(&filled);
	return ok;
}

/* What there is, without its template: the facts, line by line. */
static void write_plain(const struct setup *setup, const struct outbox_notice *notice,
			const struct notice_material *material,
			struct notice_mail *mail_r)
{
	const struct settings *settings = setup->settings;
	const bool known =
	    strcmp(notice->language, "ja") == 0 || strcmp(notice->language, "en") == 0;
	struct notice_facts facts =
	    notice_facts_make(setup, known ? notice->language : settings->language);
	g_autofree char *clean = notice_clean_text(notice->facts);
	g_autofree char *quoted = notice_quote_text(clean);
	struct kairan_error error;

	notice_facts_put(&facts, "reader_name", notice->name);
	notice_facts_put(&facts, "plain_kind", notice->kind);
	notice_facts_put(&facts, "plain_facts", quoted);
	notice_help_put(&facts);
	if (material->draft != NULL) {
		notice_facts_put_number(&facts, "draft", material->draft->id);
		notice_facts_put(&facts, "subject", material->draft->subject);
	}
	(void)fill_and_write(notice, NOTICE_PLAIN, material, &facts, mail_r, &error);
	notice_facts_clear(&facts);
}

enum answer notice_render(const struct setup *setup, struct store *store,
			  const struct outbox_notice *notice, struct notice_mail *mail_r,
			  struct kairan_error *error_r)
{
	struct notice_material material;
	struct notice_facts facts = notice_facts_make(setup, notice->language);
	enum answer answer = ANSWER_UNKNOWN;

	*mail_r = (struct notice_mail){ 0 };
	if (notice_material_read(store, notice, &material, error_r)) {
		answer = collect_facts(notice, &material, &facts, error_r) &&
				 fill_and_write(notice, notice->kind, &material, &facts,
						mail_r, error_r)
			     ? ANSWER_YES
			     : ANSWER_NO;
		if (answer == ANSWER_NO)
			write_plain(setup, notice, &material, mail_r);
	}
	notice_facts_clear(&facts);
	notice_material_clear(&material);
	return answer;
}

void notice_mail_clear(struct notice_mail *mail)
{
	g_free(mail->sender);
	g_free(mail->recipient);
	free(mail->octets);
	*mail = (struct notice_mail){ 0 };
}
