/*
 * NAME
 *	confirming - the address that a resident confirms by
 *
 * DESCRIPTION
 *	The token names the row of what was asked for, and not the resident. It is bound to the
 *	address, the list, what is to be done and the version of the terms of use that were
 *	shown, so that nothing else can be agreed to by it.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/core/confirming.h"

#include "milter/core/own_address.h"

static void hash_request(const struct resident_request *request,
			 unsigned char hash_r[TOKEN_HASH_OCTETS])
{
	g_autofree char *text =
	    g_strdup_printf("%d\n%s\n%s\n%lld", (int)request->kind, request->list,
			    request->terms, (long long)request->until);

	token_hash_text(text, hash_r);
}

char *confirming_make_address(const struct setup *setup,
			      const struct resident_request *request)
{
	const struct token_key *key = keyring_current(setup->keyring);
	unsigned char hash[TOKEN_HASH_OCTETS];
	char text[TOKEN_TEXT_MAX + 1];
	const struct token token = {
		.key_id = key->id,
		.draft = request->id,
		.expires = request->made_at + setup->settings->confirm_window,
	};
	const struct token_facts facts = { TOKEN_CONFIRM, request->key, hash };

	hash_request(request, hash);
	if (!token_make(&token, key, &facts, text))
		return NULL;
	return own_address_make(setup->settings, SERVICE_CONFIRM, text);
}

enum token_status confirming_verify(const struct setup *setup,
				    const struct resident_request *request,
				    const char *text, size_t length, int64_t now)
{
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = { TOKEN_CONFIRM, request->key, hash };
	const struct token_key *key;
	struct token token;

	if (!token_read(text, length, &token) || token.draft != request->id)
		return TOKEN_FORGED;
	key = keyring_find(setup->keyring, token.key_id);
	if (key == NULL)
		return TOKEN_FORGED;
	hash_request(request, hash);
	return token_verify(text, length, key, &facts, now);
}
