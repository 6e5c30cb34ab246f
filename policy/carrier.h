/*
 * What people call the mail systems of mobile carriers, and others that many residents have.
 */
#ifndef KAIRAN_POLICY_CARRIER_H
#define KAIRAN_POLICY_CARRIER_H

#include <stdbool.h>

/* The name of who is behind a domain, or one above it; NULL: nobody who is known. Case does not
 * matter. */
const char *carrier_find_name(const char *domain, bool is_japanese);

/* One domain for all that belong to the same (au.com and ezweb.ne.jp): static; the domain as it is,
 * where nobody is known. */
const char *carrier_find_first(const char *domain);

/* Is that somebody who has other domains, too? */
bool carrier_has_several(const char *domain);

#endif
