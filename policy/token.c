/*
 * NAME
 *	token - signed addresses
 *
 * DESCRIPTION
 *	Packs a draft id, a party number and an expiry, signs them together with what the
 *	verifier must know, and writes the whole in base32, which survives case folding.
 *
 * DIAGNOSTICS
 *	None. A text that cannot be read or verified is reported as such to the caller.
 */
#include "policy/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define HEAD_OCTETS  13
#define MAC_OCTETS   20
#define TOKEN_OCTETS (HEAD_OCTETS + MAC_OCTETS)

static const char token_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static const char *const token_purposes[] = {
	[TOKEN_DECIDE] = "decide",   [TOKEN_DRAFT] = "draft",
	[TOKEN_RELEASE] = "release", [TOKEN_RECEIPT] = "receipt",
	[TOKEN_CORRECT] = "correct", [TOKEN_PROBE] = "probe",
	[TOKEN_ANSWER] = "answer",   [TOKEN_CONFIRM] = "confirm",
	[TOKEN_LEAVE] = "leave",
};

static void put_number(unsigned char *place, uint64_t number, size_t octets)
{
	while (octets-- > 0) {
		place[octets] = (unsigned char)(number & 0xff);
		number >>= 8;
	}
}

static uint64_t get_number(const unsigned char *place, size_t octets)
{
	uint64_t number = 0;

	for (size_t i = 0; i < octets; i++)
		number = number << 8 | place[i];
	return number;
}

static void encode_base32(const unsigned char *octets, size_t count, char *text)
{
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < count; i++) {
		bits = bits << 8 | octets[i];
		for (held += 8; held >= 5; held -= 5)
			*text++ = token_alphabet[bits >> (held - 5) & 31];
		bits &= (1u << held) - 1;
	}
	if (held > 0)
		*text++ = token_alphabet[bits << (5 - held) & 31];
	*text = '\0';
}

/* The value of a character in either case; -1: it is none of the alphabet. */
static int find_digit(char c)
{
	const char folded = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	const char *found = folded != '\0' ? strchr(token_alphabet, folded) : NULL;

	return found != NULL ? (int)(found - token_alphabet) : -1;
}

bool token_has_shape(const char *text, size_t length)
{
	if (length != TOKEN_TEXT_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (find_digit(text[i]) < 0)
			return false;
	return true;
}

/* Exactly TOKEN_TEXT_MAX characters, and zero bits in the unused tail, so that one token
 * has one text only. */
static bool decode_base32(const char *text, size_t length, unsigned char *octets)
{
	unsigned int bits = 0, held = 0;

	if (!token_has_shape(text, length))
		return false;
	for (size_t i = 0; i < length; i++) {
		bits = bits << 5 | (unsigned int)find_digit(text[i]);
		held += 5;
		if (held >= 8) {
			held -= 8;
			*octets++ = (unsigned char)(bits >> held & 0xff);
			bits &= (1u << held) - 1;
		}
	}
	return bits == 0;
}

static bool sign(const unsigned char *head, const struct token_key *key,
		 const struct token_facts *facts, unsigned char mac_r[EVP_MAX_MD_SIZE])
{
	unsigned char text[16 + HEAD_OCTETS + 512 + TOKEN_HASH_OCTETS];
	const char *purpose = token_purposes[facts->purpose];
	size_t purpose_size = strlen(purpose) + 1;
	size_t person_size = strlen(facts->person) + 1;
	unsigned char *end = text;
	unsigned int mac_size = 0;

	if (person_size > 512)
		return false;
	end = memcpy(end, purpose, purpose_size);
	end += purpose_size;
	memcpy(end, head, HEAD_OCTETS);
	end += HEAD_OCTETS;
	memcpy(end, facts->person, person_size);
	end += person_size;
	memcpy(end, facts->text_hash, TOKEN_HASH_OCTETS);
	end += TOKEN_HASH_OCTETS;
	return HMAC(EVP_sha256(), key->secret, TOKEN_KEY_OCTETS, text,
		    (size_t)(end - text), mac_r, &mac_size) != NULL;
}

bool token_make(const struct token *token, const struct token_key *key,
		const struct token_facts *facts, char text_r[TOKEN_TEXT_MAX + 1])
{
	unsigned char octets[TOKEN_OCTETS];
	unsigned char mac[EVP_MAX_MD_SIZE];

	if (token->draft < 1 || token->draft > TOKEN_DRAFT_MOST ||
	    token->party > TOKEN_PARTY_MOST)
		return false;
	if (token->expires < 0 || token->expires > TOKEN_EXPIRES_MOST)
		return false;
	octets[0] = key->id;
	put_number(octets + 1, (uint64_t)token->draft, 5);
	put_number(octets + 6, token->party & 0xffff, 2);
	octets[8] = (unsigned char)(token->party >> 16);
	put_number(octets + 9, (uint64_t)token->expires, 4);
	if (!sign(octets, key, facts, mac))
		return false;
	memcpy(octets + HEAD_OCTETS, mac, MAC_OCTETS);
	encode_base32(octets, sizeof(octets), text_r);
	return true;
}

static void read_head(const unsigned char *octets, struct token *token_r)
{
	token_r->key_id = octets[0];
	token_r->draft = (int64_t)get_number(octets + 1, 5);
	token_r->party = (uint32_t)get_number(octets + 6, 2) | (uint32_t)octets[8] << 16;
	token_r->expires = (int64_t)get_number(octets + 9, 4);
}

bool token_read(const char *text, size_t length, struct token *token_r)
{
	unsigned char octets[TOKEN_OCTETS];

	if (!decode_base32(text, length, octets))
		return false;
	read_head(octets, token_r);
	return true;
}

enum token_status token_verify(const char *text, size_t length,
			       const struct token_key *key,
			       const struct token_facts *facts, int64_t now)
{
	unsigned char octets[TOKEN_OCTETS];
	unsigned char mac[EVP_MAX_MD_SIZE];
	struct token token;

	if (!decode_base32(text, length, octets) || octets[0] != key->id)
		return TOKEN_FORGED;
	if (!sign(octets, key, facts, mac))
		return TOKEN_FORGED;
	if (CRYPTO_memcmp(octets + HEAD_OCTETS, mac, MAC_OCTETS) != 0)
		return TOKEN_FORGED;
	read_head(octets, &token);
	return now > token.expires ? TOKEN_EXPIRED : TOKEN_VALID;
}

void token_hash_text(const char *text, unsigned char hash_r[TOKEN_HASH_OCTETS])
{
	/* A digest over memory fails only when memory is out; a hash of zeros then makes
	 * every token of the draft unverifiable, which is the safe side. */
	memset(hash_r, 0, TOKEN_HASH_OCTETS);
	(void)EVP_Digest(text, strlen(text), hash_r, NULL, EVP_sha256(), NULL);
}
