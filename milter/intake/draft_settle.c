/*
 * NAME
 *	draft_settle - a draft is held, or refused and explained
 *
 * DESCRIPTION
 *	Judges a mail that was read, of whichever kind of draft, and holds it when it is fit
 *	(draft_hold.c), or shown to its writer where that is all that was asked for
 *	(draft_preview.c). The audit row of a refusal and the mail to the writer are one
 *	transaction. A recall by Outlook is none of both, and answered (recall.c).
 *
 * DIAGNOSTICS
 *	Info: refused, with the reason. Error: the store cannot be written; the verdict becomes
 *	a temporary failure.
 */
#include "config.h"

#include "milter/intake/draft_settle.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/drill.h"
#include "milter/draft/findings.h"
#include "milter/draft/schedule.h"
#include "milter/draft/text.h"
#include "milter/intake/draft_hold.h"
#include "milter/intake/draft_preview.h"
#include "milter/intake/recall.h"
#include "milter/intake/refusals.h"

/* What the writer wanted, as the audit trail calls it. */
static const char *find_action(const struct recipient *recipient)
{
	return recipient->service.kind == SERVICE_PREVIEW
		   ? service_address_word(SERVICE_PREVIEW)
		   : "submit";
}

static struct audit_event make_refusal(const struct intake_context *context,
				       const struct recipient *recipient, const char *uid,
				       const char *detail, const struct verdict *verdict)
{
	struct audit_event event = intake_event(context, find_action(recipient));

	event.uid = uid;
	event.role = "staff";
	event.outcome = reason_name(verdict->reason);
	event.detail = detail;
	return event;
}

/* A draft that is refused: whose, and what it was to correct. */
struct refused {
	const struct person *person;
	const struct draft *corrects; /* NULL: it is no correction */
};

/* Tell the writer. What refuses a correction is a mail of the broadcast that it was to correct,
 * so that the next one may be a reply to it. */
static bool add_explanation(struct store *store, const struct refused *refused,
			    const char *facts, int64_t now, struct kairan_error *error_r)
{
	struct notice notice = { NOTICE_REFUSED, 0, facts, now };
	GPtrArray *parties;
	bool ok = true, told = false;

	if (refused->corrects == NULL)
		return notice_add_person(store, &notice, refused->person, error_r);
	notice.draft = refused->corrects->id;
	parties = store_draft_list_parties(store, notice.draft, error_r);
	if (parties == NULL)
		return false;
	for (guint i = 0; ok && !told && i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		told = strcmp(party->uid, refused->person->uid) == 0;
		if (told)
			ok = notice_add_party(store, &notice, party, error_r);
	}
	g_ptr_array_unref(parties);
	return ok;
}

static bool commit_refusal(const struct intake_context *context,
			   const struct refused *refused, const struct audit_event *event,
			   const char *facts, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);

	if (!store_begin_grouped(store, error_r))
		return false;
	return store_end(store,
			 store_audit_append(store, event, error_r) &&
			     add_explanation(store, refused, facts, event->at, error_r),
			 error_r);
}

/* The audit row and the mail to the writer in one transaction. Takes over the facts. */
static void explain(const struct intake_context *context, const struct refused *refused,
		    const struct audit_event *event, char *facts, struct verdict *verdict)
{
	struct kairan_error error;

	if (commit_refusal(context, refused, event, facts, &error)) {
		refusals_watch(context->kairan, event);
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	} else {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict, REASON_STORE, NULL);
	}
	free(facts);
}

static void log_refusal(const struct intake_context *context, const char *uid,
			const struct broadcast *broadcast, const struct verdict *verdict)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", broadcast->mail, uid,
		  reason_name(verdict->reason));
}

void draft_settle_refuse_login(const struct intake_context *context,
			       const struct recipient *recipient, struct verdict *verdict)
{
	const char *login = context->envelope->login;
	const struct audit_event event =
	    make_refusal(context, recipient, login, recipient->broadcast->mail, verdict);

	log_refusal(context, login, recipient->broadcast, verdict);
	intake_record(context, &event, verdict);
}

void draft_settle_refuse_person(const struct intake_context *context,
				const struct recipient *recipient,
				struct verdict *verdict)
{
	const char *mail = recipient->broadcast->mail;
	const struct audit_event event =
	    make_refusal(context, recipient, recipient->person->uid, mail, verdict);
	struct address sender;
	const bool is_foreign = verdict->reason == REASON_SENDER_FOREIGN &&
				address_read(context->envelope->sender, &sender, NULL);

	log_refusal(context, recipient->person->uid, recipient->broadcast, verdict);
	explain(context, &(struct refused){ recipient->person, NULL }, &event,
		notice_make_facts("broadcast", mail, "reason_key",
				  reason_name(verdict->reason), "article",
				  reason_article(verdict->reason), "detail",
				  is_foreign ? sender.spec : "", NULL),
		verdict);
}

/* Is it only the Japanese text that could be too long? Else its count would mislead: what is wrong
 * is in another language, or it is not known which text is which. */
static bool is_of_own_text(const struct draft_reading *reading)
{
	for (guint i = 0; reading->findings != NULL && i < reading->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(reading->findings, i);

		if (finding->refuses)
			return finding->language == NULL &&
			       finding->reason != REASON_PART_LINE;
	}
	return true;
}

/* The count, as the writer is told it; NULL when there is no text to count. */
static char *count_text(const struct intake_context *context,
			const struct draft_reading *reading)
{
	return reading->text.text != NULL && reading->subject != NULL &&
		       is_of_own_text(reading)
		   ? g_strdup_printf("%zu",
				     draft_text_count(context->setup->settings, reading))
		   : NULL;
}

/* What a mail program has done that the writer does not see, or why there is no text; NULL
 * when it is neither. */
static const char *find_cause(const struct draft_reading *reading,
			      const struct verdict *verdict)
{
	if (reading->text.has_winmail && verdict->reason == REASON_ATTACHMENT)
		return message_text_status_name(MESSAGE_TEXT_WINMAIL);
	if (reading->text.from_html && verdict->reason == REASON_NO_TEXT_PART)
		return "html-only";
	return reading->readable != MESSAGE_TEXT_OK
		   ? message_text_status_name(reading->readable)
		   : NULL;
}

/* The detail that the writer is told, where it needs no words: a foreign From: by its address.
 * NULL: none. */
static char *make_detail(const struct draft_reading *reading,
			 const struct verdict *verdict)
{
	struct address from;

	if (verdict->reason == REASON_ATTACHMENT)
		return g_strdup(reading->text.attachments);
	if (verdict->reason == REASON_SENDER_FOREIGN &&
	    message_count_header(reading->message, "From") == 1 &&
	    address_read_from(message_get_header(reading->message, "From", 0), &from,
			      NULL))
		return g_strdup(from.spec);
	return NULL;
}

/* What is said above the text that was sent; NULL where there is none. */
static const char *find_sent_key(const struct draft_reading *reading, const char *quoted)
{
	if (*quoted == '\0')
		return NULL;
	return reading->corrects != NULL ? "sent-correction" : "sent";
}

void draft_settle_refuse_mail(const struct intake_context *context,
			      const struct recipient *recipient,
			      const struct draft_reading *reading,
			      struct verdict *verdict)
{
	g_autofree char *detail = make_detail(reading, verdict);
	const struct audit_event event = make_refusal(
	    context, recipient, recipient->person->uid,
	    verdict->reason == REASON_ATTACHMENT ? detail : verdict->text, verdict);
	g_autofree char *quoted =
	    notice_quote_text(reading->whole != NULL       ? reading->whole
			      : reading->text.text != NULL ? reading->text.text
							   : "");
	g_autofree char *findings =
	    reading->findings != NULL ? draft_findings_pack(reading->findings) : NULL;
	g_autofree char *place = draft_reading_find_place(reading->error.text);
	g_autofree char *count = count_text(context, reading);
	g_autofree char *limit =
	    g_strdup_printf("%lld", (long long)context->setup->settings->character_limit);

	/* A recall may come as rich text alone. */
	if ((reading->readable == MESSAGE_TEXT_WINMAIL ||
	     reading->readable == MESSAGE_TEXT_NONE) &&
	    intake_recall_answer(context, recipient, reading, verdict))
		return;
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", recipient->broadcast->mail,
		  recipient->person->uid, verdict->text);
	explain(context, &(struct refused){ recipient->person, reading->corrects },
		&event,
		notice_make_facts(
		    "broadcast", recipient->broadcast->mail, "subject", reading->subject,
		    "reason_key", reason_name(verdict->reason), "article",
		    reason_article(verdict->reason), "unreadable_key",
		    find_cause(reading, verdict), "read_place", place, "detail", detail,
		    "quoted_text", quoted, "findings", findings, "characters", count,
		    "limit", count != NULL ? limit : NULL, "sent_key",
		    find_sent_key(reading, quoted), NULL),
		verdict);
}

void draft_settle(const struct intake_context *context, const struct recipient *recipient,
		  struct draft_reading *reading, struct verdict *verdict_r)
{
	if (intake_recall_answer(context, recipient, reading, verdict_r))
		return;
	intake_judge_password(context, recipient->person, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_drill_judge(context->setup, recipient->broadcast, reading,
				  verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_text_judge(context->setup, recipient->broadcast->list, reading,
				 reading->findings, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_schedule_judge(context->setup, recipient->broadcast, reading,
				     verdict_r);
	if (verdict_r->kind == VERDICT_PASS && recipient->service.kind == SERVICE_PREVIEW)
		draft_preview(context, recipient, reading, verdict_r);
	else if (verdict_r->kind == VERDICT_PASS)
		draft_hold(context, recipient, reading, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		draft_settle_refuse_mail(context, recipient, reading, verdict_r);
}
