/*
 * NAME
 *	broadcast_compare - a mail on its way, held against its draft
 *
 * DESCRIPTION
 *	kairan's own MTA and the filters beside it change mail: canonical maps and masquerading
 *	rewrite addresses, filters add lines. The broadcast is compared twice, when it passes
 *	the filter and when its receipt comes back as a copy of what was queued.
 *
 * DIAGNOSTICS
 *	None; the difference is returned.
 */
#include "config.h"

#include "milter/draft/broadcast_compare.h"

#include <stdlib.h>

#include "milter/mail/message_compare.h"

bool broadcast_compare(const struct settings *settings, const struct broadcast_copy *copy,
		       const char *octets, size_t length,
		       struct kairan_error *difference_r)
{
	char *written = NULL;
	size_t written_length;
	bool same;

	same = broadcast_mail_write(settings, copy, &written, &written_length,
				    difference_r) &&
	       message_compare(written, written_length, octets, length, difference_r);
	free(written);
	return same;
}
