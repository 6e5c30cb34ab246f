/*
 * NAME
 *	broadcast_mail - the mail that residents get
 *
 * DESCRIPTION
 *	Made from the draft alone, so that nothing of the writer's client goes out: From: and
 *	To: are the broadcast address, the text is what the approver saw. ISO-2022-JP (7bit)
 *	where every character has its place, since old phones read nothing else; otherwise
 *	UTF-8.
 *
 *	On its way to the subscribers the mail passes the MTA once more. There it is compared
 *	with the draft, so that an address of a release, read in a log, sends nothing else.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/broadcast_mail.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/own_address.h"
#include "milter/draft/answer_address.h"
#include "milter/mail/charset.h"
#include "milter/mail/message.h"

/* Far enough away that a shard may wait for a dead MTA; near enough to fit the token. */
#define RELEASE_TOKEN_SECONDS (366 * 86400)

static bool wants_iso2022jp(const struct settings *settings, const struct draft *draft)
{
	if (settings->outgoing_charset == OUTGOING_UTF8)
		return false;
	return charset_fits_iso2022jp(draft->subject) &&
	       charset_fits_iso2022jp(draft->text) &&
	       charset_fits_iso2022jp(draft->broadcast_ja);
}

char *broadcast_mail_id(const struct setup *setup, const struct draft *draft)
{
	return g_strdup_printf("<broadcast.%lld.%02x%02x%02x%02x@%s>",
			       (long long)draft->id, draft->submit_key[0],
			       draft->submit_key[1], draft->submit_key[2],
			       draft->submit_key[3], setup->settings->service_domain);
}

bool broadcast_mail_write(const struct setup *setup, const struct draft *draft,
			  char **octets_r, size_t *length_r, struct kairan_error *error_r)
{
	const struct settings *settings = setup->settings;
	const char *at = strrchr(draft->broadcast, '@');
	g_autofree char *local =
	    g_strndup(draft->broadcast, (gsize)(at - draft->broadcast));
	g_autofree char *list_id = g_strdup_printf("<%s.%s>", local, at + 1);
	g_autofree char *unsubscribe = g_strdup_printf(
	    "<mailto:leave-%s@%s>", draft->list, settings->service_domain);
	g_autofree char *id = broadcast_mail_id(setup, draft);
	const char *first = *draft->in_reply_to != '\0' ? draft->in_reply_to : NULL;
	char zone[8];
	const struct message_draft mail = {
		.from_name = draft->broadcast_ja,
		.from_address = draft->broadcast,
		.to_name = draft->broadcast_ja,
		.to_address = draft->broadcast,
		.subject = draft->subject,
		.message_id = id,
		.in_reply_to = first,
		.references = first,
		.list_id = list_id,
		.list_unsubscribe = unsubscribe,
		.auto_submitted = "auto-generated",
		.date = draft->due_at,
		.date_zone = zone,
		.text = draft->text,
		.charset = wants_iso2022jp(settings, draft) ? ENCODED_WORD_ISO2022JP
							    : ENCODED_WORD_UTF8,
	};

	clock_format(draft->due_at, settings->time_zone, "%z", zone, sizeof(zone));
	return message_write(&mail, octets_r, length_r, error_r);
}

/* White space between the words of a header is the mail systems' to fold. */
static char *squeeze(const char *value)
{
	GString *out = g_string_new(NULL);

	for (; *value != '\0'; value++)
		if (strchr(" \t\r\n", *value) == NULL)
			g_string_append_c(out, *value);
	return g_string_free(out, FALSE);
}

static bool same_header(const struct message *one, const struct message *other,
			const char *name)
{
	g_autofree char *left = NULL;
	g_autofree char *right = NULL;

	if (message_count_header(one, name) != 1 ||
	    message_count_header(other, name) != 1)
		return false;
	left = squeeze(message_get_header(one, name, 0));
	right = squeeze(message_get_header(other, name, 0));
	return strcmp(left, right) == 0;
}

static bool same_headers(const struct message *one, const struct message *other)
{
	static const char *const names[] = { "From",        "To",
					     "Subject",     "Date",
					     "Message-ID",  "Content-Type",
					     "List-Id",     "Content-Transfer-Encoding",
					     "MIME-Version" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!same_header(one, other, names[i]))
			return false;
	return true;
}

static const char *find_body(const char *octets, size_t length, size_t *body_length_r)
{
	const char *blank = memmem(octets, length, "\r\n\r\n", 4);

	if (blank == NULL)
		return NULL;
	*body_length_r = length - (size_t)(blank + 4 - octets);
	return blank + 4;
}

static bool same_body(const char *one, size_t one_length, const char *other,
		      size_t other_length)
{
	size_t left_length, right_length;
	const char *left = find_body(one, one_length, &left_length);
	const char *right = find_body(other, other_length, &right_length);

	return left != NULL && right != NULL && left_length == right_length &&
	       memcmp(left, right, left_length) == 0;
}

bool broadcast_mail_matches(const struct setup *setup, const struct draft *draft,
			    const char *octets, size_t length,
			    struct kairan_error *error_r)
{
	struct message *ours = NULL;
	struct message *theirs = NULL;
	char *written = NULL;
	size_t written_length;
	bool same = false;

	if (broadcast_mail_write(setup, draft, &written, &written_length, error_r) &&
	    message_parse(written, written_length, &ours, error_r) &&
	    message_parse(octets, length, &theirs, error_r)) {
		same = same_headers(ours, theirs) &&
		       same_body(written, written_length, octets, length);
		if (!same)
			(void)error_set(error_r, "the mail is not the draft's broadcast");
	}
	message_free(theirs);
	message_free(ours);
	free(written);
	return same;
}

char *broadcast_mail_sender(const struct setup *setup, const struct draft *draft,
			    const struct shard *shard)
{
	/* Postfix is told to complete those that begin with "v" (conf/postfix/verp). */
	const bool xverp = draft->verp && setup->settings->verp_method == VERP_XVERP;
	g_autofree char *whose =
	    g_strdup_printf("%c%lld.%lld", xverp ? 'v' : 'r', (long long)shard->draft,
			    (long long)shard->number);

	return own_address_make(setup->settings, SERVICE_BOUNCE, whose);
}

char *broadcast_mail_address(const struct setup *setup, const struct draft *draft,
			     const struct shard *shard, enum token_purpose purpose)
{
	const struct answering answering = {
		.purpose = purpose,
		.kind = purpose == TOKEN_RELEASE ? SERVICE_RELEASE : SERVICE_RECEIPT,
		.expires = draft->due_at + RELEASE_TOKEN_SECONDS,
	};
	/* It is kairan itself that answers, for one shard. */
	const struct party shard_party = { .number = shard->number, .uid = (char *)"" };

	return answer_address_make(setup, &answering, draft, &shard_party);
}
