/*
 * A mail to kairan itself, on the way that its mail takes.
 */
#ifndef KAIRAN_MILTER_COURIER_PROBE_SEND_H
#define KAIRAN_MILTER_COURIER_PROBE_SEND_H

#include <stdbool.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "milter/courier/smtp.h"
#include "schema/store_probe.h"

/* What it goes with. */
struct probe_way {
	const struct settings *settings;
	const struct keyring *keyring;
	struct store *store;
};

/* Keep a new probe in the store, and hand it to the MTA at mta_url; outside a transaction. It
 * says to come from sender, an address of the service or a broadcast's. False: it could not be
 * kept or written. probe_r is to be cleared in every case; how the MTA answered is in
 * result_r. */
bool probe_send(const struct probe_way *way, const char *sender, struct probe *probe_r,
		struct smtp_result *result_r, struct kairan_error *error_r);

/* Keep it in the store; for one that is sent in another way. Outside a transaction. */
bool probe_keep(struct store *store, const struct probe *probe,
		struct kairan_error *error_r);

/* The notices' own address; free with g_free(). */
char *probe_notice_address(const struct settings *settings);

#endif
