/*
 * NAME
 *	login - a mail by somebody's login
 *
 * DESCRIPTION
 *	As a mail program of the staff does: the submission service, TLS where it has that, SMTP
 *	AUTH. A password goes over a connection without TLS only to this machine itself, and a
 *	certificate is only there not checked against the name, which is "localhost".
 *
 *	The filter keeps whose login it was told.
 *
 * DIAGNOSTICS
 *	What the service says is an answer. Errors: the password file, the store.
 */
#include "config.h"

#include "ctl/check/login.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "milter/core/probe_mail.h"
#include "milter/courier/probe_send.h"
#include "policy/text.h"

#define DEFAULT_SUBMISSION "smtp://127.0.0.1:587"
#define PASSWORD_SIZE      1024

struct login_mail {
	const char *url;
	const char *login;
	const char *password;
	const char *sender;
	const char *recipient;
	char *octets;
	size_t length;
	size_t sent;
};

static bool read_password(const char *path, char text[PASSWORD_SIZE],
			  struct kairan_error *error_r)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (file == NULL)
		return error_set(error_r, "--password-file: cannot open %s: %s", path,
				 strerror(errno));
	ok = fgets(text, PASSWORD_SIZE, file) != NULL;
	fclose(file);
	if (!ok)
		return error_set(error_r, "--password-file: %s has no line", path);
	text[strcspn(text, "\r\n")] = '\0';
	return true;
}

static bool is_here(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL;
	bool here = false;

	if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		here = strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
		       text_begins_with(host, "127.");
	curl_free(host);
	curl_url_cleanup(parts);
	return here;
}

static size_t give(char *buffer, size_t size, size_t count, void *context)
{
	struct login_mail *mail = context;
	const size_t length = MIN(size * count, mail->length - mail->sent);

	memcpy(buffer, mail->octets + mail->sent, length);
	mail->sent += length;
	return length;
}

/* The last line that says something of the mail, or refuses the login. */
static size_t take(char *line, size_t size, size_t count, void *context)
{
	struct smtp_result *result = context;
	g_autofree char *text = g_strndup(line, size * count);

	g_strchomp(text);
	if (!text_begins_with(text, "221"))
		(void)g_strlcpy(result->response, text, sizeof(result->response));
	return size * count;
}

static void set_options(CURL *curl, const struct settings *settings,
			struct login_mail *mail, struct curl_slist *recipients,
			struct smtp_result *result_r)
{
	const bool here = is_here(mail->url);
	g_autofree char *url = g_strdup_printf("%s/%s", mail->url, settings->mta_helo);

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)settings->mta_timeout);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(here ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, here ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, here ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_USERNAME, mail->login);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, mail);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, result_r);
}

static void submit(const struct settings *settings, struct login_mail *mail,
		   struct smtp_result *result_r)
{
	struct curl_slist *recipients = curl_slist_append(NULL, mail->recipient);
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long reply = 0;

	if (curl != NULL && recipients != NULL) {
		set_options(curl, settings, mail, recipients, result_r);
		code = curl_easy_perform(curl);
		(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	}
	result_r->outcome = code == CURLE_OK ? SMTP_ACCEPTED
			    : reply >= 500   ? SMTP_REFUSED
					     : SMTP_TEMPORARY;
	if (code != CURLE_OK && reply < 400)
		(void)snprintf(result_r->response, sizeof(result_r->response), "%s: %s",
			       mail->url, curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	curl_slist_free_all(recipients);
}

static bool send_as(struct check *check, struct check_probe *probe,
		    struct login_mail *mail, struct kairan_error *error_r)
{
	const struct settings *settings = check->setup->settings;
	g_autofree char *to = probe_mail_address(settings, check->setup->keyring,
						 &probe->probe, PROBE_LOGIN);

	if (!probe_mail_write(settings, &probe->probe, &mail->octets, &mail->length,
			      error_r) ||
	    !probe_keep(check->store, &probe->probe, error_r))
		return false;
	mail->recipient = to;
	submit(settings, mail, &probe->result);
	return true;
}

bool check_login_send(struct check *check, struct kairan_error *error_r)
{
	const struct check_options *options = check->options;
	struct check_probe *probe;
	struct person *person = NULL;
	struct kairan_error error = { "is in the directory for nobody" };
	char password[PASSWORD_SIZE];
	struct login_mail mail = {
		.url = options->submission != NULL ? options->submission
						   : DEFAULT_SUBMISSION,
		.login = options->login,
		.password = password,
	};
	bool ok;

	if (options->login == NULL)
		return true;
	if (!read_password(options->password_file, password, error_r))
		return false;
	probe = g_new0(struct check_probe, 1);
	probe->is_login = true;
	g_ptr_array_add(check->probes, probe);
	if (directory_find_person(check->setup->directory, options->login, &person,
				  &error) != ANSWER_YES ||
	    person->mails[0] == NULL) {
		probe->result.outcome = SMTP_TEMPORARY;
		(void)snprintf(probe->result.response, sizeof(probe->result.response),
			       "%s: %.200s", options->login, error.text);
		ok = true;
	} else {
		probe->probe = probe_mail_begin(person->mails[0]);
		probe->login_uid = g_strdup(person->uid);
		mail.sender = probe->probe.sender;
		ok = send_as(check, probe, &mail, error_r);
	}
	person_free(person);
	free(mail.octets);
	explicit_bzero(password, sizeof(password));
	return ok;
}
