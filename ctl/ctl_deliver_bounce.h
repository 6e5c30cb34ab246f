/*
 * What mail systems report of kairan's own mail, out of the MTA's pipe.
 */
#ifndef KAIRAN_CTL_CTL_DELIVER_BOUNCE_H
#define KAIRAN_CTL_CTL_DELIVER_BOUNCE_H

#include <stddef.h>

#include "ctl/ctl.h"
#include "policy/service_address.h"
#include "schema/store.h"

struct bounce_delivery {
	const struct service_address *service;
	const char *sender; /* of the envelope */
	const char *queue_id;
	const char *octets;
	size_t length;
};

/* Keep what it says of whom. One whose address kairan has not signed says nothing; that is logged.
 * In a transaction of its own. */
bool ctl_deliver_bounce(const struct ctl_call *call, struct store *store,
			const struct bounce_delivery *delivery,
			struct kairan_error *error_r);

#endif
