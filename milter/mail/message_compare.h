/*
 * A mail on its way, held against what was written.
 */
#ifndef KAIRAN_MILTER_MAIL_MESSAGE_COMPARE_H
#define KAIRAN_MILTER_MAIL_MESSAGE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/error.h"

/* Is theirs still the mail that was written? Compares the headers that people see (white space
 * folded, each exactly once) and the body, to the octet but for line ends, which may be LF in a
 * copy that the MTA gives to a pipe. False: difference_r has the first header, or the line of
 * the body, that differs, with what it is and what it was to be. After message_init(). */
bool message_compare(const char *ours, size_t our_length, const char *theirs,
		     size_t their_length, struct kairan_error *difference_r);

#endif
