/*
 * NAME
 *	intake_writer - who wrote a mail
 *
 * DESCRIPTION
 *	The SASL login, or where the settings trust one, an Authentication-Results of our own
 *	authserv-id: exactly one, that proves the domain of the one From: address (policy/
 *	authres.c).
 *
 * DIAGNOSTICS
 *	As intake_find_login().
 */
#include "config.h"

#include "milter/intake/writer.h"

#include "policy/authres.h"

bool intake_read_from(const struct message *message, struct address *from_r,
		      struct kairan_error *error_r)
{
	if (message_count_header(message, "From") != 1)
		return error_set(error_r, "there must be exactly one From: header");
	return address_read_from(message_get_header(message, "From", 0), from_r, error_r);
}

bool intake_may_write_as(const struct person *person, const struct section *section,
			 const struct address *from)
{
	return person_has_mail(person, from) ||
	       (section != NULL && section_has_mail(section, from));
}

/* Our own Authentication-Results; NULL without them, or where two contradict each other. */
static const char *find_results(const struct intake_context *context,
				const struct message *message)
{
	const char *authserv_id = context->setup->settings->authserv_id;
	const char *value, *ours = NULL;

	for (size_t n = 0;
	     *authserv_id != '\0' &&
	     (value = message_get_header(message, "Authentication-Results", n)) != NULL;
	     n++) {
		if (!authres_is_ours(value, authserv_id))
			continue;
		if (ours != NULL)
			return NULL;
		ours = value;
	}
	return ours;
}

bool intake_proves_from(const struct intake_context *context,
			const struct message *message, const struct address *from)
{
	const char *ours = find_results(context, message);

	return ours != NULL && message_count_header(message, "From") == 1 &&
	       authres_proves(ours, context->setup->settings->authserv_id,
			      address_domain(from));
}

bool intake_denies_from(const struct intake_context *context,
			const struct message *message, const struct address *from)
{
	const char *authserv_id = context->setup->settings->authserv_id;
	const char *value;
	bool denied = false;

	for (size_t n = 0;
	     *authserv_id != '\0' &&
	     (value = message_get_header(message, "Authentication-Results", n)) != NULL;
	     n++)
		denied =
		    denied || authres_denies(value, authserv_id, address_domain(from));
	return denied;
}

enum answer intake_find_writer(const struct intake_context *context,
			       const struct message *message, struct person **person_r,
			       struct verdict *verdict_r)
{
	const char *login = context->envelope->login;
	struct address from;

	if (*login == '\0') {
		if (!intake_read_from(message, &from, NULL) ||
		    !intake_proves_from(context, message, &from)) {
			verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
			return ANSWER_NO;
		}
		login = from.spec;
	}
	return intake_find_login(context, login, person_r, verdict_r);
}

enum answer intake_judge_writer(const struct intake_context *context,
				struct verdict *verdict_r)
{
	const char *login = context->envelope->login;
	struct person *person = NULL;
	enum answer answer = ANSWER_YES;

	if (*login != '\0') {
		answer = intake_find_login(context, login, &person, verdict_r);
	} else if (*context->setup->settings->authserv_id == '\0') {
		verdict_set(verdict_r, REASON_NOT_LOGGED_IN, NULL);
		answer = ANSWER_NO;
	}
	person_free(person);
	return answer;
}

void intake_record_outcome(const struct intake_context *context, const char *action,
			   enum reason outcome, struct verdict *verdict)
{
	struct audit_event event = intake_event(context, action);

	event.uid = context->envelope->login;
	event.outcome = reason_name(outcome);
	event.detail = context->envelope->sender;
	intake_record(context, &event, verdict);
}
