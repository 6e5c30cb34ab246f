/*
 * How kairan is: what `kairanctl status` and the Prometheus file say.
 */
#ifndef KAIRAN_MILTER_ROUND_STATUS_H
#define KAIRAN_MILTER_ROUND_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "milter/core/kairan.h"
#include "schema/store_counts.h"
#include "schema/store_delivery.h"

struct status {
	int64_t at;
	bool has_daemon;    /* somebody answers on the milter's socket */
	bool has_mta;       /* mta_url answers */
	bool has_directory; /* LDAP answers */
	bool has_store;
	int64_t snapshot_at; /* when the broadcast addresses were last read; 0: unknown */
	struct store_counts counts;
	int64_t probe_at;     /* when kairan last sent itself a mail; 0: never */
	bool probe_is_whole;  /* and it came back as it was written */
	char probe_text[512]; /* what came of it */
	char mta_log[256];    /* whether it can be read; "": the setting is empty */
	/* The newest release that the mail system's log has told of; 0: none. */
	int64_t delivery_draft, delivery_due_at, delivery_recipients;
	struct delivery_summary delivery;
	struct kairan_error trouble; /* the first thing that is wrong; "" */
};

/* Ask all of them. What does not answer is in the status, not an error. store: NULL when it
 * cannot be opened. */
void status_collect(const struct setup *setup, struct store *store,
		    struct status *status_r);

/* Text exposition format of Prometheus. */
void status_print_prometheus(const struct status *status, FILE *out);

/* The same to settings->prometheus_file, in one step, as node_exporter's textfile collector
 * wants it. */
bool status_write_prometheus(const struct setup *setup, const struct status *status,
			     struct kairan_error *error_r);

#endif
