/*
 * The mail that kairan sends to itself, to see what the mail system makes of its mail.
 */
#ifndef KAIRAN_MILTER_CORE_PROBE_MAIL_H
#define KAIRAN_MILTER_CORE_PROBE_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/keyring.h"
#include "conf/settings.h"
#include "policy/error.h"
#include "policy/service_address.h"
#include "schema/store_probe.h"

/* How long an address counts. */
#define PROBE_MAIL_SECONDS (24 * 3600)

/* A new one, that says to come from sender (a copy is made). */
struct probe probe_mail_begin(const char *sender);

/* Its signed address at a stage; an addr-spec, to be freed with g_free(). */
char *probe_mail_address(const struct settings *settings, const struct keyring *keyring,
			 const struct probe *probe, enum probe_stage stage);

/* The sender of its envelope; likewise. */
char *probe_mail_sender(const struct settings *settings, const struct probe *probe);

/* Is this address one that we have signed, and does it count still? Then whose, and for which
 * stage. */
bool probe_mail_read_address(const struct service_address *service,
			     const struct keyring *keyring, int64_t *id_r,
			     enum probe_stage *stage_r);

/* Which one that is, in a transaction of its own: YES with the probe, which is to be cleared. */
enum answer probe_mail_find(struct store *store, int64_t id, struct probe *probe_r,
			    struct kairan_error *error_r);

/* Write it: the same octets every time for the same probe and settings. malloc'd. */
bool probe_mail_write(const struct settings *settings, const struct probe *probe,
		      char **octets_r, size_t *length_r, struct kairan_error *error_r);

/* Is this mail as it was written? Compared as broadcasts are (milter/mail/message_compare.h).
 * After message_init(). */
bool probe_mail_compare(const struct settings *settings, const struct probe *probe,
			const char *octets, size_t length,
			struct kairan_error *difference_r);

#endif
