/*
 * NAME
 *	deliver_role - a mail to postmaster@ or abuse@ that came through the pipe
 *
 * DESCRIPTION
 *	Mail that the machine itself writes (cron, the MTA's own reports) does not pass the
 *	milter, which would have put the administrators in the recipient's place
 *	(milter/intake/role.c). So it is handed to the listener at mta_url, which has it. Where
 *	that listener has no milter either the mail would come here again for ever: it is marked,
 *	and a mark that comes back is refused.
 *
 * DIAGNOSTICS
 *	EX_TEMPFAIL: the MTA does not take it now. EX_NOPERM: it came back, or is refused.
 */
#include "config.h"

#include "ctl/deliver_role.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/log.h"
#include "milter/courier/smtp.h"
#include "policy/text.h"

#define MARK "X-Kairan-Passed-On: "

/* As SMTP wants them: CRLF. */
static GString *write_octets(const struct role_mail *mail)
{
	const char *text = mail->octets->str, *end = text + mail->octets->len;
	GString *octets = g_string_new(NULL);

	g_string_printf(octets, MARK "%s\r\n", mail->recipient);
	for (const char *at = text; at < end; at++) {
		if (*at == '\n' && (at == text || at[-1] != '\r'))
			g_string_append_c(octets, '\r');
		g_string_append_c(octets, *at);
	}
	if (octets->str[octets->len - 1] != '\n')
		g_string_append(octets, "\r\n");
	return octets;
}

/* Is the mark among the header's lines? */
static bool is_marked(const GString *octets)
{
	const char *end = strstr(octets->str, "\n\n");
	const char *mark = text_begins_with(octets->str, MARK)
			       ? octets->str
			       : strstr(octets->str, "\n" MARK);

	if (end == NULL)
		end = strstr(octets->str, "\r\n\r\n");
	return mark != NULL && (end == NULL || mark < end);
}

static int judge(const struct role_mail *mail, const struct smtp_result *result)
{
	const bool ok = result->outcome == SMTP_ACCEPTED;

	log_event(ok ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, mail->queue_id, 0,
		  "mail to %s is handed to the MTA once more: %s", mail->recipient,
		  result->response);
	if (ok)
		return EX_OK;
	fprintf(stderr, "%s %s\n", result->outcome == SMTP_REFUSED ? "5.0.0" : "4.4.1",
		result->response);
	return result->outcome == SMTP_REFUSED ? EX_NOPERM : EX_TEMPFAIL;
}

int deliver_role_pass(const struct settings *settings, const struct role_mail *mail)
{
	const bool is_null = strcmp(mail->sender, "<>") == 0;
	struct smtp_result result = { .outcome = SMTP_TEMPORARY };
	struct smtp *smtp;
	GString *octets;

	if (is_marked(mail->octets)) {
		log_event(
		    LOG_LEVEL_ERROR, mail->queue_id, 0,
		    "mail to %s came back: the listener at mta_url (%s) has no milter",
		    mail->recipient, settings->mta_url);
		fputs("5.4.6 mail to the administrators comes back\n", stderr);
		return EX_NOPERM;
	}
	octets = write_octets(mail);
	smtp = smtp_new();
	smtp_send(smtp, settings,
		  &(struct smtp_mail){ .sender = is_null ? "" : mail->sender,
				       .recipient = mail->recipient,
				       .octets = octets->str,
				       .length = octets->len },
		  &result);
	smtp_free(smtp);
	(void)g_string_free(octets, TRUE);
	return judge(mail, &result);
}
