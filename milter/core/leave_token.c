/*
 * NAME
 *	leave_token - the right to leave a list, in an address or a link
 *
 * DESCRIPTION
 *	A token names a leaver by a number that was given by chance, and is signed for the list.
 *	It is no address, and who cannot read the store learns nothing from it. The keys are of a
 *	file of their own, so that kairan-web, which the world can reach, has none that signs a
 *	decision.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/core/leave_token.h"

#include <unistd.h>

#include "conf/setting_value.h"

bool leave_token_load_keys(const struct settings *settings, struct keyring **keys_r,
			   struct kairan_error *error_r)
{
	*keys_r = NULL;
	if (settings->copies != COPIES_PERSONAL &&
	    access(settings->leave_key_file, F_OK) != 0)
		return true;
	return keyring_load("leave_key_file", settings->leave_key_file, keys_r, error_r);
}

static struct token_facts make_facts(const char *list,
				     unsigned char hash_r[TOKEN_HASH_OCTETS])
{
	token_hash_text(list, hash_r);
	return (struct token_facts){
		.purpose = TOKEN_LEAVE,
		.person = "",
		.text_hash = hash_r,
	};
}

bool leave_token_make(const struct keyring *keys, unsigned int key_id,
		      const struct leave_right *right, char text_r[TOKEN_TEXT_MAX + 1])
{
	const struct token_key *key = keyring_find(keys, key_id);
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = make_facts(right->list, hash);
	const struct token token = { .draft = right->leaver,
				     .expires = TOKEN_EXPIRES_MOST };

	return token_make(&token, key != NULL ? key : keyring_current(keys), &facts,
			  text_r);
}

bool leave_token_is_genuine(const struct keyring *keys, const char *text, size_t length,
			    const char *list)
{
	unsigned char hash[TOKEN_HASH_OCTETS];
	const struct token_facts facts = make_facts(list, hash);
	const struct token_key *key;
	struct token token;

	if (keys == NULL || !token_read(text, length, &token))
		return false;
	key = keyring_find(keys, token.key_id);
	return key != NULL && token_verify(text, length, key, &facts, 0) == TOKEN_VALID;
}
