/*
 * NAME
 *	bounce_address - to whom mail systems report
 *
 * DESCRIPTION
 *	Numbers and a seal over them. What the MTA adds for a recipient stands behind the seal, and
 *	is not under it.
 *
 * DIAGNOSTICS
 *	None. A text that cannot be read or verified is reported as such to the caller.
 */
#include "policy/bounce_address.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SEAL_MODULUS 1000000000u
/* So many digits are no number that fits. */
#define DIGITS_MOST 18

static bool has_shard(enum bounce_origin origin)
{
	return origin == BOUNCE_OF_SHARD || origin == BOUNCE_OF_RECIPIENT;
}

/* "" when it cannot be made, which is no seal at all. */
static void make_seal(const struct bounce_address *address, const struct token_key *key,
		      char seal_r[BOUNCE_ADDRESS_SEAL + 1])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_size = 0;
	unsigned long long number = 0;
	char text[64];
	/* The MTA completes either, so that one seal is enough for both. */
	const char kind = has_shard(address->origin) ? 'r' : (char)address->origin;
	const int length =
	    snprintf(text, sizeof(text), "bounce %c %lld %lld", kind,
		     (long long)address->number, (long long)address->shard);

	*seal_r = '\0';
	if (HMAC(EVP_sha256(), key->secret, TOKEN_KEY_OCTETS, (unsigned char *)text,
		 (size_t)length, mac, &mac_size) == NULL)
		return;
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | mac[i];
	(void)snprintf(seal_r, BOUNCE_ADDRESS_SEAL + 1, "%09llu", number % SEAL_MODULUS);
}

void bounce_address_write(const struct bounce_address *address,
			  const struct token_key *key, char text_r[BOUNCE_ADDRESS_SIZE])
{
	const char *mark = address->is_urgent ? "u" : "";
	char seal[BOUNCE_ADDRESS_SEAL + 1];

	make_seal(address, key, seal);
	if (has_shard(address->origin))
		(void)snprintf(text_r, BOUNCE_ADDRESS_SIZE, "%s%c%lld.%lld.%s", mark,
			       (char)address->origin, (long long)address->number,
			       (long long)address->shard, seal);
	else
		(void)snprintf(text_r, BOUNCE_ADDRESS_SIZE, "%s%c%lld.%s", mark,
			       (char)address->origin, (long long)address->number, seal);
}

/* ---- reading ---- */

struct reading {
	const char *at, *end;
};

static bool read_number(struct reading *reading, int64_t *number_r)
{
	const char *start = reading->at;

	*number_r = 0;
	while (reading->at < reading->end && *reading->at >= '0' && *reading->at <= '9' &&
	       reading->at - start < DIGITS_MOST)
		*number_r = *number_r * 10 + (*reading->at++ - '0');
	return reading->at > start;
}

static bool skip_dot(struct reading *reading)
{
	if (reading->at == reading->end || *reading->at != '.')
		return false;
	reading->at++;
	return true;
}

/* True when there is none, too. */
static bool read_seal(struct reading *reading, char seal_r[BOUNCE_ADDRESS_SEAL + 1])
{
	size_t length = 0;

	*seal_r = '\0';
	if (!skip_dot(reading))
		return true;
	while (reading->at < reading->end && *reading->at >= '0' && *reading->at <= '9' &&
	       length < BOUNCE_ADDRESS_SEAL)
		seal_r[length++] = *reading->at++;
	seal_r[length] = '\0';
	return length == BOUNCE_ADDRESS_SEAL;
}

/* What the MTA has put behind it, by whichever mark. */
static bool read_whose(struct reading *reading, struct bounce_address *address)
{
	if (reading->at == reading->end)
		return address->origin != BOUNCE_OF_RECIPIENT;
	if (address->origin != BOUNCE_OF_RECIPIENT ||
	    (*reading->at != '+' && *reading->at != '-'))
		return false;
	address->whose = reading->at + 1;
	address->whose_length = (size_t)(reading->end - reading->at) - 1;
	return address->whose_length > 0;
}

bool bounce_address_read(const char *text, size_t length,
			 struct bounce_address *address_r)
{
	struct reading reading = { text, text + length };
	char kind;

	*address_r = (struct bounce_address){ 0 };
	address_r->is_urgent = length > 0 && (*text == 'u' || *text == 'U');
	if (address_r->is_urgent)
		reading.at++;
	if (reading.end - reading.at < 2)
		return false;
	kind = *reading.at++;
	kind = kind >= 'A' && kind <= 'Z' ? (char)(kind + 32) : kind;
	if (kind == '\0' || strchr("rvnp", kind) == NULL)
		return false;
	address_r->origin = (enum bounce_origin)kind;
	return read_number(&reading, &address_r->number) &&
	       (!has_shard(address_r->origin) ||
		(skip_dot(&reading) && read_number(&reading, &address_r->shard))) &&
	       read_seal(&reading, address_r->seal) && read_whose(&reading, address_r);
}

bool bounce_address_verify(const struct bounce_address *address,
			   const struct token_key *key)
{
	char seal[BOUNCE_ADDRESS_SEAL + 1];

	if (address->origin == BOUNCE_OF_PROBE)
		return true;
	make_seal(address, key, seal);
	return *seal != '\0' && *address->seal != '\0' &&
	       CRYPTO_memcmp(seal, address->seal, BOUNCE_ADDRESS_SEAL) == 0;
}
