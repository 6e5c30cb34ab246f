/*
 * NAME
 *	broadcast_mail - the mail that residents get
 *
 * DESCRIPTION
 *	Made from the draft alone, so that nothing of the writer's client goes out: From: and
 *	To: are the broadcast address, text and footer are what the approver saw. ISO-2022-JP (7bit)
 *	where every character has its place, since old phones read nothing else; otherwise
 *	UTF-8. In another language it is the same mail, of that part's subject and text, and a
 *	list of its own to mail programs.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/broadcast_mail.h"

#include <glib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/core/leave_token.h"
#include "milter/core/own_address.h"
#include "milter/draft/answer_address.h"
#include "milter/draft/broadcast_footer.h"
#include "milter/mail/charset.h"
#include "milter/mail/message.h"
#include "policy/bounce_address.h"
#include "policy/language.h"
#include "policy/part.h"

/* Far enough away that a shard may wait for a dead MTA; near enough to fit the token. */
#define RELEASE_TOKEN_SECONDS (366 * 86400)

/* What a mail has of its own in each language; all borrowed. */
struct broadcast_text {
	const char *name; /* of the broadcast */
	const char *list;
	const char *subject;
	const char *text;
	const char *in_reply_to;
	const char *footer;
};

/* Names are there in Japanese and English. */
static bool find_text(const struct draft *draft, const char *language,
		      struct broadcast_text *text_r)
{
	const bool ja = *language == '\0' || language_is_japanese(language);
	const char *name = ja ? draft->broadcast_ja : draft->broadcast_en;
	const struct part *part;

	if (*language == '\0') {
		*text_r = (struct broadcast_text){
			name,        draft->list,        draft->subject,
			draft->text, draft->in_reply_to, draft->footer
		};
		return true;
	}
	part = part_find(draft->parts, language);
	if (part == NULL)
		return false;
	*text_r = (struct broadcast_text){ name,       part->list,        part->subject,
					   part->text, part->in_reply_to, part->footer };
	return true;
}

static bool wants_iso2022jp(const struct settings *settings,
			    const struct broadcast_text *text)
{
	if (settings->outgoing_charset == OUTGOING_UTF8)
		return false;
	return charset_fits_iso2022jp(text->subject) &&
	       charset_fits_iso2022jp(text->text) &&
	       charset_fits_iso2022jp(text->footer) && charset_fits_iso2022jp(text->name);
}

enum encoded_word_charset broadcast_mail_charset(const struct settings *settings,
						 const struct draft *draft,
						 const char *language)
{
	struct broadcast_text text;

	return find_text(draft, language, &text) && wants_iso2022jp(settings, &text)
		   ? ENCODED_WORD_ISO2022JP
		   : ENCODED_WORD_UTF8;
}

char *broadcast_mail_id(const struct settings *settings, const struct draft *draft,
			const char *language)
{
	return g_strdup_printf("<broadcast.%lld.%02x%02x%02x%02x%s%s@%s>",
			       (long long)draft->id, draft->submit_key[0],
			       draft->submit_key[1], draft->submit_key[2],
			       draft->submit_key[3], *language != '\0' ? "." : "",
			       language, settings->service_domain);
}

/* By which mail programs know the list (RFC 2919): its address, or of a list in another language
 * its name in the address's domain. */
static char *make_list_id(const struct draft *draft, const char *language,
			  const struct broadcast_text *text)
{
	const char *at = strrchr(draft->broadcast, '@');
	g_autofree char *local =
	    g_strndup(draft->broadcast, (gsize)(at - draft->broadcast));

	return g_strdup_printf("<%s.%s>", *language != '\0' ? text->list : local, at + 1);
}

/* An address of the list, as a header names it (RFC 2369). */
static char *make_list_link(const char *before, const char *list, const char *behind,
			    const struct settings *settings)
{
	return g_strdup_printf("<mailto:%s%s%s@%s>", before, list, behind,
			       settings->service_domain);
}

/* How a resident leaves (RFC 2369). A personal copy has an address that is signed for its reader,
 * and a link that a mail program may use at one click (RFC 8058). */
struct leave_ways {
	char *list; /* List-Unsubscribe */
	const char *post;
};

static bool make_leave_ways(const struct settings *settings,
			    const struct broadcast_copy *copy, struct leave_ways *ways_r,
			    struct kairan_error *error_r)
{
	const struct leave_right right = {
		.leaver = copy->shard->leaver,
		.list = draft_find_list(copy->draft, copy->shard->language),
	};
	char token[TOKEN_TEXT_MAX + 1];
	g_autofree char *address = NULL;
	g_autofree char *list = NULL;

	*ways_r = (struct leave_ways){ 0 };
	/* Nobody joins or leaves a drill list by mail. */
	if (copy->draft->is_drill)
		return true;
	if (right.leaver == 0) {
		ways_r->list = g_strdup_printf("<mailto:leave-%s@%s>", right.list,
					       settings->service_domain);
		return true;
	}
	if (copy->leave_keys == NULL ||
	    !leave_token_make(copy->leave_keys, copy->shard->leave_key, &right, token))
		return error_set(error_r, "leave_key_file: no key signs a personal copy");
	address = own_address_make(settings, SERVICE_LEAVE_SIGNED, token);
	if (*settings->web_url == '\0') {
		ways_r->list = g_strdup_printf("<mailto:%s>", address);
		return true;
	}
	list = g_uri_escape_string(right.list, NULL, false);
	ways_r->list = g_strdup_printf("<%s/leave/%s/%s>, <mailto:%s>", settings->web_url,
				       list, token, address);
	ways_r->post = "List-Unsubscribe=One-Click";
	return true;
}

bool broadcast_mail_write(const struct settings *settings,
			  const struct broadcast_copy *copy, char **octets_r,
			  size_t *length_r, struct kairan_error *error_r)
{
	const struct draft *draft = copy->draft;
	const char *language = copy->shard->language;
	struct broadcast_text text;
	g_autofree char *list_id = NULL;
	g_autofree char *subscribe = NULL;
	g_autofree char *owner = NULL;
	g_autofree char *whole = NULL;
	g_autofree char *id = broadcast_mail_id(settings, draft, language);
	const char *first;
	struct leave_ways ways;
	struct message_draft mail;
	char zone[8];
	bool ok;

	if (!find_text(draft, language, &text))
		return error_set(error_r, "draft %lld has no text in \"%s\"",
				 (long long)draft->id, language);
	if (!make_leave_ways(settings, copy, &ways, error_r))
		return false;
	list_id = make_list_id(draft, language, &text);
	if (!draft->is_drill) {
		subscribe = make_list_link("join-", text.list, "", settings);
		owner = make_list_link("", text.list, "-owner", settings);
	}
	whole = broadcast_footer_add(text.text, text.footer);
	first = *text.in_reply_to != '\0' ? text.in_reply_to : NULL;
	mail = (struct message_draft){
		.from_name = text.name,
		.from_address = draft->broadcast,
		.to_name = text.name,
		.to_address = draft->broadcast,
		.reply_to = *draft->reply_to != '\0' ? draft->reply_to : NULL,
		.subject = text.subject,
		.message_id = id,
		.in_reply_to = first,
		.references = first,
		.list_id = list_id,
		.list_unsubscribe = ways.list,
		.list_unsubscribe_post = ways.post,
		.list_subscribe = subscribe,
		.list_owner = owner,
		.list_post = "NO",
		.auto_submitted = "auto-generated",
		.date = draft->due_at,
		.date_zone = zone,
		.text = whole,
		.charset = broadcast_mail_charset(settings, draft, language),
	};
	clock_format(draft->due_at, settings->time_zone, "%z", zone, sizeof(zone));
	ok = message_write(&mail, octets_r, length_r, error_r);
	g_free(ways.list);
	return ok;
}

char *broadcast_mail_sender(const struct setup *setup, const struct draft *draft,
			    const struct shard *shard)
{
	/* Postfix is told to complete those that begin with "v" (conf/postfix/verp). */
	const bool xverp = draft->verp && setup->settings->verp_method == VERP_XVERP;
	const struct bounce_address address = {
		.origin = xverp ? BOUNCE_OF_RECIPIENT : BOUNCE_OF_SHARD,
		.is_urgent = draft->urgent,
		.number = shard->draft,
		.shard = shard->number,
	};
	char whose[BOUNCE_ADDRESS_SIZE];

	bounce_address_write(&address, keyring_current(setup->keyring), whose);
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
