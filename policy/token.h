/*
 * Signed tokens in local parts (DESIGN.md, "Addresses"): decide+TOKEN@service_domain.
 *
 * A token is 33 octets as 53 characters of lower-case base32 (RFC 4648 alphabet, no
 * padding): key id (1), draft id (5), party number (its low 16 bits 2, its high 8 bits 1), expiry
 * in seconds since the epoch (4), all big-endian, and the first 20 octets (160 bits) of
 *
 *	HMAC-SHA256(key, purpose NUL  those 13 octets  person NUL  SHA-256 of the text)
 *
 * so the longest local part, "release+" and 53, is 61 of the 64 octets allowed. The
 * purpose, the person and the text are not in the token: whoever verifies it must know
 * them, and a token made for another purpose, person or text does not verify.
 */
#ifndef KAIRAN_POLICY_TOKEN_H
#define KAIRAN_POLICY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_TEXT_MAX    53
#define TOKEN_KEY_OCTETS  32
#define TOKEN_HASH_OCTETS 32

/* What a token has room for. */
#define TOKEN_DRAFT_MOST   (((int64_t)1 << 40) - 1)
#define TOKEN_PARTY_MOST   ((1u << 24) - 1)
#define TOKEN_EXPIRES_MOST (((int64_t)1 << 32) - 1) /* in the year 2106 */

enum token_purpose {
	TOKEN_DECIDE,
	TOKEN_DRAFT,
	TOKEN_RELEASE,
	TOKEN_RECEIPT,
	TOKEN_CORRECT,
	TOKEN_PROBE,
	TOKEN_ANSWER,
	TOKEN_CONFIRM, /* a resident confirms what was asked for; draft is its number */
	TOKEN_LEAVE, /* a resident leaves a list; signed by keys of its own (leave_key_file) */
};

struct token_key {
	uint8_t id;
	unsigned char secret[TOKEN_KEY_OCTETS];
};

/* What a token says about itself; to be believed only after token_verify(). */
struct token {
	uint8_t key_id;
	int64_t
	    draft; /* from 1; of TOKEN_ANSWER the instruction's number, of TOKEN_LEAVE the
			    leaver's (schema/store_leaver.h) */
	uint32_t party;  /* which person of the draft, or which shard */
	int64_t expires; /* seconds since the epoch */
};

/* What the verifier knows, and the token does not say. */
struct token_facts {
	enum token_purpose purpose;
	const char *person; /* user id the token was made for; "" for shards */
	const unsigned char *text_hash; /* SHA-256 of the text that was shown */
};

enum token_status {
	TOKEN_VALID,
	TOKEN_FORGED,  /* not made with this key for these facts */
	TOKEN_EXPIRED, /* genuine, but past its time */
};

/* Write the token's text with its NUL. False when a number does not fit. */
bool token_make(const struct token *token, const struct token_key *key,
		const struct token_facts *facts, char text_r[TOKEN_TEXT_MAX + 1]);

/* Is it as long as a token, and of a token's characters? Then it is one, or somebody wants it to
 * look like one; what is not was cut or mangled on the way. */
bool token_has_shape(const char *text, size_t length);

/* Read a token's own words; case is folded. False when it is not a token at all. */
bool token_read(const char *text, size_t length, struct token *token_r);

/* Is this text a token made with this key for these facts? Compared in constant time. */
enum token_status token_verify(const char *text, size_t length,
			       const struct token_key *key,
			       const struct token_facts *facts, int64_t now);

/* SHA-256 of a text; what was shown is bound to the token by it. */
void token_hash_text(const char *text, unsigned char hash_r[TOKEN_HASH_OCTETS]);

#endif
