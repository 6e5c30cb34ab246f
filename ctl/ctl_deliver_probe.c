/*
 * NAME
 *	ctl_deliver_probe - kairan's own mail to itself, out of the pipe
 *
 * DESCRIPTION
 *	The copy of a probe is what residents would have got: it is compared with what was
 *	written, and its newest Received and DKIM-Signature tell of the MTA's clock and of who
 *	signs. A probe that was meant for the filter, and comes here, has come past it.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "ctl/ctl_deliver_probe.h"

#include <curl/curl.h>
#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "conf/log.h"
#include "milter/core/probe_mail.h"
#include "milter/mail/message.h"
#include "schema/store_probe.h"

/* RFC 5321 section 4.4: the time stands behind the last ';'. */
static int64_t read_received(const struct message *message)
{
	const char *value = message_get_header(message, "Received", 0);
	const char *date = value != NULL ? strrchr(value, ';') : NULL;
	g_autofree char *line = NULL;
	time_t at;

	if (date == NULL)
		return 0;
	line = g_strdelimit(g_strdup(date + 1), "\r\n\t", ' ');
	at = curl_getdate(line, NULL);
	return at > 0 ? (int64_t)at : 0;
}

/* The value of a tag (RFC 6376 section 3.2); NULL without it. */
static char *read_tag(char **tags, const char *name)
{
	for (size_t i = 0; tags[i] != NULL; i++) {
		char **pair = g_strsplit(tags[i], "=", 2);
		char *value = NULL;

		if (pair[0] != NULL && pair[1] != NULL &&
		    strcmp(g_strstrip(pair[0]), name) == 0)
			value = g_strdup(g_strstrip(pair[1]));
		g_strfreev(pair);
		if (value != NULL)
			return value;
	}
	return NULL;
}

/* "SELECTOR DOMAIN"; "" without a signature. Free with g_free(). */
static char *read_signature(const struct message *message)
{
	const char *value = message_get_header(message, "DKIM-Signature", 0);
	char **tags = g_strsplit(value != NULL ? value : "", ";", -1);
	g_autofree char *selector = read_tag(tags, "s");
	g_autofree char *domain = read_tag(tags, "d");

	g_strfreev(tags);
	if (selector == NULL || domain == NULL)
		return g_strdup("");
	return g_strdup_printf("%s %s", selector, domain);
}

/* Masquerading and maps rewrite that too, and bounces go elsewhere. */
static bool same_sender(const struct settings *settings, const struct probe *probe,
			const char *sender, struct kairan_error *difference_r)
{
	g_autofree char *wanted = probe_mail_sender(settings, probe);
	struct address address;

	if (address_read(sender, &address, NULL) &&
	    g_ascii_strcasecmp(address.spec, wanted) == 0)
		return true;
	return error_set(difference_r, "envelope sender: is now %.200s, and was %s",
			 sender, wanted);
}

static bool see(const struct ctl_call *call, struct store *store,
		const struct probe_delivery *delivery, const struct probe *probe,
		enum probe_stage stage, struct kairan_error *error_r)
{
	struct kairan_error difference = { "" };
	struct message *message = NULL;
	g_autofree char *signature = NULL;
	struct probe_sight sight = {
		.probe = probe->id,
		.stage = stage == PROBE_COPY ? PROBE_COPY : PROBE_PAST,
		.at = clock_now(),
		.queue_id = (char *)delivery->queue_id,
		.login = (char *)"",
		.difference = difference.text,
		.signature = (char *)"",
	};

	if (!message_init(error_r))
		return false;
	if (probe_mail_compare(call->settings, probe, delivery->octets, delivery->length,
			       &difference) &&
	    stage == PROBE_COPY)
		(void)same_sender(call->settings, probe, delivery->sender, &difference);
	if (message_parse(delivery->octets, delivery->length, &message, NULL)) {
		sight.mta_at = read_received(message);
		sight.signature = signature = read_signature(message);
	}
	message_free(message);
	log_event(LOG_LEVEL_INFO, delivery->queue_id, 0, "probe %lld is in the pipe%s%s",
		  (long long)probe->id,
		  sight.stage == PROBE_PAST ? ", past the filter; " : "; ",
		  difference.text);
	return store_begin(store, error_r) &&
	       store_end(store, store_probe_see(store, &sight, error_r), error_r);
}

enum answer ctl_deliver_probe(const struct ctl_call *call, struct store *store,
			      const struct probe_delivery *delivery,
			      struct kairan_error *error_r)
{
	struct keyring *keyring = NULL;
	struct probe probe = { 0 };
	enum probe_stage stage;
	enum answer answer = ANSWER_NO;
	int64_t id;

	if (!keyring_load("key_file", call->settings->key_file, &keyring, error_r))
		return ANSWER_UNKNOWN;
	if (probe_mail_read_address(delivery->service, keyring, &id, &stage))
		answer = probe_mail_find(store, id, &probe, error_r);
	keyring_free(keyring);
	if (answer == ANSWER_YES && !see(call, store, delivery, &probe, stage, error_r))
		answer = ANSWER_UNKNOWN;
	probe_clear(&probe);
	return answer;
}
