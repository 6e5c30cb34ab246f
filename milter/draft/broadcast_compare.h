/*
 * What goes out is what was approved: a mail on its way, held against its draft.
 */
#ifndef KAIRAN_MILTER_DRAFT_BROADCAST_COMPARE_H
#define KAIRAN_MILTER_DRAFT_BROADCAST_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/settings.h"
#include "policy/error.h"
#include "schema/store_draft.h"

/* Is this the mail that broadcast_mail_write() makes of the draft? Compares the headers
 * that people see (white space folded, each exactly once) and the body, to the octet but for
 * line ends, which may be LF in a copy that the MTA gives to a pipe. False: difference_r has the
 * first header, or the line of the body, that differs, with what it is and what it was to be. */
bool broadcast_compare(const struct settings *settings, const struct draft *draft,
		       const char *octets, size_t length,
		       struct kairan_error *difference_r);

#endif
