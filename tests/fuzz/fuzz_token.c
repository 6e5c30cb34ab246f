/*
 * NAME
 *	fuzz_token - arbitrary octets as a token
 *
 * DESCRIPTION
 *	Nobody writes a token without the key: what comes from outside is never genuine. A
 *	token with numbers taken from the input is, until one character of it changes, or
 *	what it was made for.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "policy/token.h"
#include "tests/fuzz/fuzz.h"

static const unsigned char fuzz_hash[TOKEN_HASH_OCTETS] = "the text that was shown";
static const struct token_facts fuzz_facts = { TOKEN_DECIDE, "bosai-chief", fuzz_hash };

/* The token's own key id, so that only the signature can tell. */
static struct token_key key_of(uint8_t id)
{
	struct token_key key = { .id = id };

	memset(key.secret, 0x5a, sizeof(key.secret));
	return key;
}

static void require_same(const struct token *one, const struct token *other)
{
	require(one->key_id == other->key_id && one->draft == other->draft);
	require(one->party == other->party && one->expires == other->expires);
}

static void require_forged(const char *text, size_t length)
{
	struct token token = { 0 }, folded;
	struct token_key key;
	char upper[TOKEN_TEXT_MAX];

	if (token_read(text, length, &token)) {
		require(length == TOKEN_TEXT_MAX);
		for (size_t i = 0; i < length; i++)
			upper[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32)
								    : text[i];
		require(token_read(upper, length, &folded));
		require_same(&token, &folded);
	}
	key = key_of(token.key_id);
	for (enum token_purpose purpose = TOKEN_DECIDE; purpose <= TOKEN_LEAVE;
	     purpose++) {
		const struct token_facts facts = { purpose, "bosai-chief", fuzz_hash };

		require(token_verify(text, length, &key, &facts, 0) == TOKEN_FORGED);
	}
}

/* Numbers of any size, the ones that do not fit among them. */
static struct token take_token(const uint8_t *octets, size_t length)
{
	struct token token = { 0 };
	uint8_t numbers[21] = { 0 };

	memcpy(numbers, octets, length < sizeof(numbers) ? length : sizeof(numbers));
	token.key_id = numbers[0];
	memcpy(&token.draft, numbers + 1, sizeof(token.draft));
	memcpy(&token.expires, numbers + 9, sizeof(token.expires));
	memcpy(&token.party, numbers + 17, sizeof(token.party));
	if ((numbers[0] & 1) != 0) {
		token.draft &= TOKEN_DRAFT_MOST;
		token.expires &= TOKEN_EXPIRES_MOST;
		token.party &= TOKEN_PARTY_MOST;
	}
	return token;
}

static void require_genuine(const struct token *token, size_t place)
{
	const struct token_facts other = { TOKEN_DECIDE, "bosai-chie", fuzz_hash };
	const struct token_key key = key_of(token->key_id);
	char text[TOKEN_TEXT_MAX + 1];
	struct token again;

	if (!token_make(token, &key, &fuzz_facts, text))
		return;
	require(strlen(text) == TOKEN_TEXT_MAX);
	require(token_read(text, TOKEN_TEXT_MAX, &again));
	require_same(token, &again);
	require(token_verify(text, TOKEN_TEXT_MAX, &key, &fuzz_facts, token->expires) ==
		TOKEN_VALID);
	require(token_verify(text, TOKEN_TEXT_MAX, &key, &fuzz_facts,
			     token->expires + 1) == TOKEN_EXPIRED);
	require(token_verify(text, TOKEN_TEXT_MAX, &key, &other, 0) == TOKEN_FORGED);
	place %= TOKEN_TEXT_MAX;
	text[place] = text[place] == 'a' ? 'b' : 'a';
	require(token_verify(text, TOKEN_TEXT_MAX, &key, &fuzz_facts, 0) == TOKEN_FORGED);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	const struct token token = take_token(octets, length);

	require_forged((const char *)octets, length);
	require_genuine(&token, length);
	return 0;
}
