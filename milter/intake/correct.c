/*
 * NAME
 *	intake_correct - a correction of what was sent
 *
 * DESCRIPTION
 *	The report of a release may be answered (Art. 13-3). The own words of that answer become
 *	a draft of their own: 【訂正】 before the subject, a reply to the first broadcast, judged
 *	by every rule. Whoever may decide confirms it, the writer too unless the town wants
 *	another person for it.
 *
 * DIAGNOSTICS
 *	Info: held, refused or answered. Warning: a directory that could not be asked. Error: the
 *	store cannot be used.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/drill.h"
#include "milter/draft/parts.h"
#include "milter/intake/draft_settle.h"
#include "milter/intake/reply.h"
#include "milter/intake/reply_outcome.h"
#include "milter/intake/writer_facts.h"
#include "policy/draft_signature.h"
#include "policy/language.h"
#include "policy/part.h"
#include "policy/quote.h"
#include "policy/subject_mark.h"
#include "policy/text.h"
#include "policy/urgency.h"
#include "schema/store_release.h"

#define CORRECTION_MARK "【訂正】"

static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	intake_reply_judge(context, TOKEN_CORRECT, recipient, verdict_r);
}

/* Why this answer is no correction, as far as the answer itself shows. */
static enum reason find_fault(const struct reply *reply)
{
	if (reply->expired)
		return REASON_EXPIRED_TOKEN;
	/* There are no words that would tell a machine's text from a person's. */
	if (reply->looks_automatic)
		return REASON_AUTOMATIC;
	if (reply->words.decision != DECISION_NONE)
		return REASON_NOT_CORRECTION;
	if (reply->readable != MESSAGE_TEXT_OK)
		return draft_reading_reason(reply->readable);
	if (reply->words.first[0] == '\0')
		return REASON_EMPTY;
	return REASON_NONE;
}

/* May the writer, as LDAP has it now? The recipient has the section's standing then. */
static void judge_writer(const struct intake_context *context, const struct reply *reply,
			 struct recipient *recipient, struct verdict *verdict_r)
{
	switch (intake_find_standing(context, reply->draft->section, reply->person->dn,
				     &recipient->standing, verdict_r)) {
	case ANSWER_UNKNOWN:
		break;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_NOT_APPROVER, NULL);
		break;
	case ANSWER_YES:
		duties_judge_correction(&recipient->standing.duties, reply->person->dn,
					verdict_r);
		break;
	}
}

static char *make_subject(const char *mark, const char *subject)
{
	return text_begins_with(subject, mark) ? g_strdup(subject)
					       : g_strconcat(mark, subject, NULL);
}

/* Each part has the subject of what it corrects, unless it brings another one. */
static void name_parts(const struct draft *corrects, GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		struct part *part = g_ptr_array_index(parts, i);
		const struct part *first = part_find(corrects->parts, part->language);
		char *subject;

		if (*part->subject == '\0' && first == NULL)
			continue;
		subject = make_subject(
		    language_correction(part->language),
		    *part->subject != '\0'
			? part->subject
			: draft_drill_skip_mark(first->subject, part->language));
		g_free(part->subject);
		part->subject = subject;
	}
}

static char *join_lines(char **lines)
{
	char *joined = g_strjoinv("\n", lines);

	g_strfreev(lines);
	return joined;
}

/* The person's own lines; a footer goes when the draft is brought to its standard form, so that
 * they are told of it. Below a ruler there may be an original or a signature, and what stands there
 * is out of it; the person is told, and whom residents may ask stays. cut_r: its first line; NULL:
 * there was none. */
static char *make_text(const char *reply_text, const struct reply_facts *facts,
		       char **cut_r)
{
	g_autofree char *written = join_lines(quote_find_written_lines(reply_text));
	g_autofree char *said =
	    join_lines(quote_find_said_lines(reply_text, facts->addresses));
	const char *below = text_begins_with(said, written) ? said + strlen(written) : "";
	g_autofree char *first = draft_signature_get_first(below);

	*cut_r = NULL;
	if (*first != '\0' && draft_signature_is_contact(below))
		return text_normalize(said);
	if (*first != '\0')
		*cut_r = g_steal_pointer(&first);
	return text_normalize(written);
}

/* Is the reply marked as urgent, where its text or its subject begins? The mark is for the
 * approver, and goes no further. The reply's own subject is not sent to anybody. */
static bool take_mark(struct draft_reading *reading)
{
	const char *rest = urgency_skip_mark(reading->text.text);
	char *subject = NULL;
	bool marked = rest != NULL;

	if (marked)
		memmove(reading->text.text, rest, strlen(rest) + 1);
	if (message_decode_subject(reading->message, &subject, NULL))
		marked = urgency_skip_mark(subject_mark_skip_all(subject)) != NULL ||
			 urgency_skip_mark(subject) != NULL || marked;
	free(subject);
	return marked;
}

/* Below the line "-- " stands what is quoted, too. */
static void replace_below(struct message_text *text, const struct reply_facts *facts)
{
	g_autofree char *cut = NULL;
	char *below =
	    text->signature != NULL ? make_text(text->signature, facts, &cut) : NULL;

	free(text->signature);
	text->signature = below;
}

/* The mail once more, now as a draft. It has been parsed and read before. */
static bool read_correction(const struct intake_context *context,
			    const struct reply *reply, const struct broadcast *broadcast,
			    struct draft_reading *reading)
{
	const GString *octets = context->envelope->octets;
	bool marked;
	char *own;

	reading->corrects = reply->draft;
	if (!message_parse(octets->str, octets->len, &reading->message,
			   &reading->error) ||
	    message_read_reply(reading->message, &reading->text, &reading->error) !=
		MESSAGE_TEXT_OK)
		return false;
	own = make_text(reading->text.text, reading->writer, &reading->cut_signature);
	free(reading->text.text);
	reading->text.text = own;
	replace_below(&reading->text, reading->writer);
	reading->subject = make_subject(CORRECTION_MARK,
					draft_drill_skip_mark(reply->draft->subject, ""));
	draft_drill_follow(reply->draft, reading);
	if (own == NULL)
		return false;
	draft_reading_standardize(reading);
	marked = take_mark(reading);
	draft_parts_read(context->setup, broadcast, reading);
	name_parts(reply->draft, reading->parts);
	/* What was urgent is wrong urgently. */
	reading->urgent = reading->urgent || marked || reply->draft->urgent;
	return true;
}

/* The broadcast is known: the answer is read and settled as a draft. The recipient owns the person
 * from here on. */
static void settle(const struct intake_context *context, struct reply *reply,
		   struct recipient *recipient, struct verdict *verdict_r)
{
	struct draft_reading reading = { 0 };
	struct writer_facts facts = { 0 };

	recipient->person = reply->person;
	if (writer_facts_collect_new(context, recipient, &facts, verdict_r)) {
		reading.writer = &facts.facts;
		if (read_correction(context, reply, recipient->broadcast, &reading)) {
			reply->person = NULL;
			draft_settle(context, recipient, &reading, verdict_r);
		} else {
			reply_outcome_answer_fault(context, reply, REASON_BROKEN,
						   reading.error.text, verdict_r);
		}
	}
	if (reply->person != NULL)
		recipient->person = NULL;
	draft_reading_clear(&reading);
	writer_facts_clear(&facts);
}

static void hold_correction(const struct intake_context *context, struct reply *reply,
			    struct recipient *recipient, struct verdict *verdict_r)
{
	switch (intake_find_broadcast(context, reply->draft->broadcast, recipient)) {
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_NOT_READY, NULL);
		return;
	case ANSWER_NO:
		reply_outcome_answer_not_counted(context, reply, REASON_UNKNOWN_ADDRESS,
						 verdict_r);
		return;
	case ANSWER_YES:
		break;
	}
	settle(context, reply, recipient, verdict_r);
	/* It stays an address of the service, whose mail is taken. */
	broadcast_free(recipient->broadcast);
	recipient->broadcast = NULL;
}

/* Was it stopped before anybody was sent it? */
static enum answer has_reached_nobody(const struct intake_context *context,
				      const struct draft *draft)
{
	struct store *store = kairan_get_store(context->kairan);
	struct release_summary summary = { 0 };
	struct kairan_error error;
	bool ok;

	if (draft->state != DRAFT_STOPPED)
		return ANSWER_NO;
	ok = store_begin_grouped(store, &error);
	if (ok) {
		ok = store_release_summarize(store, draft->id, &summary, &error);
		store_rollback(store);
	}
	if (!ok) {
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, draft->id, "%s",
			  error.text);
		return ANSWER_UNKNOWN;
	}
	ok = summary.served + summary.unknown == 0;
	release_summary_clear(&summary);
	return ok ? ANSWER_YES : ANSWER_NO;
}

static void take_correction(const struct intake_context *context, struct reply *reply,
			    struct recipient *recipient, struct verdict *verdict_r)
{
	enum reason reason = find_fault(reply);
	struct verdict verdict;

	if (!lifecycle_was_sent(reply->draft->state)) {
		reply_outcome_answer_already(context, reply, verdict_r);
		return;
	}
	switch (reason == REASON_NONE ? has_reached_nobody(context, reply->draft)
				      : ANSWER_NO) {
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_STORE, NULL);
		return;
	case ANSWER_YES:
		reason = REASON_NOBODY_HAD;
		break;
	case ANSWER_NO:
		break;
	}
	if (reason != REASON_NONE) {
		reply_outcome_answer_not_counted(context, reply, reason, verdict_r);
		return;
	}
	judge_writer(context, reply, recipient, &verdict);
	switch (verdict.kind) {
	case VERDICT_PASS:
		hold_correction(context, reply, recipient, verdict_r);
		break;
	case VERDICT_REFUSE:
		reply_outcome_answer_not_counted(context, reply, verdict.reason,
						 verdict_r);
		break;
	case VERDICT_TEMPFAIL:
		*verdict_r = verdict;
		break;
	}
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct reply reply;

	if (intake_reply_read(context, TOKEN_CORRECT, recipient, &reply, verdict_r) !=
	    ANSWER_YES)
		return;
	take_correction(context, &reply, recipient, verdict_r);
	intake_reply_clear(&reply);
}

const struct intake intake_correct = { judge, take };
