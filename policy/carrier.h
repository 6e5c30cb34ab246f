/*
 * What people call the mail systems of mobile carriers, and others that many residents have.
 */
#ifndef KAIRAN_POLICY_CARRIER_H
#define KAIRAN_POLICY_CARRIER_H

#include <stdbool.h>

/* The name of who is behind a domain, or one above it; NULL: nobody who is known. Case does not
 * matter. */
const char *carrier_find_name(const char *domain, bool is_japanese);

#endif
