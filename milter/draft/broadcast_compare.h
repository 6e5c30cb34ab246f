/*
 * What goes out is what was approved: a mail on its way, held against its draft.
 */
#ifndef KAIRAN_MILTER_DRAFT_BROADCAST_COMPARE_H
#define KAIRAN_MILTER_DRAFT_BROADCAST_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/settings.h"
#include "milter/draft/broadcast_mail.h"
#include "policy/error.h"

/* Is this the mail that broadcast_mail_write() makes of this copy? Compares the headers
 * that people see (white space folded, each exactly once) and the body, to the octet but for
 * line ends, which may be LF in a copy that the MTA gives to a pipe. False: difference_r has the
 * first header, or the line of the body, that differs, with what it is and what it was to be. */
bool broadcast_compare(const struct settings *settings, const struct broadcast_copy *copy,
		       const char *octets, size_t length,
		       struct kairan_error *difference_r);

#endif
