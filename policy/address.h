/*
 * Addresses, read strictly by our own hand (DESIGN.md, "GMime's address parser must not
 * be trusted"). Identity comes from the envelope and the login; a From: header is only
 * ever compared with those, as one plain addr-spec, and anything ambiguous is refused.
 */
#ifndef KAIRAN_POLICY_ADDRESS_H
#define KAIRAN_POLICY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

/* RFC 5321 4.5.3.1: local part 64, path 256 octets with its brackets. */
#define ADDRESS_MAX       254
#define ADDRESS_LOCAL_MAX 64

struct address {
	char spec[ADDRESS_MAX +
		  1];     /* local@domain, domain lower-cased, local as written */
	size_t local_len; /* octets before the '@' in spec */
};

/* Read an envelope path ("<a@b>" or "a@b") or a bare addr-spec. Wild dots (a..b@,
 * a.@, .a@) are accepted, as Japanese carriers issued them; source routes, two '@', controls,
 * spaces and octets above 0x7e are not. Quotes around a local part that needs none, and a
 * dot at the end of the domain, are left out of the address. "" and "<>" are refused: ask
 * address_is_null() first. */
bool address_read(const char *text, struct address *address_r,
		  struct kairan_error *error_r);

/* The same of an address that an MTA has completed with another one (VERP): it may be longer. */
bool address_read_completed(const char *text, struct address *address_r,
			    struct kairan_error *error_r);

/* Is this envelope path the null sender "<>" or ""? */
bool address_is_null(const char *path);

/* Read the value of a From: header that must hold exactly one mailbox: a bare addr-spec,
 * or a display name (atoms, quoted string, encoded words, raw 8-bit or ISO-2022-JP) and one
 * <addr-spec>.
 * Groups, lists, comments with an '@', route addresses, two '<' or two '@' are refused.
 * The value may be folded. The display name is not returned: it is never identity. */
bool address_read_from(const char *value, struct address *address_r,
		       struct kairan_error *error_r);

/* The domain, a pointer into the struct. */
const char *address_domain(const struct address *address);

/* Lower-case a whole address in place of a map's key. */
void address_fold(struct address *address);

#endif
