/*
 * NAME
 *	bounce_round - who is suspended for what came back
 *
 * DESCRIPTION
 *	Reports of one release come within minutes, one after the other. An address is judged an
 *	hour later, when it is to be seen whether its domain refused all of the release (an
 *	alarm, which punishes nobody), or this one address alone.
 *
 *	A suspended subscriber stays in the list, and registers again like anybody.
 *
 * DIAGNOSTICS
 *	The alarm "refusing". Info: how many were suspended. Error: the store cannot be used;
 *	tried again.
 */
#include "config.h"

#include "milter/round/bounce_round.h"

#include <glib.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "policy/address.h"
#include "policy/carrier.h"
#include "schema/store_audit.h"
#include "schema/store_bounce.h"
#include "schema/store_subscriber.h"

#define LOOK_SECONDS   60
#define WAIT_SECONDS   3600
#define FORGET_SECONDS (90 * (int64_t)86400)
#define PAGE_ROWS      500

struct bounce_round {
	struct kairan *kairan;
	struct store *store;
	const struct settings *settings;
	int64_t now;
};

/* ---- domains ---- */

/* YES: it refused the release, which is recorded. *detail_r is for the alarm. */
static enum answer judge_domain(const struct bounce_round *round,
				const struct bounce_group *group, char **detail_r,
				struct kairan_error *error_r)
{
	const struct bounce_domain_limit limit = { round->settings->refusal_failures,
						   round->settings->refusal_percent };
	struct bounce_domain_facts facts = { 0 };
	g_autofree char *said = NULL;

	if (!store_bounce_count_domain(round->store, group, &facts, &said, error_r))
		return ANSWER_UNKNOWN;
	if (!bounce_is_refusal(&facts, &limit))
		return ANSWER_NO;
	*detail_r =
	    g_strdup_printf("%lld: %lld/%lld: %s", (long long)group->draft,
			    (long long)facts.failures, (long long)facts.recipients, said);
	return store_bounce_judge_refused(round->store, group, error_r) ? ANSWER_YES
									: ANSWER_UNKNOWN;
}

static void warn(const struct bounce_round *round, const struct bounce_group *group,
		 const char *detail)
{
	alarm_raise(round->kairan, ALARM_REFUSING, carrier_find_first(group->domain),
		    "domain-refuses", detail);
}

static bool warn_of(const struct bounce_round *round, const struct bounce_group *group,
		    struct kairan_error *error_r)
{
	g_autofree char *detail = NULL;
	enum answer answer;

	if (!store_begin(round->store, error_r))
		return false;
	answer = store_finish(round->store, judge_domain(round, group, &detail, error_r),
			      error_r);
	if (answer == ANSWER_YES)
		warn(round, group, detail);
	return answer != ANSWER_UNKNOWN;
}

static void clear_group(void *group)
{
	bounce_group_clear(group);
}

/* What is many already need not wait until it is judged. */
static bool warn_of_all(const struct bounce_round *round, struct kairan_error *error_r)
{
	GArray *groups = g_array_new(FALSE, FALSE, sizeof(struct bounce_group));
	bool ok = store_begin(round->store, error_r);

	g_array_set_clear_func(groups, clear_group);
	if (ok) {
		ok = store_bounce_list_many(round->store,
					    MAX(round->settings->refusal_failures, 1),
					    groups, error_r);
		store_rollback(round->store);
	}
	for (guint i = 0; ok && i < groups->len; i++)
		ok = warn_of(round, &g_array_index(groups, struct bounce_group, i),
			     error_r);
	g_array_unref(groups);
	return ok;
}

/* ---- addresses ---- */

static bool is_over(const struct settings *settings, const struct bounce_group *group,
		    const struct bounce_tally *tally)
{
	const struct bounce_limit limit = { settings->bounce_failures,
					    settings->bounce_span };
	const bool is_strict = bounce_is_listed(group->domain, settings->bounce_carriers);

	return bounce_is_over(tally, &limit,
			      is_strict ? settings->bounce_carrier_failures : 0);
}

/* YES: it is suspended now. */
static enum answer judge_address(const struct bounce_round *round,
				 const struct bounce_group *group, const char *key,
				 struct kairan_error *error_r)
{
	struct bounce_tally tally;
	struct address address;
	const struct subscriber_entry entry = {
		.list = group->list,
		.address = &address,
		.state = SUBSCRIBER_SUSPENDED,
		.reason = "bounce",
		.now = round->now,
	};

	if (!store_bounce_count_failures(round->store, group->list, key,
					 round->now - FORGET_SECONDS, &tally, error_r))
		return ANSWER_UNKNOWN;
	if (!is_over(round->settings, group, &tally) ||
	    !address_read(key, &address, error_r))
		return ANSWER_NO;
	return store_subscriber_enter(round->store, &entry, error_r);
}

/* The audit trail says how many, and never whom. */
static bool record(const struct bounce_round *round, const struct bounce_group *group,
		   int64_t count, struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%s: %lld at %s", group->list,
						  (long long)count, group->domain);
	const struct audit_event event = {
		.at = round->now,
		.uid = "kairan",
		.role = "system",
		.draft = group->draft,
		.action = "suspend-subscriber",
		.outcome = "bounce",
		.detail = detail,
	};

	log_event(LOG_LEVEL_INFO, NULL, group->draft, "suspended for bounces: %s",
		  detail);
	return store_audit_append(round->store, &event, error_r) &&
	       store_subscriber_note_change(round->store, group->list, 0, count,
					    round->now, error_r);
}

static bool judge_page(const struct bounce_round *round, const struct bounce_group *group,
		       struct kairan_error *error_r)
{
	GPtrArray *keys = store_bounce_judge_page(
	    round->store, group, round->now - WAIT_SECONDS, PAGE_ROWS, error_r);
	enum answer answer = keys != NULL ? ANSWER_NO : ANSWER_UNKNOWN;
	int64_t count = 0;

	for (guint i = 0; answer != ANSWER_UNKNOWN && i < keys->len; i++) {
		answer = judge_address(round, group, g_ptr_array_index(keys, i), error_r);
		count += answer == ANSWER_YES ? 1 : 0;
	}
	if (keys != NULL)
		g_ptr_array_unref(keys);
	return answer != ANSWER_UNKNOWN &&
	       (count == 0 || record(round, group, count, error_r));
}

/* One domain of one release, or a page of it. NO: none is due. */
static enum answer judge_next(const struct bounce_round *round,
			      struct kairan_error *error_r)
{
	struct bounce_group group = { 0 };
	g_autofree char *detail = NULL;
	enum answer answer, refused = ANSWER_NO;

	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_bounce_find_due(round->store, round->now - WAIT_SECONDS, &group,
				       error_r);
	if (answer == ANSWER_YES)
		refused = judge_domain(round, &group, &detail, error_r);
	if (answer == ANSWER_YES &&
	    (refused == ANSWER_UNKNOWN ||
	     (refused == ANSWER_NO && !judge_page(round, &group, error_r))))
		answer = ANSWER_UNKNOWN;
	answer = store_finish(round->store, answer, error_r);
	if (answer == ANSWER_YES && refused == ANSWER_YES)
		warn(round, &group, detail);
	bounce_group_clear(&group);
	return answer;
}

int64_t bounce_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	const struct bounce_round round = { kairan, kairan_get_store(kairan),
					    setup->settings, now };
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (warn_of_all(&round, &error)) {
		do {
			answer = judge_next(&round, &error);
		} while (answer == ANSWER_YES);
	}
	if (answer == ANSWER_UNKNOWN)
		log_error("bounces: %s", error.text);
	return now + LOOK_SECONDS;
}
