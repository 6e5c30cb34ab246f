/*
 * NAME
 *	probe_mail - the mail that kairan sends to itself
 *
 * DESCRIPTION
 *	It has what a broadcast and an approval request have: a From of the service, a Reply-To
 *	with a token's shape, Japanese text, a long line and one that begins with a dot. Whatever
 *	changes it on the way changes those.
 *
 *	It is signed for a stage: the mail that goes to the filter, and the copy that the filter
 *	has the MTA queue, have addresses of their own, so that one cannot be sent as the other.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/core/probe_mail.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/own_address.h"
#include "milter/mail/message.h"
#include "milter/mail/message_compare.h"

static const char probe_subject[] = "回覧の通り道の確認 (kairan probe)";
static const char probe_text[] =
    "このメールは、回覧がメールの通り道を確かめるために自分宛てに送ったものです。\n"
    "どなたにも届きません。\n"
    "\n"
    "kairan has sent this mail to itself, to see whether it comes back as it was.\n"
    ".\n"
    "From here on nothing may be added, removed or written anew: "
    "0123456789 0123456789 0123456789 0123456789 0123456789\n";

struct probe probe_mail_begin(const char *sender)
{
	/* 31 bits are enough for the few that are kept at a time. */
	return (struct probe){
		.id = g_random_int_range(1, G_MAXINT32),
		.at = clock_now(),
		.sender = g_strdup(sender),
	};
}

static struct token_facts make_facts(unsigned char hash[static TOKEN_HASH_OCTETS])
{
	token_hash_text(probe_text, hash);
	return (struct token_facts){ TOKEN_PROBE, "", hash };
}

char *probe_mail_address(const struct settings *settings, const struct keyring *keyring,
			 const struct probe *probe, enum probe_stage stage)
{
	const struct token_key *key = keyring_current(keyring);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = make_facts(hash);
	const struct token token = {
		.key_id = key->id,
		.draft = probe->id,
		.party = (uint32_t)stage,
		.expires = probe->at + PROBE_MAIL_SECONDS,
	};
	char text[TOKEN_TEXT_MAX + 1];

	if (!token_make(&token, key, &facts, text))
		return NULL;
	return own_address_make(settings, SERVICE_PROBE, text);
}

char *probe_mail_sender(const struct settings *settings, const struct probe *probe)
{
	g_autofree char *whose = g_strdup_printf("p%lld", (long long)probe->id);

	return own_address_make(settings, SERVICE_BOUNCE, whose);
}

bool probe_mail_read_address(const struct service_address *service,
			     const struct keyring *keyring, int64_t *id_r,
			     enum probe_stage *stage_r)
{
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = make_facts(hash);
	const struct token_key *key;
	struct token token;

	if (!token_read(service->token, service->token_length, &token))
		return false;
	key = keyring_find(keyring, token.key_id);
	if (key == NULL || token_verify(service->token, service->token_length, key,
					&facts, clock_now()) != TOKEN_VALID)
		return false;
	*id_r = token.draft;
	*stage_r = (enum probe_stage)token.party;
	return true;
}

enum answer probe_mail_find(struct store *store, int64_t id, struct probe *probe_r,
			    struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_probe_find(store, id, probe_r, error_r);
	store_rollback(store);
	return answer;
}

bool probe_mail_write(const struct settings *settings, const struct probe *probe,
		      char **octets_r, size_t *length_r, struct kairan_error *error_r)
{
	/* The shape of an approver's address; it is signed for nothing. */
	g_autofree char *token = g_strnfill(TOKEN_TEXT_MAX, 'a');
	g_autofree char *reply_to = own_address_make(settings, SERVICE_DECIDE, token);
	g_autofree char *list_id =
	    g_strdup_printf("<probe.%s>", settings->service_domain);
	g_autofree char *id =
	    g_strdup_printf("<probe.%lld.%lld@%s>", (long long)probe->id,
			    (long long)probe->at, settings->service_domain);
	char zone[8];
	const struct message_draft mail = {
		.from_name = settings->notice_name_ja,
		.from_address = probe->sender,
		.to_name = settings->notice_name_ja,
		.to_address = probe->sender,
		.reply_to = reply_to,
		.subject = probe_subject,
		.message_id = id,
		.list_id = list_id,
		.auto_submitted = "auto-generated",
		.date = probe->at,
		.date_zone = zone,
		.text = probe_text,
		.charset = settings->outgoing_charset == OUTGOING_UTF8
			       ? ENCODED_WORD_UTF8
			       : ENCODED_WORD_ISO2022JP,
	};

	clock_format(probe->at, settings->time_zone, "%z", zone, sizeof(zone));
	return message_write(&mail, octets_r, length_r, error_r);
}

bool probe_mail_compare(const struct settings *settings, const struct probe *probe,
			const char *octets, size_t length,
			struct kairan_error *difference_r)
{
	char *written = NULL;
	size_t written_length;
	bool same;

	same =
	    probe_mail_write(settings, probe, &written, &written_length, difference_r) &&
	    message_compare(written, written_length, octets, length, difference_r);
	free(written);
	return same;
}
