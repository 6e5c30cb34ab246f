/*
 * NAME
 *	office - residents answer a broadcast
 *
 * DESCRIPTION
 *	Broadcasts come from an address that takes drafts, and phones answer it whatever Reply-To
 *	says. Whoever writes there without a login, and is no person of the directory, gets a
 *	mail in their language: that nobody reads this, and which section to ask. Whether the
 *	address is a subscriber's makes no difference. Whoever answers a notice in this way, at
 *	the address that notices come from, is told as much.
 *
 *	People of the directory, who have forgotten to log in, are refused at once, so that no
 *	draft is thought to be sent. So is, at the end of the mail, what is not to be answered
 *	(milter/intake/resident.c), and what comes after the limits of residents' mail are
 *	reached: nothing that nobody reads is taken without a word.
 *
 * DIAGNOSTICS
 *	Info: a mail that is refused. Warning: LDAP could not be asked for the section, and the
 *	answer is without it.
 */
#include "config.h"

#include "milter/intake/office.h"

#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/offices.h"
#include "milter/intake/resident.h"
#include "milter/intake/resident_ask.h"

/* Is this the address of a person of the directory? */
static enum answer find_person(const struct intake_context *context, const char *mail)
{
	struct person *person = NULL;
	struct kairan_error error = { "" };
	struct address address;
	enum answer answer;

	if (!address_read(mail, &address, NULL))
		return ANSWER_NO;
	answer = directory_find_person(context->setup->directory, address.spec, &person,
				       &error);
	if (answer == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "mail from %s is put off: %s", context->envelope->sender,
			  error.text);
	person_free(person);
	return answer;
}

static void log_refusal(const struct intake_context *context,
			const struct recipient *recipient, const struct verdict *verdict)
{
	log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
		  "mail from %s to %s refused: %s", context->envelope->sender,
		  recipient->address.spec, reason_name(verdict->reason));
}

enum answer office_may_answer(const struct intake_context *context)
{
	const struct envelope *envelope = context->envelope;

	if (*envelope->login != '\0' || address_is_null(envelope->sender))
		return ANSWER_NO;
	switch (find_person(context, envelope->sender)) {
	case ANSWER_YES:
		return ANSWER_NO;
	case ANSWER_NO:
		return ANSWER_YES;
	case ANSWER_UNKNOWN:
		break;
	}
	return ANSWER_UNKNOWN;
}

void office_judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
	switch (office_may_answer(context)) {
	case ANSWER_YES:
		recipient->refusal = *verdict_r;
		verdict_pass(verdict_r);
		break;
	case ANSWER_NO:
		log_refusal(context, recipient, verdict_r);
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		break;
	}
}

/* Nobody's name brings them mail that others have written, nor has staff think that a draft was
 * taken. */
static enum answer judge_from(const struct intake_context *context,
			      const struct address *from, struct verdict *verdict_r)
{
	switch (find_person(context, from->spec)) {
	case ANSWER_YES:
		return ANSWER_NO;
	case ANSWER_NO:
		return ANSWER_YES;
	case ANSWER_UNKNOWN:
		break;
	}
	verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	return ANSWER_UNKNOWN;
}

/* Whom to ask; "" where that is not known. */
static char *write_office(const struct intake_context *context,
			  const struct broadcast *broadcast, const char *language)
{
	struct kairan_error error = { "" };
	GPtrArray *sections;
	char *text;

	if (broadcast == NULL)
		return g_strdup("");
	sections = offices_list(context->setup, broadcast, &error);

	if (sections == NULL) {
		log_event(LOG_LEVEL_WARNING, context->envelope->queue_id, 0,
			  "the answer does not say whom to ask: %s", error.text);
		return g_strdup("");
	}
	text = offices_write(sections, strcmp(language, "ja") == 0);
	g_ptr_array_unref(sections);
	return text;
}

void office_take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct resident resident;
	enum answer answer = resident_read(context, recipient, &resident, verdict_r);

	if (answer == ANSWER_YES)
		answer = judge_from(context, &resident.from, verdict_r);
	if (answer == ANSWER_YES) {
		g_autofree char *office =
		    write_office(context, recipient->broadcast, resident.language);

		/* It stays the recipient's. */
		resident.broadcast = recipient->broadcast;
		resident.office = office;
		resident.kind = RESIDENT_OFFICE;
		resident.notice = NOTICE_RESIDENT_OFFICE;
		answer = resident_ask_answer(context, &resident, "question", verdict_r);
		resident.broadcast = NULL;
	}
	if (answer == ANSWER_NO && verdict_r->kind == VERDICT_PASS) {
		*verdict_r = recipient->refusal;
		log_refusal(context, recipient, verdict_r);
	}
	resident_clear(&resident);
}
