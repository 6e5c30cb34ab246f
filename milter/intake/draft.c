/*
 * NAME
 *	intake_draft - staff write to a broadcast address
 *
 * DESCRIPTION
 *	At RCPT: is somebody logged in, are they staff of a section that may use this address,
 *	and may they write as the envelope sender? LDAP is asked afresh. At end of message: may
 *	they write as From: says, can the text be read to the last octet, is it fit? Then it is
 *	held (draft_hold.c), or refused and explained by mail.
 *
 *	People write as themselves, or as an address that their section shares: who they are is
 *	the login's to say.
 *
 * DIAGNOSTICS
 *	Info: refused, with the reason. Warning: a directory that could not be asked. Error: the
 *	store cannot be written.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/core/notice.h"
#include "milter/draft/findings.h"
#include "milter/draft/schedule.h"
#include "milter/draft/text.h"
#include "milter/intake/draft.h"
#include "milter/intake/notice_reply.h"
#include "milter/intake/refusals.h"
#include "milter/intake/suspension.h"

/* ---- refusing ---- */

static struct audit_event make_refusal(const struct intake_context *context,
				       const char *uid, const char *detail,
				       const struct verdict *verdict)
{
	struct audit_event event = intake_event(context, "submit");

	event.uid = uid;
	event.role = "staff";
	event.outcome = reason_name(verdict->reason);
	event.detail = detail;
	return event;
}

static bool commit_refusal(const struct intake_context *context,
			   const struct person *person, const struct audit_event *event,
			   const char *facts, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(context->kairan);

	if (!store_begin_grouped(store, error_r))
		return false;
	return store_end(store,
			 store_audit_append(store, event, error_r) &&
			     notice_add_person(store, NOTICE_REFUSED, 0, person, facts,
					       event->at, error_r),
			 error_r);
}

/* The audit row and the mail to the writer in one transaction. Takes over the facts. */
static void explain(const struct intake_context *context, const struct person *person,
		    const struct audit_event *event, char *facts, struct verdict *verdict)
{
	struct kairan_error error;

	if (commit_refusal(context, person, event, facts, &error)) {
		refusals_watch(context->kairan, event);
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	} else {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
		verdict_set(verdict, REASON_STORE, NULL);
	}
	free(facts);
}

/* ---- RCPT ---- */

static void log_refusal(const struct intake_context *context, const char *uid,
			const struct broadcast *broadcast, const struct verdict *verdict)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", broadcast->mail, uid,
		  reason_name(verdict->reason));
}

/* A login that nobody has: there is nobody to explain it to. */
static void refuse_unknown(const struct intake_context *context,
			   const struct broadcast *broadcast, struct verdict *verdict)
{
	const char *login = context->envelope->login;
	const struct audit_event event =
	    make_refusal(context, login, broadcast->mail, verdict);

	log_refusal(context, login, broadcast, verdict);
	intake_record(context, &event, verdict);
}

/* Nothing of the mail is known yet but who sends it. Their mail program shows the reply in
 * English, if at all. */
static void refuse_person(const struct intake_context *context,
			  const struct recipient *recipient, struct verdict *verdict)
{
	const char *mail = recipient->broadcast->mail;
	const struct audit_event event =
	    make_refusal(context, recipient->person->uid, mail, verdict);
	struct address sender;
	const bool is_foreign = verdict->reason == REASON_SENDER_FOREIGN &&
				address_read(context->envelope->sender, &sender, NULL);

	log_refusal(context, recipient->person->uid, recipient->broadcast, verdict);
	explain(context, recipient->person, &event,
		notice_make_facts("broadcast", mail, "reason_key",
				  reason_name(verdict->reason), "article",
				  reason_article(verdict->reason), "detail",
				  is_foreign ? sender.spec : "", NULL),
		verdict);
}

/* One section: may the person write for it, and as this address? False when it does not
 * exist. */
static bool judge_section(const struct intake_context *context, const char *dn,
			  const struct address *from, struct recipient *recipient,
			  struct verdict *verdict_r)
{
	const char *person = recipient->person->dn;
	struct standing standing;
	enum answer answer =
	    intake_find_standing(context, dn, person, &standing, verdict_r);

	if (answer == ANSWER_YES)
		duties_judge_draft(&standing.duties, person, verdict_r);
	if (answer == ANSWER_YES && verdict_r->kind == VERDICT_PASS &&
	    !person_has_mail(recipient->person, from) &&
	    !section_has_mail(standing.section, from))
		verdict_set(verdict_r, REASON_SENDER_FOREIGN, NULL);
	if (answer == ANSWER_YES && verdict_r->kind == VERDICT_PASS)
		recipient->standing = standing;
	else
		standing_clear(&standing);
	return answer != ANSWER_NO;
}

/* How much a verdict says: "not now" more than "an approver may not write" or "not as this
 * address", and those more than "not staff". */
static int weigh(const struct verdict *verdict)
{
	if (verdict->kind == VERDICT_TEMPFAIL)
		return 2;
	return verdict->reason != REASON_NOT_STAFF ? 1 : 0;
}

/* Ask one section after another until the person may write for one as this address: a slip in
 * one section does not stop the staff of another. */
static void find_section(const struct intake_context *context, const struct address *from,
			 struct recipient *recipient, struct verdict *verdict_r)
{
	const char *mail = recipient->broadcast->mail;
	char **dns = recipient->broadcast->sections;
	GString *missing = g_string_new(NULL);
	size_t found = 0;

	verdict_set(verdict_r, REASON_NOT_STAFF, NULL);
	for (size_t i = 0; dns[i] != NULL && recipient->standing.section == NULL; i++) {
		struct verdict verdict;

		if (!judge_section(context, dns[i], from, recipient, &verdict)) {
			g_string_append_printf(missing, "%s%s",
					       missing->len > 0 ? ", " : "", dns[i]);
			continue;
		}
		found++;
		if (verdict.kind == VERDICT_PASS || weigh(&verdict) > weigh(verdict_r))
			*verdict_r = verdict;
	}
	if (found == 0)
		verdict_set(verdict_r, REASON_NO_SECTION, NULL);
	if (found == 0 || missing->len > 0) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "%s belongs to no section: %s", mail, missing->str);
		alarm_raise(context->kairan, ALARM_BROADCAST, mail,
			    reason_name(REASON_NO_SECTION), missing->str);
	} else {
		alarm_clear(context->kairan, ALARM_BROADCAST, mail);
	}
	(void)g_string_free(missing, TRUE);
}

/* Who decides may be answering a notice, by a mail program that takes the wrong address for it:
 * the header will tell. */
static void wait_for_reference(struct recipient *recipient, struct verdict *verdict)
{
	recipient->refusal = *verdict;
	verdict_pass(verdict);
}

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	struct address sender;

	if (*envelope->login == '\0') {
		verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
		log_event(LOG_LEVEL_INFO, envelope->queue_id, 0,
			  "mail from %s to %s refused: %s", envelope->sender,
			  recipient->broadcast->mail, reason_name(verdict_r->reason));
		return;
	}
	switch (
	    intake_find_login(context, envelope->login, &recipient->person, verdict_r)) {
	case ANSWER_UNKNOWN:
		return;
	case ANSWER_NO:
		refuse_unknown(context, recipient->broadcast, verdict_r);
		return;
	case ANSWER_YES:
		break;
	}
	if (address_read(envelope->sender, &sender, NULL))
		find_section(context, &sender, recipient, verdict_r);
	else
		verdict_set(verdict_r, REASON_SENDER_FOREIGN, NULL);
	if (verdict_r->kind == VERDICT_PASS)
		suspension_judge(context, recipient->broadcast->mail, verdict_r);
	if (verdict_r->reason == REASON_APPROVER_WRITES)
		wait_for_reference(recipient, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		refuse_person(context, recipient, verdict_r);
	if (verdict_r->reason == REASON_OUT_OF_SERVICE)
		suspension_tell(context, recipient->person, recipient->broadcast->mail);
}

/* ---- end of message ---- */

/* May the person write as From: says? Where it is not the section's that they were found to
 * write for, it may be that of another one of theirs. */
static enum reason judge_from(const struct intake_context *context,
			      const struct message *message, struct recipient *recipient,
			      struct kairan_error *error_r)
{
	struct verdict verdict;
	struct address from;

	if (message_count_header(message, "From") != 1) {
		(void)error_set(error_r, "there must be exactly one From: header");
		return REASON_SENDER_FOREIGN;
	}
	if (!address_read_from(message_get_header(message, "From", 0), &from, error_r))
		return REASON_SENDER_FOREIGN;
	if (person_has_mail(recipient->person, &from) ||
	    section_has_mail(recipient->standing.section, &from))
		return REASON_NONE;
	standing_clear(&recipient->standing);
	find_section(context, &from, recipient, &verdict);
	if (verdict.reason == REASON_SENDER_FOREIGN)
		(void)error_set(error_r, "From: %s is not an address of %s", from.spec,
				recipient->person->uid);
	return verdict.reason;
}

/* Read the mail; the reading has what was understood so far. */
static void read_draft(const struct intake_context *context, struct recipient *recipient,
		       struct draft_reading *reading, struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	enum reason reason = REASON_NONE;

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		reason = REASON_TOO_LARGE;
	else
		reason = draft_reading_open(reading, octets->str, octets->len);
	if (reason == REASON_NONE)
		reason =
		    judge_from(context, reading->message, recipient, &reading->error);
	if (reason == REASON_NONE)
		reason = draft_reading_fill(reading);
	if (reason == REASON_NONE)
		draft_schedule_read(context->setup, recipient->broadcast, reading);
	if (reason != REASON_NONE)
		verdict_set(verdict_r, reason,
			    reading->error.text[0] != '\0' ? reading->error.text : NULL);
}

/* The count, as the writer is told it; NULL when there is no text to count. */
static char *count_text(const struct intake_context *context,
			const struct draft_reading *reading)
{
	return reading->text.text != NULL && reading->subject != NULL
		   ? g_strdup_printf("%zu",
				     draft_text_count(context->setup->settings, reading))
		   : NULL;
}

static void refuse(const struct intake_context *context,
		   const struct recipient *recipient, const struct draft_reading *reading,
		   struct verdict *verdict)
{
	const bool attached = verdict->reason == REASON_ATTACHMENT;
	const char *attachments =
	    reading->text.attachments != NULL ? reading->text.attachments : "";
	const struct audit_event event =
	    make_refusal(context, recipient->person->uid,
			 attached ? attachments : verdict->text, verdict);
	g_autofree char *quoted =
	    notice_quote_text(reading->text.text != NULL ? reading->text.text : "");
	g_autofree char *findings =
	    reading->findings != NULL ? draft_findings_pack(reading->findings) : NULL;
	g_autofree char *count = count_text(context, reading);
	g_autofree char *limit =
	    g_strdup_printf("%lld", (long long)context->setup->settings->character_limit);

	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "draft to %s by %s refused: %s", recipient->broadcast->mail,
		  recipient->person->uid, verdict->text);
	explain(context, recipient->person, &event,
		notice_make_facts(
		    "broadcast", recipient->broadcast->mail, "subject", reading->subject,
		    "reason_key", reason_name(verdict->reason), "article",
		    reason_article(verdict->reason), "detail",
		    attached ? attachments : reading->error.text, "quoted_text", quoted,
		    "findings", findings, "characters", count, "limit",
		    count != NULL ? limit : NULL, NULL),
		verdict);
}

void intake_draft_settle(const struct intake_context *context,
			 const struct recipient *recipient, struct draft_reading *reading,
			 struct verdict *verdict_r)
{
	reading->findings = finding_new_list();
	intake_judge_password(context, recipient->person, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_text_judge(context->setup, recipient->broadcast->list, reading,
				 reading->findings, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_schedule_judge(context->setup, recipient->broadcast, reading,
				     verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_hold(context, recipient, reading, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		refuse(context, recipient, reading, verdict_r);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct draft_reading reading = { 0 };
	const bool is_writer = recipient->refusal.kind == VERDICT_PASS;

	if (notice_reply_take_instead(context, recipient, is_writer, verdict_r))
		return;
	if (!is_writer) {
		*verdict_r = recipient->refusal;
		refuse_person(context, recipient, verdict_r);
		return;
	}
	read_draft(context, recipient, &reading, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		intake_draft_settle(context, recipient, &reading, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		refuse(context, recipient, &reading, verdict_r);
	draft_reading_clear(&reading);
}

const struct intake intake_draft = { judge, take };
