/*
 * NAME
 *	probe_send - a mail to kairan itself
 *
 * DESCRIPTION
 *	Goes the way of a shard: through libcurl to mta_url, with a bounce address as its
 *	sender. The filter sees it (milter/intake/probe.c), has the MTA queue a copy for an
 *	address of ours, and the pipe takes that (ctl/ctl_deliver_probe.c).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/courier/probe_send.h"

#include <glib.h>
#include <stdlib.h>

#include "milter/core/probe_mail.h"

char *probe_notice_address(const struct settings *settings)
{
	return g_strdup_printf("%s@%s", settings->notice_sender,
			       settings->service_domain);
}

bool probe_keep(struct store *store, const struct probe *probe,
		struct kairan_error *error_r)
{
	return store_begin(store, error_r) &&
	       store_end(store, store_probe_add(store, probe, error_r), error_r);
}

bool probe_send(const struct probe_way *way, const char *sender, struct probe *probe_r,
		struct smtp_result *result_r, struct kairan_error *error_r)
{
	const struct settings *settings = way->settings;
	g_autofree char *from = NULL;
	g_autofree char *to = NULL;
	struct smtp_mail mail = { 0 };
	char *octets = NULL;
	struct smtp *smtp;

	*probe_r = probe_mail_begin(sender);
	if (!probe_mail_write(settings, probe_r, &octets, &mail.length, error_r) ||
	    !probe_keep(way->store, probe_r, error_r)) {
		free(octets);
		return false;
	}
	mail.sender = from = probe_mail_sender(settings, probe_r);
	mail.recipient = to =
	    probe_mail_address(settings, way->keyring, probe_r, PROBE_WAY);
	mail.octets = octets;
	smtp = smtp_new();
	smtp_send(smtp, settings, &mail, result_r);
	smtp_free(smtp);
	free(octets);
	return true;
}
