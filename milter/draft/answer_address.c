/*
 * NAME
 *	answer_address - the addresses by which a draft's people answer
 *
 * DESCRIPTION
 *	A token binds such an address to the person, the draft and its text (policy/token.h).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/answer_address.h"

#include <glib.h>

#include "milter/core/own_address.h"
#include "policy/part.h"

char *answer_address_make(const struct setup *setup, const struct answering *answering,
			  const struct draft *draft, const struct party *party)
{
	const struct token_key *key = keyring_current(setup->keyring);
	unsigned char hash[TOKEN_HASH_OCTETS];
	char text[TOKEN_TEXT_MAX + 1];
	const struct token token = {
		.key_id = key->id,
		.draft = draft->id,
		.party = (uint32_t)party->number,
		.expires = answering->expires,
	};
	const struct token_facts token_facts = {
		.purpose = answering->purpose,
		.person = party->uid,
		.text_hash = hash,
	};

	part_hash_texts(draft->text, draft->parts, hash);
	if (!token_make(&token, key, &token_facts, text))
		return NULL;
	return own_address_make(setup->settings, answering->kind, text);
}

char *answer_address_link(const char *address, const char *subject, const char *words)
{
	/* RFC 6068: '+' is allowed as it is, but some clients read it as a space. */
	char **pieces = g_strsplit(address, "+", 2);
	g_autofree char *to = g_strjoinv("%2B", pieces);
	g_autofree char *reply = g_strconcat("Re: ", subject, NULL);
	g_autofree char *escaped_subject = g_uri_escape_string(reply, NULL, false);
	g_autofree char *escaped_words = g_uri_escape_string(words, NULL, false);

	g_strfreev(pieces);
	return g_strdup_printf("mailto:%s?subject=%s&body=%s", to, escaped_subject,
			       escaped_words);
}
