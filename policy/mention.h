/*
 * A mail address within a text: who has asked to be forgotten is named nowhere.
 */
#ifndef KAIRAN_POLICY_MENTION_H
#define KAIRAN_POLICY_MENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/address.h"

/* Where an address stands, from its first octet to behind its last. */
struct mention {
	size_t start;
	size_t end;
};

/* The first place from an offset on where these octets name the address (folded), alone and not
 * as a part of another one: in any case, quoted or not, and with '=' for its '@', as in envelope
 * senders that name a recipient (VERP). */
bool mention_find(const char *octets, size_t length, size_t from,
		  const struct address *key, struct mention *found_r);

#endif
