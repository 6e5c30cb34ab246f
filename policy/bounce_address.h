/*
 * The envelope senders of kairan's own mail, to which mail systems report (RFC 5321 section
 * 6.1). What stands behind "bounce+":
 *
 *	rDRAFT.SHARD.SEAL		the release of a draft
 *	vDRAFT.SHARD.SEAL+LOCAL=DOMAIN	the same, completed by the MTA for a recipient (VERP)
 *	nNOTICE.SEAL			a notice
 *	pPROBE				kairan's mail to itself
 *	u...				any of these, of urgent mail: the mail system is told by it
 *					to send such mail by a way of its own (conf/postfix/urgent)
 *
 * The seal is 9 digits of an HMAC: whoever has not had a mail of this release writes no report
 * about it. It is short, since the local part must hold a recipient as well, and of digits,
 * since conf/postfix/verp knows the address by them; guessing 30 bits takes as many mails.
 */
#ifndef KAIRAN_POLICY_BOUNCE_ADDRESS_H
#define KAIRAN_POLICY_BOUNCE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/token.h"

#define BOUNCE_ADDRESS_SEAL 9
#define BOUNCE_ADDRESS_SIZE 64

/* The letters that they begin with. */
enum bounce_origin {
	BOUNCE_OF_SHARD = 'r',
	BOUNCE_OF_RECIPIENT = 'v', /* of a shard, too */
	BOUNCE_OF_NOTICE = 'n',
	BOUNCE_OF_PROBE = 'p',
};

struct bounce_address {
	enum bounce_origin origin;
	bool is_urgent;                     /* says nothing of where it came from */
	int64_t number;                     /* of the draft, the notice or the probe */
	int64_t shard;                      /* 0: of none */
	char seal[BOUNCE_ADDRESS_SEAL + 1]; /* "": there is none */
	const char
	    *whose; /* LOCAL=DOMAIN, not terminated; NULL: nobody's in particular */
	size_t whose_length;
};

/* Write what stands behind "bounce+", with its seal and its NUL. */
void bounce_address_write(const struct bounce_address *address,
			  const struct token_key *key, char text_r[BOUNCE_ADDRESS_SIZE]);

/* Read it; false when it is none of these. Case is folded. The seal may be missing, and is not
 * verified. whose points into the text. */
bool bounce_address_read(const char *text, size_t length,
			 struct bounce_address *address_r);

/* Is its seal by this key? Compared in constant time. A probe's needs none. */
bool bounce_address_verify(const struct bounce_address *address,
			   const struct token_key *key);

#endif
