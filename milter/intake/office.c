/*
 * NAME
 *	office - residents answer a broadcast
 *
 * DESCRIPTION
 *	Broadcasts come from an address that takes drafts, and phones answer it whatever Reply-To
 *	says. Whoever writes there without a login, and is no person of the directory, gets a
 *	mail in their language: that nobody reads this, and which section to ask. Whether the
 *	address is a subscriber's makes no difference.
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

/* Is the sender a person of the directory? */
static enum answer find_person(const struct intake_context *context)
{
	struct person *person = NULL;
	struct kairan_error error = { "" };
	struct address sender;
	enum answer answer;

	if (!address_read(context->envelope->sender, &sender, NULL))
		return ANSWER_NO;
	answer = directory_find_person(context->setup->directory, sender.spec, &person,
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
		  recipient->broadcast->mail, reason_name(verdict->reason));
}

void office_judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	enum answer person = ANSWER_YES;

	if (!address_is_null(context->envelope->sender))
		person = find_person(context);
	if (person == ANSWER_UNKNOWN) {
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
		return;
	}
	verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
	if (person == ANSWER_YES) {
		log_refusal(context, recipient, verdict_r);
		return;
	}
	recipient->refusal = *verdict_r;
	verdict_pass(verdict_r);
}

/* Whom to ask; "" where that is not known. */
static char *write_office(const struct intake_context *context,
			  const struct broadcast *broadcast, const char *language)
{
	struct kairan_error error = { "" };
	GPtrArray *sections = offices_list(context->setup, broadcast, &error);
	char *text;

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

	if (answer == ANSWER_YES) {
		g_autofree char *office =
		    write_office(context, recipient->broadcast, resident.language);

		/* It stays the recipient's. */
		resident.broadcast = recipient->broadcast;
		resident.office = office;
		resident.kind = RESIDENT_OFFICE;
		resident.notice = NOTICE_RESIDENT_OFFICE;
		answer = resident_ask_answer(context, &resident, "broadcast address",
					     verdict_r);
		resident.broadcast = NULL;
	}
	if (answer == ANSWER_NO && verdict_r->kind == VERDICT_PASS) {
		*verdict_r = recipient->refusal;
		log_refusal(context, recipient, verdict_r);
	}
	resident_clear(&resident);
}
