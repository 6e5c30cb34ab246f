/*
 * Receipts of shards, out of the MTA's pipe.
 */
#ifndef KAIRAN_CTL_CTL_DELIVER_RECEIPT_H
#define KAIRAN_CTL_CTL_DELIVER_RECEIPT_H

#include <stddef.h>

#include "ctl/ctl.h"
#include "policy/service_address.h"
#include "schema/store.h"

struct receipt_delivery {
	const struct service_address *service;
	const char *recipient; /* of the envelope */
	const char *queue_id;
	const char *octets;
	size_t length;
};

/* Keep that the shard is queued, and what of it is not as it was approved. NO: it is not signed by
 * us. In transactions of its own. */
enum answer ctl_deliver_receipt(const struct ctl_call *call, struct store *store,
				const struct receipt_delivery *delivery,
				struct kairan_error *error_r);

#endif
