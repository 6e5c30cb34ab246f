/*
 * The mails that a check sends to kairan itself, and where they were seen.
 */
#ifndef KAIRAN_CTL_CHECK_PROBES_H
#define KAIRAN_CTL_CHECK_PROBES_H

#include <glib.h>
#include <stdbool.h>

#include "milter/courier/smtp.h"
#include "schema/store_probe.h"

struct check_probe {
	bool is_login;   /* sent as a person; else as the courier sends */
	char *login_uid; /* whose login it was; NULL: none */
	struct probe probe;
	struct smtp_result result;
	/* By enum probe_stage. */
	enum answer seen[PROBE_PAST + 1];
	struct probe_sight sights[PROBE_PAST + 1];
};

/* An empty array of them, that frees them. */
GPtrArray *check_probes_new(void);

/* Did the MTA say anything of it at all? */
bool check_probe_has_reply(const struct check_probe *probe);

/* The one by login; NULL: there is none. */
const struct check_probe *check_probes_find_login(const GPtrArray *probes);

#endif
