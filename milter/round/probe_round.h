/*
 * Does the mail system leave kairan's mail as it is? The daemon looks by itself.
 */
#ifndef KAIRAN_MILTER_ROUND_PROBE_ROUND_H
#define KAIRAN_MILTER_ROUND_PROBE_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Send mails to kairan itself: one from the notices' address, one from each broadcast's. Returns
 * when to send again. */
int64_t probe_round_send(struct kairan *kairan, const struct setup *setup, int64_t now);

/* Look for those that were sent; raise an alarm for what came back otherwise than it was written,
 * came past the filter, or did not come within stuck_after, and clear it for what did. Returns
 * when to look again. */
int64_t probe_round_look(struct kairan *kairan, const struct setup *setup, int64_t now);

#endif
