/*
 * NAME
 *	probe_round - a mail to kairan itself, at times
 *
 * DESCRIPTION
 *	At the start, after a reload and every probe_every, probes go the way of kairan's mail
 *	(milter/courier/probe_send.c): in the name of the notices and of each broadcast address,
 *	since maps rewrite some addresses and not others. A mail system that does not answer is
 *	tried again soon; it is an alarm when nothing has come back for stuck_after. While an
 *	alarm stands, others are sent more often, so that it ends soon after it is mended.
 *
 *	What the daemon waits for is in the store, so that one that was sent before a restart is
 *	judged after it.
 *
 * DIAGNOSTICS
 *	Alarms: see alarm.c. Error: the store cannot be used; tried again.
 */
#include "config.h"

#include "milter/round/probe_round.h"

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/courier/probe_send.h"
#include "policy/text.h"
#include "schema/store_alarm.h"
#include "schema/store_probe.h"

/* The next look for one that is on its way, and the next try with an MTA that took none. */
#define LOOK_SECONDS  2
#define AGAIN_SECONDS 60
/* While an alarm stands. */
#define MENDED_SECONDS 600
/* Other tasks of this thread wait for so long at most. */
#define HAND_OVER_SECONDS 20

/* The settings with which probes were sent last, and when; of the one thread of slow_rounds.c,
 * which keeps the last settings. */
static const struct setup *probe_sent_with;
static int64_t probe_sent_at;

/* Send one and keep that it is waited for. NO: the MTA does not take it. */
static enum answer send_one(const struct probe_way *way, const char *sender,
			    struct kairan_error *error_r)
{
	struct smtp_result result = { .outcome = SMTP_TEMPORARY };
	struct probe probe = { 0 };
	enum answer answer = ANSWER_UNKNOWN;

	if (probe_send(way, sender, &probe, &result, error_r)) {
		probe.answer = g_strdup(result.response);
		if (store_begin(way->store, error_r) &&
		    store_end(way->store, store_probe_watch(way->store, &probe, error_r),
			      error_r))
			answer = result.outcome == SMTP_ACCEPTED ? ANSWER_YES : ANSWER_NO;
	}
	probe_clear(&probe);
	return answer;
}

/* From each broadcast's address. NO: the MTA takes none, or the directory names none now, for
 * which there is another alarm. */
static enum answer send_broadcasts(const struct probe_way *way, const struct setup *setup,
				   struct kairan_error *error_r)
{
	struct broadcast **broadcasts = NULL;
	enum answer answer = ANSWER_YES;

	if (!directory_list_broadcasts(setup->directory, &broadcasts, NULL, error_r))
		return ANSWER_NO;
	for (size_t i = 0; answer == ANSWER_YES && broadcasts[i] != NULL; i++)
		answer = send_one(way, broadcasts[i]->mail, error_r);
	broadcasts_free(broadcasts);
	return answer;
}

/* Does one of the probes' alarms stand? */
static bool is_alarmed(struct store *store, struct kairan_error *error_r)
{
	GPtrArray *alarms = NULL;
	bool found = false;

	if (!store_begin(store, error_r))
		return false;
	if (store_alarm_list(store, &alarms, error_r)) {
		for (guint i = 0; i < alarms->len; i++) {
			const struct alarm *alarm = g_ptr_array_index(alarms, i);

			found = found || text_begins_with(alarm->name, ALARM_PROBE " ");
		}
		g_ptr_array_unref(alarms);
	}
	store_rollback(store);
	return found;
}

/* With these settings none was sent yet, the last one is long ago, or an alarm stands. */
static bool is_due(struct kairan *kairan, const struct setup *setup, int64_t now,
		   struct kairan_error *error_r)
{
	return probe_sent_with != setup || now < probe_sent_at ||
	       now >= probe_sent_at + setup->settings->probe_every ||
	       is_alarmed(kairan_get_store(kairan), error_r);
}

int64_t probe_round_send(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct settings settings = *setup->settings;
	const struct probe_way way = { &settings, setup->keyring,
				       kairan_get_store(kairan) };
	struct kairan_error error = { "" };
	enum answer answer;
	g_autofree char *notices = probe_notice_address(&settings);

	if (settings.probe_every == 0)
		return INT64_MAX;
	if (!is_due(kairan, setup, now, &error))
		return MIN(probe_sent_at + settings.probe_every, now + MENDED_SECONDS);
	settings.mta_timeout = MIN(settings.mta_timeout, HAND_OVER_SECONDS);
	answer = send_one(&way, notices, &error);
	if (answer == ANSWER_YES)
		answer = send_broadcasts(&way, setup, &error);
	if (answer == ANSWER_UNKNOWN)
		log_error("probe: %s", error.text);
	/* What others are read after these may have their address. */
	probe_sent_with = NULL;
	if (answer != ANSWER_YES)
		return now + MIN(settings.probe_every, AGAIN_SECONDS);
	probe_sent_with = setup;
	probe_sent_at = now;
	return now + MIN(settings.probe_every, MENDED_SECONDS);
}

/* What has been seen of one. */
struct probe_seen {
	struct probe probe;
	struct probe_sight sights[PROBE_PAST + 1];
	enum answer seen[PROBE_PAST + 1];
};

static void clear_seen(struct probe_seen *seen)
{
	probe_clear(&seen->probe);
	for (size_t stage = 0; stage <= PROBE_PAST; stage++)
		probe_sight_clear(&seen->sights[stage]);
	*seen = (struct probe_seen){ 0 };
}

/* The next that is waited for, with where it was seen. */
static enum answer find_next(struct store *store, int64_t after_at, int64_t after_id,
			     struct probe_seen *seen_r, struct kairan_error *error_r)
{
	enum answer answer = ANSWER_UNKNOWN;

	if (!store_begin(store, error_r))
		return answer;
	answer =
	    store_probe_find_watched(store, after_at, after_id, &seen_r->probe, error_r);
	for (int stage = PROBE_WAY; answer == ANSWER_YES && stage <= PROBE_PAST;
	     stage++) {
		seen_r->seen[stage] = store_probe_find_sight(
		    store, seen_r->probe.id, (enum probe_stage)stage,
		    &seen_r->sights[stage], error_r);
		if (seen_r->seen[stage] == ANSWER_UNKNOWN)
			answer = ANSWER_UNKNOWN;
	}
	store_rollback(store);
	return answer;
}

/* The reason of an alarm; "" when all is well, NULL while it is too early to say. The detail
 * points into seen. */
static const char *judge(const struct probe_seen *seen, int64_t deadline, int64_t now,
			 const char **detail_r)
{
	const struct probe_sight *way = &seen->sights[PROBE_WAY];
	const struct probe_sight *copy = &seen->sights[PROBE_COPY];

	*detail_r = seen->probe.answer;
	if (seen->seen[PROBE_PAST] == ANSWER_YES)
		return "probe-past";
	if (seen->seen[PROBE_WAY] == ANSWER_YES && *way->difference != '\0') {
		*detail_r = way->difference;
		return "probe-changed";
	}
	if (seen->seen[PROBE_COPY] == ANSWER_YES) {
		*detail_r = copy->difference;
		return *copy->difference != '\0' ? "probe-changed" : "";
	}
	return now >= seen->probe.at + deadline ? "probe-absent" : NULL;
}

static void tell(struct kairan *kairan, const struct probe *probe, const char *reason,
		 const char *detail)
{
	if (*reason == '\0')
		alarm_clear(kairan, ALARM_PROBE, probe->sender);
	else
		alarm_raise(kairan, ALARM_PROBE, probe->sender, reason, detail);
}

static bool unwatch(struct store *store, const struct probe *probe,
		    struct kairan_error *error_r)
{
	return store_begin(store, error_r) &&
	       store_end(store, store_probe_unwatch(store, probe, error_r), error_r);
}

int64_t probe_round_look(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	struct probe_seen seen = { 0 };
	int64_t at = 0, id = 0, next = INT64_MAX;
	enum answer answer;

	while ((answer = find_next(store, at, id, &seen, &error)) == ANSWER_YES) {
		const char *detail;
		const char *reason =
		    judge(&seen, setup->settings->stuck_after, now, &detail);

		at = seen.probe.at;
		id = seen.probe.id;
		if (reason == NULL) {
			next = now + LOOK_SECONDS;
		} else {
			tell(kairan, &seen.probe, reason, detail);
			if (!unwatch(store, &seen.probe, &error))
				answer = ANSWER_UNKNOWN;
		}
		clear_seen(&seen);
		if (answer == ANSWER_UNKNOWN)
			break;
	}
	clear_seen(&seen);
	if (answer == ANSWER_UNKNOWN) {
		log_error("probe: %s", error.text);
		return now + AGAIN_SECONDS;
	}
	return next;
}
