/*
 * NAME
 *	rows_web - a question about kairan-web
 *
 * DESCRIPTION
 *	Personal copies with a link have mail programs and residents come to it by the town's web
 *	server. It is asked here for a page that there is not, which it says in its own way.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include <curl/curl.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"

#define WEB_SECONDS    10L
#define HTTP_NOT_FOUND 404

static size_t pass_over(char *octets, size_t size, size_t count, void *context)
{
	(void)octets;
	(void)context;
	return size * count;
}

/* 0: nobody has answered, and the words say why. */
static long ask(const char *listen, char words_r[CURL_ERROR_SIZE])
{
	g_autofree char *url = g_strdup_printf("http://%s/", listen);
	CURL *curl = curl_easy_init();
	long status = 0;

	words_r[0] = '\0';
	if (curl == NULL)
		return 0;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WEB_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, pass_over);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words_r);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	return status;
}

enum answer check_ask_web(struct check *check, struct check_words *said)
{
	const struct settings *settings = check->setup->settings;
	char words[CURL_ERROR_SIZE];
	long status;

	if (settings->copies != COPIES_PERSONAL || *settings->web_url == '\0')
		return ANSWER_YES;
	status = ask(settings->web_listen, words);
	if (status == HTTP_NOT_FOUND)
		return ANSWER_YES;
	if (status == 0)
		g_string_printf(said->found, "%s: %s", settings->web_listen, words);
	else
		g_string_printf(said->found,
				check_say("%s: another server answers (HTTP %ld)"),
				settings->web_listen, status);
	return ANSWER_NO;
}
