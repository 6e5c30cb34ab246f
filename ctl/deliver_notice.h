/*
 * A notice of which a mail system reports.
 */
#ifndef KAIRAN_CTL_DELIVER_NOTICE_H
#define KAIRAN_CTL_DELIVER_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/bounce_kind.h"
#include "schema/store.h"

struct notice_bounce {
	int64_t notice;
	enum bounce_kind kind;
	const char *words; /* the mail system's, on one line */
	const char *queue_id;
};

/* Keep it in the history of the notice's draft. Where the notice did not arrive, the
 * administrators are alarmed; where it asked for a decision that is still wanted, the writer and all others
 * who may decide are told, once. In a transaction. */
bool deliver_notice_bounced(struct store *store, const struct notice_bounce *bounce,
			    struct kairan_error *error_r);

#endif
