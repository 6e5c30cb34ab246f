/*
 * NAME
 *	audit_round - the audit trail, every day
 *
 * DESCRIPTION
 *	Lets go of rows that are older than the end of the following fiscal year allows
 *	(policy/retention.c), with a row that says how many, and walks the chain. Both in pages,
 *	each a transaction, so that nobody has to wait.
 *
 * DIAGNOSTICS
 *	Info: how many rows went. The store is shut: the chain is broken, and where. Error: the store cannot
 *	be read or written; tried again.
 */
#include "config.h"

#include "milter/round/audit_round.h"

#include <glib.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/round/clock_round.h"
#include "milter/round/store_opening.h"
#include "policy/retention.h"
#include "schema/audit_check.h"
#include "schema/store_copy.h"
#include "schema/store_incident.h"

#define DAY_SECONDS 86400
#define PAGE_ROWS   1000

/* One page. YES: there may be more. */
static enum answer prune_page(struct store *store, int64_t before, int64_t *gone,
			      struct kairan_error *error_r)
{
	int64_t some = 0;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	if (!store_end(store, audit_check_prune(store, before, PAGE_ROWS, &some, error_r),
		       error_r))
		return ANSWER_UNKNOWN;
	*gone += some;
	return some == PAGE_ROWS ? ANSWER_YES : ANSWER_NO;
}

static bool record_pruned(struct store *store, int64_t gone, int64_t now,
			  struct kairan_error *error_r)
{
	g_autofree char *detail = g_strdup_printf("%lld rows", (long long)gone);
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.action = "prune",
		.outcome = "done",
		.detail = detail,
	};

	if (!store_begin(store, error_r))
		return false;
	return store_end(store, store_audit_append(store, &event, error_r), error_r);
}

/* What was reported, found and done is kept as long as the trail that tells of it. */
static bool prune_incidents(struct store *store, int64_t before,
			    struct kairan_error *error_r)
{
	if (!store_begin(store, error_r))
		return false;
	return store_end(store, store_incident_prune(store, before, error_r), error_r);
}

static bool prune(struct store *store, const struct setup *setup, int64_t now,
		  struct kairan_error *error_r)
{
	const int64_t before = retention_find_cutoff(
	    now, (int)setup->settings->fiscal_year_month, setup->zone);
	enum answer answer = clock_round_is_in_doubt(store, error_r);
	int64_t gone = 0;

	if (answer != ANSWER_NO)
		return answer == ANSWER_YES;
	do {
		answer = prune_page(store, before, &gone, error_r);
	} while (answer == ANSWER_YES);
	if (answer == ANSWER_UNKNOWN || !prune_incidents(store, before, error_r))
		return false;
	if (gone > 0)
		log_info("audit: %lld rows let go of, at the end of their time (Art.8)",
			 (long long)gone);
	return gone == 0 || record_pruned(store, gone, now, error_r);
}

/* Damaged, or changed by somebody: nothing more is taken (store_opening.c). */
static bool check(struct kairan *kairan, struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct audit_check state;
	const enum answer sound = store_copy_judge(store, error_r);

	if (sound == ANSWER_NO)
		store_opening_shut(kairan, STORE_SHUT_REASON, error_r->text);
	if (sound != ANSWER_YES)
		return sound == ANSWER_NO;
	if (audit_check_walk(store, &state, error_r) == ANSWER_UNKNOWN)
		return false;
	if (state.fault == AUDIT_WHOLE) {
		alarm_clear(kairan, ALARM_AUDIT, "chain");
	} else {
		/* The mail says it in its reader's language. */
		g_autofree char *what = g_strdup_printf(
		    "%s %lld", audit_fault_name(state.fault),
		    (long long)(state.fault == AUDIT_MISSING ? state.next : state.seq));

		store_opening_shut(kairan, STORE_CHAIN_REASON, what);
	}
	return true;
}

int64_t audit_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct kairan_error error = { "" };

	if (prune(kairan_get_store(kairan), setup, now, &error) && check(kairan, &error))
		return now + DAY_SECONDS;
	log_error("audit trail: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}
