/*
 * NAME
 *	intake_role - mail to postmaster@ and abuse@ the service domain, and to LIST-owner@
 *
 * DESCRIPTION
 *	Whoever takes mail for a domain reads what strangers write to these two (RFC 5321
 *	section 4.5.1, RFC 2142). The administrators become the mail's recipients in their
 *	place; the mail itself stays as it is, with all that is attached. Who they are is asked
 *	when the mail is complete; while LDAP is silent it goes to those who were known last.
 *
 *	LIST-owner@ is read by the sections that send to the list, at the addresses that they
 *	share (ldap_shared_mail); where they have none, or LDAP is silent, by the administrators.
 *
 *	An administrator's mailbox that sends its mail here would have it go round: a
 *	Delivered-To is added, and a mail that has one of these already has been to them all. It
 *	goes no further. An administrator whose address is here too is left out.
 *
 * DIAGNOSTICS
 *	Info: a mail that was passed on. Warning: one that came round; LDAP and the
 *	administrators known last are silent. Error: there is no administrator to be reached, or
 *	the MTA takes no recipient. But for the first two the mail waits at its sender's.
 */
#include "config.h"

#include <glib.h>

#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/draft/offices.h"
#include "milter/intake/resident.h"
#include "milter/mail/message.h"

#define TRACE "Delivered-To"

static enum service_kind find_kind(const struct settings *settings, const char *text)
{
	struct service_address service;
	struct address address;

	if (!address_read(text, &address, NULL))
		return SERVICE_NONE;
	service_address_read(&address, settings->service_domain, settings->notice_sender,
			     &service);
	return service.kind;
}

/* Does a mail that was at this address come round when it is at the recipient's? */
static bool leads_back(const struct settings *settings, const char *text,
		       const struct recipient *recipient)
{
	return recipient->service.kind == SERVICE_ROLE
		   ? find_kind(settings, text) == SERVICE_ROLE
		   : g_ascii_strcasecmp(text, recipient->address.spec) == 0;
}

/* Has it been here before? What cannot be read has not. */
static bool came_round(const struct intake_context *context,
		       const struct recipient *recipient)
{
	const GString *octets = context->envelope->octets;
	struct message *message = NULL;
	const char *value;
	bool found = false;

	if (!message_parse(octets->str, octets->len, &message, NULL))
		return false;
	for (size_t n = 0;
	     !found && (value = message_get_header(message, TRACE, n)) != NULL; n++) {
		g_autofree char *text = g_strstrip(g_strdup(value));

		found = leads_back(context->setup->settings, text, recipient);
	}
	message_free(message);
	return found;
}

/* The addresses, each once and in angle brackets; NULL with the error. */
static GPtrArray *list_administrators(const struct intake_context *context,
				      struct kairan_error *error_r)
{
	GPtrArray *administrators = NULL;
	GPtrArray *paths;

	if (!administrators_find(context->kairan, context->setup, &administrators,
				 error_r))
		return NULL;
	paths = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < administrators->len; i++) {
		const struct person *person = g_ptr_array_index(administrators, i);
		const char *mail = person->mails[0];

		if (mail != NULL &&
		    find_kind(context->setup->settings, mail) == SERVICE_NONE)
			g_ptr_array_add(paths, g_strdup_printf("<%s>", mail));
	}
	g_ptr_array_unref(administrators);
	if (paths->len > 0)
		return paths;
	(void)error_set(error_r, "no administrator has a mail address (Art. 3)");
	g_ptr_array_unref(paths);
	return NULL;
}

/* The addresses that the sections of the list share, as those before; NULL: there are none. */
static GPtrArray *list_office(const struct intake_context *context,
			      const struct recipient *recipient)
{
	const struct service_address *service = &recipient->service;
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	struct broadcast *broadcast = NULL;
	GPtrArray *sections = NULL;

	if (resident_find_broadcast(context, service->token, service->token_length,
				    &broadcast) == ANSWER_YES)
		sections = offices_list(context->setup, broadcast, NULL);
	for (guint i = 0; sections != NULL && i < sections->len; i++) {
		const struct section *section = g_ptr_array_index(sections, i);
		const char *mail = section->shared_mails[0];

		if (mail != NULL &&
		    find_kind(context->setup->settings, mail) == SERVICE_NONE)
			g_ptr_array_add(paths, g_strdup_printf("<%s>", mail));
	}
	broadcast_free(broadcast);
	if (sections != NULL)
		g_ptr_array_unref(sections);
	if (paths->len > 0)
		return paths;
	g_ptr_array_unref(paths);
	return NULL;
}

static GPtrArray *list_readers(const struct intake_context *context,
			       const struct recipient *recipient,
			       struct kairan_error *error_r)
{
	GPtrArray *paths = recipient->service.kind == SERVICE_OWNER
			       ? list_office(context, recipient)
			       : NULL;

	return paths != NULL ? paths : list_administrators(context, error_r);
}

static bool pass_on(const struct intake_context *context,
		    const struct recipient *recipient, const GPtrArray *paths,
		    struct kairan_error *error_r)
{
	const struct intake_mta *mta = context->mta;

	if (!mta->add_header(mta->context, TRACE, recipient->address.spec))
		return error_set(error_r, "the MTA does not take a header");
	for (guint i = 0; i < paths->len; i++)
		if (!mta->add_recipient(mta->context, g_ptr_array_index(paths, i)))
			return error_set(error_r,
					 "the MTA does not take the recipient %s",
					 (const char *)g_ptr_array_index(paths, i));
	context->envelope->others += paths->len;
	return true;
}

/* Did the other of the two addresses pass the same mail on? */
static bool is_second(const struct envelope *envelope, const struct recipient *recipient)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const struct recipient *other =
		    g_ptr_array_index(envelope->recipients, i);

		if (other == recipient)
			return false;
		if (other->service.kind == SERVICE_ROLE)
			return true;
	}
	return false;
}

/* Strangers too may write here. */
static void judge(const struct intake_context *context, struct recipient *recipient,
		  struct verdict *verdict_r)
{
	verdict_pass(verdict_r);
	if (recipient->service.kind == SERVICE_OWNER)
		resident_judge_list(context, &recipient->service, verdict_r);
}

static void take(const struct intake_context *context, struct recipient *recipient,
		 struct verdict *verdict_r)
{
	struct envelope *envelope = context->envelope;
	const char *spec = recipient->address.spec;
	struct kairan_error error = { "" };
	GPtrArray *paths;

	verdict_pass(verdict_r);
	if (recipient->service.kind == SERVICE_ROLE && is_second(envelope, recipient))
		return;
	if (came_round(context, recipient)) {
		log_event(LOG_LEVEL_WARNING, envelope->queue_id, 0,
			  "mail from %s to %s came round, and goes no further: an "
			  "administrator's mailbox sends its mail there",
			  envelope->sender, spec);
		return;
	}
	paths = list_readers(context, recipient, &error);
	if (paths == NULL || !pass_on(context, recipient, paths, &error)) {
		log_event(LOG_LEVEL_ERROR, envelope->queue_id, 0, "mail to %s: %s", spec,
			  error.text);
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	} else {
		log_event(LOG_LEVEL_INFO, envelope->queue_id, 0,
			  "mail from %s to %s goes to %u %s", envelope->sender, spec,
			  paths->len,
			  recipient->service.kind == SERVICE_OWNER ? "addresses"
								   : "administrators");
	}
	if (paths != NULL)
		g_ptr_array_unref(paths);
}

const struct intake intake_role = { judge, take };
