/*
 * Authentication-Results (RFC 8601) of our own authserv-id, read strictly: the second
 * way, beside the SASL login, in which a reply's person is known.
 */
#ifndef KAIRAN_POLICY_AUTHRES_H
#define KAIRAN_POLICY_AUTHRES_H

#include <stdbool.h>
#include <stddef.h>

/* Does this header value come from authserv_id and prove from_domain? True when the
 * authserv-id is ours (case folded, an optional version "1" after it) and it holds
 * dmarc=pass with header.from equal to from_domain, or dkim=pass with header.d (or the
 * domain of header.i) equal to from_domain or a parent domain of it with at least two
 * labels (RFC 7489 3.1.1, relaxed). Comments (nested) are skipped, quoted values
 * understood; anything malformed proves nothing. */
bool authres_proves(const char *value, const char *authserv_id, const char *from_domain);

/* Does this header value come from authserv_id and say dmarc=fail? Whoever wrote is not who
 * From: names, then. */
bool authres_denies(const char *value, const char *authserv_id, const char *from_domain);

/* Is this header value ours at all (authserv-id matches)? More than one of ours in a
 * message is ambiguous and proves nothing; the caller counts. */
bool authres_is_ours(const char *value, const char *authserv_id);

#endif
