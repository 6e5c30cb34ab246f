/*
 * NAME
 *	way - the way of a mail
 *
 * DESCRIPTION
 *	Probes are sent as the courier sends (milter/courier/probe_send.c): one with the notices'
 *	address as its From, and one with each broadcast's, since maps and masquerading rewrite
 *	some addresses and not others. What the filter and the pipe have seen of them is in the
 *	store.
 *
 * DIAGNOSTICS
 *	Failures of the store are returned; all others are answers.
 */
#include "config.h"

#include "ctl/check/way.h"

#include "ctl/check/login.h"
#include "milter/courier/probe_send.h"

/* Between two looks into the store. */
#define LOOK_MICROSECONDS (G_USEC_PER_SEC / 10)

static bool send_one(struct check *check, const char *sender,
		     struct kairan_error *error_r)
{
	struct check_probe *probe = g_new0(struct check_probe, 1);
	const struct probe_way way = { check->setup->settings, check->setup->keyring,
				       check->store };

	g_ptr_array_add(check->probes, probe);
	return probe_send(&way, sender, &probe->probe, &probe->result, error_r);
}

/* Without the directory there are no broadcasts to name; its own rows say so. */
static bool send_all(struct check *check, struct kairan_error *error_r)
{
	g_autofree char *notices = probe_notice_address(check->setup->settings);
	struct broadcast **broadcasts = NULL;
	struct kairan_error error;
	bool ok = send_one(check, notices, error_r);

	if (!directory_list_broadcasts(check->setup->directory, &broadcasts, NULL,
				       &error))
		return ok;
	for (size_t i = 0; ok && broadcasts[i] != NULL; i++)
		ok = send_one(check, broadcasts[i]->mail, error_r);
	broadcasts_free(broadcasts);
	return ok;
}

static bool look(struct check *check, struct check_probe *probe,
		 struct kairan_error *error_r)
{
	bool ok = store_begin(check->store, error_r);

	for (int stage = PROBE_WAY; ok && stage <= PROBE_PAST; stage++) {
		if (probe->seen[stage] == ANSWER_YES)
			continue;
		probe->seen[stage] = store_probe_find_sight(
		    check->store, probe->probe.id, (enum probe_stage)stage,
		    &probe->sights[stage], error_r);
		ok = probe->seen[stage] != ANSWER_UNKNOWN;
	}
	store_rollback(check->store);
	return ok;
}

/* Has it come to its end, as far as there is any? */
static bool is_done(const struct check_probe *probe)
{
	return probe->result.outcome == SMTP_TEMPORARY ||
	       probe->result.outcome == SMTP_REFUSED ||
	       probe->seen[PROBE_PAST] == ANSWER_YES ||
	       probe->seen[probe->is_login ? PROBE_LOGIN : PROBE_COPY] == ANSWER_YES;
}

static bool look_at_all(struct check *check, bool *done_r, struct kairan_error *error_r)
{
	*done_r = true;
	for (guint i = 0; i < check->probes->len; i++) {
		struct check_probe *probe = g_ptr_array_index(check->probes, i);

		if (!look(check, probe, error_r))
			return false;
		*done_r = *done_r && is_done(probe);
	}
	return true;
}

bool check_way_run(struct check *check, struct kairan_error *error_r)
{
	const int64_t begun = g_get_monotonic_time();
	bool done = false;

	if (!send_all(check, error_r) || !check_login_send(check, error_r))
		return false;
	while (!done) {
		if (!look_at_all(check, &done, error_r))
			return false;
		if (g_get_monotonic_time() - begun >=
		    check->options->wait * G_USEC_PER_SEC)
			break;
		if (!done)
			g_usleep(LOOK_MICROSECONDS);
	}
	return true;
}
