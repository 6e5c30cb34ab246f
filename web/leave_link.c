/*
 * NAME
 *	leave_link - leaving by a link
 *
 * DESCRIPTION
 *	kairan-web has neither the store nor the directory. A link that is signed, or may be by a
 *	key that was made since the start, becomes a mail
 *	to the signed address with the same token, handed to the mail system that kairan-milter
 *	filters for: its answer to the mail says what became of it, since the filter has the
 *	resident leave before it answers.
 *
 * DIAGNOSTICS
 *	Info: a link that was followed. Warning: one that could not be, with the mail system's
 *	answer. Neither has the token.
 */
#include "config.h"

#include "web/leave_link.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/log.h"
#include "milter/core/leave_token.h"
#include "milter/core/own_address.h"
#include "milter/courier/smtp.h"
#include "milter/mail/message.h"

/* Somebody waits before a screen. */
#define MTA_SECONDS_MOST 20

/* A list's name, which the page shows. */
static bool is_list(const char *name)
{
	return g_regex_match_simple("^[a-z0-9][a-z0-9._-]{0,63}$", name,
				    G_REGEX_CASELESS | G_REGEX_DOLLAR_ENDONLY, 0);
}

/* What a newer key has signed than those that were read at the start kairan judges itself. */
static bool may_be_genuine(const struct keyring *keys, const char *text, const char *list)
{
	struct token token;

	if (!token_read(text, strlen(text), &token))
		return false;
	if (keyring_find(keys, token.key_id) == NULL)
		return is_list(list);
	return leave_token_is_genuine(keys, text, strlen(text), list);
}

bool leave_link_read(const char *path, const struct keyring *keys,
		     struct leave_link *link_r)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	const guint count = g_strv_length(parts);

	*link_r = (struct leave_link){ 0 };
	if (count < 3 || strcmp(parts[count - 3], "leave") != 0 ||
	    !may_be_genuine(keys, parts[count - 1], parts[count - 2]))
		return false;
	link_r->list = g_strdup(parts[count - 2]);
	link_r->token = g_strdup(parts[count - 1]);
	return true;
}

void leave_link_clear(struct leave_link *link)
{
	g_free(link->list);
	g_free(link->token);
	*link = (struct leave_link){ 0 };
}

static bool write_mail(const struct settings *settings, const char *to, char **octets_r,
		       size_t *length_r, struct kairan_error *error_r)
{
	g_autofree char *from =
	    g_strdup_printf("%s@%s", settings->notice_sender, settings->service_domain);
	g_autofree char *chance = g_uuid_string_random();
	g_autofree char *id =
	    g_strdup_printf("<leave.%s@%s>", chance, settings->service_domain);
	const struct message_draft mail = {
		.from_address = from,
		.to_address = to,
		.subject = "unsubscribe",
		.message_id = id,
		.auto_submitted = "auto-generated",
		.date = time(NULL),
		.date_zone = "+0000",
		.text = "unsubscribe\n",
		.charset = ENCODED_WORD_UTF8,
	};

	return message_write(&mail, octets_r, length_r, error_r);
}

static enum leave_outcome judge(const struct leave_link *link,
				const struct smtp_result *result)
{
	const char *answer = result->response;

	switch (result->outcome) {
	case SMTP_ACCEPTED:
		log_info("list %s: a link was followed", link->list);
		return LEAVE_DONE;
	case SMTP_REFUSED:
		log_warning("list %s: a link is of nobody: %s", link->list, answer);
		return LEAVE_UNKNOWN;
	case SMTP_TEMPORARY:
	case SMTP_UNKNOWN:
		break;
	}
	log_warning("list %s: a link could not be followed: %s", link->list, answer);
	return LEAVE_LATER;
}

enum leave_outcome leave_link_follow(const struct leave_link *link,
				     const struct settings *settings)
{
	struct settings patient = *settings;
	g_autofree char *address =
	    own_address_make(settings, SERVICE_LEAVE_SIGNED, link->token);
	struct smtp_mail mail = { .sender = "", .recipient = address };
	struct smtp_result result = { .outcome = SMTP_TEMPORARY };
	struct kairan_error error;
	char *octets = NULL;
	struct smtp *smtp;

	patient.mta_timeout = MIN(settings->mta_timeout, MTA_SECONDS_MOST);
	if (!write_mail(settings, address, &octets, &mail.length, &error)) {
		log_error("%s", error.text);
		return LEAVE_LATER;
	}
	mail.octets = octets;
	smtp = smtp_new();
	smtp_send(smtp, &patient, &mail, &result);
	smtp_free(smtp);
	free(octets);
	return judge(link, &result);
}
