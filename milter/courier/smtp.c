/*
 * NAME
 *	smtp - hand one mail to the MTA
 *
 * DESCRIPTION
 *	One transaction, one recipient, by libcurl, on a connection that the next mail may use
 *	too. What matters is to tell "not queued" from "perhaps queued": once the last octet of
 *	the message has been given to the connection, a missing answer is SMTP_UNKNOWN.
 *
 *	A connection that the MTA has closed meanwhile is noticed by libcurl, which then makes
 *	another; it never repeats a mail by itself.
 *
 * DIAGNOSTICS
 *	None of its own; the caller logs the result.
 */
#include "config.h"

#include "milter/courier/smtp.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "conf/fault.h"

struct smtp {
	CURL *curl; /* has the connection; NULL before the first mail */
};

struct upload {
	const char *octets;
	size_t left;
	bool finished;     /* curl has been told that nothing more comes */
	bool at_recipient; /* the last command was RCPT */
	char *response;
	size_t response_size;
};

/* Which command is the answer to? QUIT says nothing of the mail. */
static int note_command(CURL *curl, curl_infotype type, char *data, size_t size,
			void *context)
{
	struct upload *upload = context;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && size >= 4 && memcmp(data, "QUIT", 4) != 0)
		upload->at_recipient = memcmp(data, "RCPT", 4) == 0;
	return 0;
}

static size_t give_octets(char *buffer, size_t size, size_t count, void *context)
{
	struct upload *upload = context;
	size_t give = MIN(size * count, upload->left);

	memcpy(buffer, upload->octets, give);
	upload->octets += give;
	upload->left -= give;
	if (give == 0) {
		fault_point("smtp.data");
		upload->finished = true;
	}
	return give;
}

/* The last reply stays, but for the one to QUIT (221, RFC 5321 section 4.2.3), which says
 * nothing of the mail. */
static size_t take_response(char *line, size_t size, size_t count, void *context)
{
	struct upload *upload = context;
	int length = (int)MIN(size * count, upload->response_size - 1);

	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	if (length < 3 || memcmp(line, "221", 3) != 0)
		(void)snprintf(upload->response, upload->response_size, "%.*s", length,
			       line);
	return size * count;
}

static void set_options(CURL *curl, const struct settings *settings, const char *url,
			const char *sender, struct curl_slist *recipients,
			struct upload *upload)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)settings->mta_timeout);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_octets);
	curl_easy_setopt(curl, CURLOPT_READDATA, upload);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_response);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, upload);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_command);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, upload);
}

static enum smtp_outcome judge(CURLcode code, long reply, bool finished)
{
	if (code == CURLE_OK)
		return SMTP_ACCEPTED;
	if (reply >= 500)
		return SMTP_REFUSED;
	if (reply >= 400)
		return SMTP_TEMPORARY;
	return finished ? SMTP_UNKNOWN : SMTP_TEMPORARY;
}

struct smtp *smtp_new(void)
{
	return g_new0(struct smtp, 1);
}

void smtp_close(struct smtp *smtp)
{
	curl_easy_cleanup(smtp->curl);
	smtp->curl = NULL;
}

void smtp_free(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	smtp_close(smtp);
	g_free(smtp);
}

/* RFC 3463. An MTA that waits with its refusals until RCPT (Postfix: smtpd_delay_reject) says there,
 * too, what it has against the client or the sender (5.7, 5.1.0, 5.1.7, 5.1.8), and what ails itself:
 * then it would refuse everybody, until somebody mends that. */
static bool is_about_person(const char *response)
{
	unsigned int subject, detail;

	if (sscanf(response, "%*3u%*1[ -]5.%3u.%3u", &subject, &detail) != 2)
		return true;
	switch (subject) {
	case 1:
		return detail != 0 && detail != 7 && detail != 8;
	case 2:
		return detail != 3; /* longer than the mailbox takes */
	case 7:
		return detail == 13 || detail == 17; /* disabled, or another's now */
	default:
		return false;
	}
}

static CURL *get_handle(struct smtp *smtp)
{
	if (smtp->curl == NULL)
		smtp->curl = curl_easy_init();
	return smtp->curl;
}

void smtp_send(struct smtp *smtp, const struct settings *settings,
	       const struct smtp_mail *mail, struct smtp_result *result_r)
{
	g_autofree char *url =
	    g_strdup_printf("%s/%s", settings->mta_url, settings->mta_helo);
	g_autofree char *from = g_strdup_printf("<%s>", mail->sender);
	g_autofree char *to = g_strdup_printf("<%s>", mail->recipient);
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	CURL *curl = get_handle(smtp);
	struct upload upload = {
		.octets = mail->octets,
		.left = mail->length,
		.response = result_r->response,
		.response_size = sizeof(result_r->response),
	};
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long reply = 0;

	result_r->response[0] = '\0';
	if (curl != NULL && recipients != NULL) {
		set_options(curl, settings, url, from, recipients, &upload);
		fault_point("smtp.before");
		code = curl_easy_perform(curl);
		fault_point("smtp.after");
		(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	}
	result_r->outcome = judge(code, reply, upload.finished);
	result_r->at_recipient = result_r->outcome == SMTP_REFUSED && upload.at_recipient;
	result_r->is_of_person =
	    result_r->at_recipient && is_about_person(result_r->response);
	if (code != CURLE_OK && reply < 400)
		(void)snprintf(result_r->response, sizeof(result_r->response), "%s: %s",
			       settings->mta_url, curl_easy_strerror(code));
	/* Forget this mail, and keep the connection. */
	if (curl != NULL)
		curl_easy_reset(curl);
	curl_slist_free_all(recipients);
}
