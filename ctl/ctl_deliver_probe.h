/*
 * kairan's own mail to itself, out of the MTA's pipe.
 */
#ifndef KAIRAN_CTL_CTL_DELIVER_PROBE_H
#define KAIRAN_CTL_CTL_DELIVER_PROBE_H

#include <stddef.h>

#include "ctl/ctl.h"
#include "policy/service_address.h"
#include "schema/store.h"

struct probe_delivery {
	const struct service_address *service;
	const char *sender; /* of the envelope */
	const char *queue_id;
	const char *octets;
	size_t length;
};

/* Keep what is seen of it: as a copy that was queued, or as one that came past the filter. NO: it
 * is not signed by us, or not known. In transactions of its own. */
enum answer ctl_deliver_probe(const struct ctl_call *call, struct store *store,
			      const struct probe_delivery *delivery,
			      struct kairan_error *error_r);

#endif
