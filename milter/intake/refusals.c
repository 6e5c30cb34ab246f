/*
 * NAME
 *	refusals - forged tokens, and one login that is refused again and again
 *
 * DESCRIPTION
 *	Counts in the audit trail, over the last hour: forged tokens of anybody, and all refusals
 *	of one login. The alarm stands for a day (alarm_expire()).
 *
 * DIAGNOSTICS
 *	Alarms. What cannot be counted is not told.
 */
#include "config.h"

#include "milter/intake/refusals.h"

#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "policy/verdict.h"

#define WATCH_SECONDS 3600
/* A mangled address comes once or twice, an attack does not stop there. */
#define FORGED_MOST 3
/* Whoever learns the rules is refused now and then. */
#define REFUSED_MOST 10

static bool is_refusal(const char *outcome)
{
	enum reason reason;

	return reason_find(outcome, &reason);
}

static bool count(struct store *store, const struct audit_refusals *wanted,
		  int64_t *count_r)
{
	struct kairan_error error = { "" };
	bool ok = store_begin_grouped(store, &error);

	if (ok) {
		ok = store_audit_count_refusals(store, wanted, count_r, &error);
		store_rollback(store);
	}
	if (!ok)
		log_error("refusals: %s", error.text);
	return ok;
}

void refusals_watch(struct kairan *kairan, const struct audit_event *event)
{
	struct store *store = kairan_get_store(kairan);
	const char *uid = event->uid != NULL ? event->uid : "";
	const char *forged = reason_name(REASON_FORGED_TOKEN);
	const bool is_forged =
	    event->outcome != NULL && strcmp(event->outcome, forged) == 0;
	const struct audit_refusals wanted = {
		.since = event->at - WATCH_SECONDS,
		.uid = is_forged ? NULL : uid,
		.outcome = is_forged ? forged : NULL,
	};
	int64_t seen = 0;

	if (event->outcome == NULL || !is_refusal(event->outcome) ||
	    (!is_forged && *uid == '\0') || !count(store, &wanted, &seen))
		return;
	if (is_forged && seen >= FORGED_MOST)
		alarm_raise(kairan, ALARM_TOKENS, "forged", "forged-tokens",
			    event->detail != NULL ? event->detail : "");
	else if (!is_forged && seen >= REFUSED_MOST)
		alarm_raise(kairan, ALARM_REFUSALS, uid, "refusals", uid);
}
