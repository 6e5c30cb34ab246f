/*
 * NAME
 *	intake_resident - who wrote, and are they answered
 *
 * DESCRIPTION
 *	Anybody may write here, in anybody's name, so the answer may go to somebody who has
 *	asked for nothing. There is none where that is plain: to the null sender, to what a
 *	machine or a list has sent (RFC 3834 section 2), to an address of our own, and where the
 *	MTA has found that From: is forged (dmarc=fail). The sender is told nothing by SMTP
 *	either: that an address is one of these is nobody's business.
 *
 *	Who wrote is proven by a login that has the address, or by our own
 *	Authentication-Results (policy/authres.c).
 *
 *	The answer's language is what the mail says of itself: Content-Language or
 *	Accept-Language, Japanese letters in its subject, the word "English" there; else that of
 *	the list that is named, or the setting.
 *
 * DIAGNOSTICS
 *	Info: why a mail is not answered. Addresses are not logged; the MTA's log has them, by
 *	the queue id.
 */
#include "config.h"

#include "milter/intake/resident.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/snapshot.h"
#include "milter/intake/writer.h"
#include "milter/mail/automatic.h"
#include "policy/language.h"
#include "policy/part.h"

enum answer resident_find_broadcast(const struct intake_context *context,
				    const char *list, size_t length,
				    struct broadcast **broadcast_r)
{
	g_autofree char *name = g_strndup(list, length);

	return snapshot_find_list(kairan_get_snapshot(context->kairan), name,
				  broadcast_r);
}

void resident_judge_list(const struct intake_context *context,
			 const struct service_address *service, struct verdict *verdict_r)
{
	struct broadcast *broadcast = NULL;

	verdict_pass(verdict_r);
	switch (resident_find_broadcast(context, service->token, service->token_length,
					&broadcast)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		verdict_set(verdict_r, REASON_UNKNOWN_ADDRESS, NULL);
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_NOT_READY, NULL);
		break;
	}
	broadcast_free(broadcast);
}

struct message *resident_parse(const struct intake_context *context,
			       struct verdict *verdict_r)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	struct kairan_error error;

	verdict_pass(verdict_r);
	if (context->envelope->too_large)
		verdict_set(verdict_r, REASON_TOO_LARGE, NULL);
	else if (!message_parse(octets->str, octets->len, &message, &error))
		verdict_set(verdict_r, REASON_BROKEN, NULL);
	return message;
}

bool resident_is_machine(const struct intake_context *context,
			 const struct message *message)
{
	return address_is_null(context->envelope->sender) ||
	       automatic_judge(message) == AUTOMATIC_CERTAIN;
}

/* ---- who ---- */

/* Is it a header that nobody writes any more ("a@b.example (Name)"), with the sender's address in it
 * and no other? */
static bool is_old_from(const struct resident *resident, const struct address *sender)
{
	const char *value = message_get_header(resident->message, "From", 0);
	g_autofree char *small =
	    value != NULL ? g_ascii_strdown(value, -1) : g_strdup("");
	g_autofree char *wanted = g_ascii_strdown(sender->spec, -1);

	return message_count_header(resident->message, "From") == 1 &&
	       strchr(small, '@') == strrchr(small, '@') && strstr(small, wanted) != NULL;
}

/* A mail program that leaves From: out has the MTA put it in later. Who is known by the envelope alone
 * has proven nothing. */
static bool read_from(const struct intake_context *context, struct resident *resident,
		      struct kairan_error *error_r)
{
	struct address sender;

	if (message_count_header(resident->message, "From") == 0)
		return address_read(context->envelope->sender, &resident->from, error_r);
	if (intake_read_from(resident->message, &resident->from, error_r))
		return true;
	if (!address_read(context->envelope->sender, &sender, NULL) ||
	    !is_old_from(resident, &sender))
		return false;
	resident->from = sender;
	resident->is_from_old = true;
	return true;
}

static bool is_ours(const struct intake_context *context, const struct address *from)
{
	const struct settings *settings = context->setup->settings;
	struct service_address service;
	struct broadcast *broadcast = NULL;

	service_address_read(from, settings->service_domain, settings->notice_sender,
			     &service);
	if (service.kind == SERVICE_NONE)
		(void)snapshot_find(kairan_get_snapshot(context->kairan), from,
				    &broadcast);
	broadcast_free(broadcast);
	return service.kind != SERVICE_NONE || broadcast != NULL;
}

/* Has the login this address? */
static enum answer is_login(const struct intake_context *context,
			    const struct address *from, struct verdict *verdict_r)
{
	const char *login = context->envelope->login;
	struct person *person = NULL;
	enum answer answer = ANSWER_NO;

	if (*login == '\0')
		return ANSWER_NO;
	if (g_ascii_strcasecmp(login, from->spec) == 0)
		return ANSWER_YES;
	answer = intake_find_login(context, login, &person, verdict_r);
	if (answer == ANSWER_YES && !person_has_mail(person, from))
		answer = ANSWER_NO;
	person_free(person);
	return answer;
}

/* ---- the language ---- */

static const char *read_language(const char *value)
{
	if (value != NULL && g_ascii_strncasecmp(value, "ja", 2) == 0)
		return "ja";
	return value != NULL && g_ascii_strncasecmp(value, "en", 2) == 0 ? "en" : NULL;
}

static const char *read_subject_language(const struct message *message)
{
	const char *language = NULL;
	char *subject = NULL;

	if (message_decode_subject(message, &subject, NULL)) {
		if (g_regex_match_simple("[\\p{Hiragana}\\p{Katakana}\\p{Han}]", subject,
					 0, 0))
			language = "ja";
		else if (g_regex_match_simple("\\benglish\\b", subject, G_REGEX_CASELESS,
					      0))
			language = "en";
	}
	free(subject);
	return language;
}

const char *resident_list_language(const struct broadcast *broadcast)
{
	g_autofree char *language = twin_find_language(broadcast->twins, broadcast->list);

	if (language == NULL)
		return NULL;
	return language_is_japanese(language) ? "ja" : "en";
}

/* That of the list that the mail is about, if it is about one. */
static const char *find_list_language(const struct intake_context *context,
				      const struct service_address *service)
{
	struct broadcast *broadcast = NULL;
	const char *language = NULL;

	if (service->token_length > 0 &&
	    resident_find_broadcast(context, service->token, service->token_length,
				    &broadcast) == ANSWER_YES)
		language = resident_list_language(broadcast);
	broadcast_free(broadcast);
	return language;
}

static const char *find_language(const struct intake_context *context,
				 const struct service_address *service,
				 const struct message *message)
{
	static const char *const names[] = { "Content-Language", "Accept-Language" };
	const char *language = read_subject_language(message);

	for (size_t i = 0; language == NULL && i < G_N_ELEMENTS(names); i++)
		language = read_language(message_get_header(message, names[i], 0));
	if (language == NULL)
		language = find_list_language(context, service);
	return language != NULL ? language : context->setup->settings->language;
}

/* ---- whether ---- */

/* Why it is not answered; NULL: it is. */
static const char *find_silence(const struct intake_context *context,
				const struct resident *resident)
{
	if (resident_is_machine(context, resident->message))
		return "automatic";
	if (automatic_is_passed_on(resident->message))
		return "from a list";
	if (is_ours(context, &resident->from))
		return "from an address of ours";
	return intake_denies_from(context, resident->message, &resident->from)
		   ? "From: is forged"
		   : NULL;
}

static enum answer read_mail(const struct intake_context *context,
			     const struct recipient *recipient, struct resident *resident,
			     struct verdict *verdict_r)
{
	const char *queue_id = context->envelope->queue_id;
	const char *known = service_address_word(recipient->service.kind);
	const char *word = known != NULL ? known : "question";
	const char *silence;
	struct kairan_error error;

	if (address_is_null(context->envelope->sender)) {
		silence = "automatic";
	} else if (!read_from(context, resident, &error)) {
		log_event(LOG_LEVEL_INFO, queue_id, 0, "%s: refused: %s", word,
			  error.text);
		verdict_set(verdict_r, REASON_BROKEN, "there must be one From: address");
		return ANSWER_NO;
	} else {
		silence = find_silence(context, resident);
	}
	if (silence == NULL)
		return ANSWER_YES;
	log_event(LOG_LEVEL_INFO, queue_id, 0, "%s: not answered: %s", word, silence);
	return ANSWER_NO;
}

enum answer resident_read(const struct intake_context *context,
			  const struct recipient *recipient, struct resident *resident_r,
			  struct verdict *verdict_r)
{
	struct verdict unknown;
	enum answer answer;

	*resident_r = (struct resident){ 0 };
	resident_r->message = resident_parse(context, verdict_r);
	if (resident_r->message == NULL)
		return ANSWER_NO;
	answer = read_mail(context, recipient, resident_r, verdict_r);
	if (answer != ANSWER_YES)
		return answer;
	resident_r->language =
	    find_language(context, &recipient->service, resident_r->message);
	verdict_pass(&unknown);
	answer = is_login(context, &resident_r->from, &unknown);
	if (answer == ANSWER_UNKNOWN) {
		*verdict_r = unknown;
		return answer;
	}
	resident_r->is_proven =
	    answer == ANSWER_YES ||
	    (!resident_r->is_from_old &&
	     intake_proves_from(context, resident_r->message, &resident_r->from));
	return ANSWER_YES;
}

void resident_clear(struct resident *resident)
{
	message_free(resident->message);
	broadcast_free(resident->broadcast);
	*resident = (struct resident){ 0 };
}
