/*
 * NAME
 *	probes - the mails that a check sends
 *
 * DESCRIPTION
 *	Keeps them, with what has become of each.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/check/probes.h"

static void free_probe(void *context)
{
	struct check_probe *probe = context;

	for (size_t stage = 0; stage <= PROBE_PAST; stage++)
		probe_sight_clear(&probe->sights[stage]);
	probe_clear(&probe->probe);
	g_free(probe->login_uid);
	g_free(probe);
}

GPtrArray *check_probes_new(void)
{
	return g_ptr_array_new_with_free_func(free_probe);
}

bool check_probe_has_reply(const struct check_probe *probe)
{
	return probe->result.outcome == SMTP_ACCEPTED ||
	       g_ascii_isdigit(probe->result.response[0]);
}

const struct check_probe *check_probes_find_login(const GPtrArray *probes)
{
	for (guint i = 0; i < probes->len; i++) {
		const struct check_probe *probe = g_ptr_array_index(probes, i);

		if (probe->is_login)
			return probe;
	}
	return NULL;
}
