/*
 * NAME
 *	intake_draft - staff write to a broadcast address
 *
 * DESCRIPTION
 *	At RCPT: is somebody logged in, are they staff of a section that may use this address,
 *	and may they write as the envelope sender? LDAP is asked afresh. At end of message: may
 *	they write as From: says, can the text be read to the last octet, is it fit? Then it is
 *	held, or refused and explained by mail (draft_settle.c).
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

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/draft/drill.h"
#include "milter/draft/parts.h"
#include "milter/intake/draft_settle.h"
#include "milter/intake/notice_reply.h"
#include "milter/intake/office.h"
#include "milter/intake/suspension.h"
#include "milter/intake/writer.h"
#include "milter/intake/writer_facts.h"

/* ---- RCPT ---- */

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
	    !intake_may_write_as(recipient->person, standing.section, from))
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

static bool is_preview(const struct recipient *recipient)
{
	return recipient->service.kind == SERVICE_PREVIEW;
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
		office_judge(context, recipient, verdict_r);
		return;
	}
	switch (
	    intake_find_login(context, envelope->login, &recipient->person, verdict_r)) {
	case ANSWER_UNKNOWN:
		return;
	case ANSWER_NO:
		draft_settle_refuse_login(context, recipient, verdict_r);
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
	if (verdict_r->reason == REASON_APPROVER_WRITES && !is_preview(recipient))
		wait_for_reference(recipient, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		draft_settle_refuse_person(context, recipient, verdict_r);
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

	if (!intake_read_from(message, &from, error_r))
		return REASON_SENDER_FOREIGN;
	if (intake_may_write_as(recipient->person, recipient->standing.section, &from))
		return REASON_NONE;
	standing_clear(&recipient->standing);
	find_section(context, &from, recipient, &verdict);
	if (verdict.reason == REASON_SENDER_FOREIGN)
		(void)error_set(error_r, "From: %s is not an address of %s", from.spec,
				recipient->person->uid);
	return verdict.reason;
}

/* Read the mail; the reading has what was understood so far, and borrows the facts. */
static void read_draft(const struct intake_context *context, struct recipient *recipient,
		       struct writer_facts *facts, struct draft_reading *reading,
		       struct verdict *verdict_r)
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
	if (reason == REASON_NONE &&
	    !writer_facts_collect_new(context, recipient, facts, verdict_r))
		return;
	reading->writer = &facts->facts;
	if (reason == REASON_NONE)
		reason = draft_reading_fill(reading);
	if (reason == REASON_NONE)
		draft_drill_read(reading);
	if (reason == REASON_NONE)
		draft_parts_read(context->setup, recipient->broadcast, reading);
	if (reason != REASON_NONE)
		verdict_set(verdict_r, reason,
			    reading->error.text[0] != '\0' ? reading->error.text : NULL);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct draft_reading reading = { 0 };
	struct writer_facts facts = { 0 };
	const bool is_writer = recipient->refusal.kind == VERDICT_PASS;

	if (recipient->refusal.reason == REASON_NOT_LOGGED_IN) {
		office_take(context, recipient, verdict_r);
		return;
	}
	if (!is_preview(recipient) &&
	    notice_reply_take_instead(context, recipient, is_writer, verdict_r))
		return;
	if (!is_writer) {
		*verdict_r = recipient->refusal;
		draft_settle_refuse_person(context, recipient, verdict_r);
		return;
	}
	read_draft(context, recipient, &facts, &reading, verdict_r);
	if (verdict_r->kind == VERDICT_PASS)
		draft_settle(context, recipient, &reading, verdict_r);
	else if (verdict_r->kind == VERDICT_REFUSE)
		draft_settle_refuse_mail(context, recipient, &reading, verdict_r);
	draft_reading_clear(&reading);
	writer_facts_clear(&facts);
}

const struct intake intake_draft = { judge, take };
