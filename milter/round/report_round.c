/*
 * NAME
 *	report_round - the monthly report goes to the administrators
 *
 * DESCRIPTION
 *	The store keeps which month was reported last. The next one's figures are collected, and
 *	then one transaction has the notices to all administrators, the audit row and the new
 *	month: so each gets it once, whenever the daemon is killed. A daemon that was away for
 *	months reports each of them, the oldest first.
 *
 *	The very first look, and every look while report_day is 0, only keep that the month
 *	before is done with: nobody wants reports of a time before kairan.
 *
 * DIAGNOSTICS
 *	Info: a report is on its way. Warning: LDAP does not answer, or there is no administrator
 *	who has a mail address: tried again. Error: the store cannot be used; tried again.
 */
#include "config.h"

#include "milter/round/report_round.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/core/notice.h"
#include "milter/report/report.h"
#include "milter/round/clock_round.h"
#include "schema/store_audit.h"
#include "schema/store_position.h"

#define POSITION    "report"
#define DAY_SECONDS 86400

/* Asks for help in vain now and then; a report can wait. */
#define AGAIN_SECONDS 3600

struct report_look {
	struct kairan *kairan;
	const struct setup *setup;
	int64_t now;
};

/* When the report of a month is due. */
static int64_t find_due(const struct setup *setup, const struct month *month)
{
	return month->until + (setup->settings->report_day - 1) * DAY_SECONDS;
}

static bool record(struct store *store, const struct month *month, int64_t now,
		   struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.action = "report",
		.outcome = "done",
		.detail = month->name,
	};

	return store_audit_append(store, &event, error_r) &&
	       store_position_put(store, POSITION, month->name, error_r);
}

static bool add_notices(struct store *store, const struct report_look *look,
			const json_t *report, const GPtrArray *administrators,
			struct kairan_error *error_r)
{
	json_t *object = json_pack("{s:O}", "report", report);
	char *facts = json_dumps(object, JSON_COMPACT);
	bool ok = true;

	for (guint i = 0; ok && i < administrators->len; i++)
		ok = notice_add_person(
		    store, &(struct notice){ NOTICE_REPORT, 0, facts, look->now },
		    g_ptr_array_index(administrators, i), error_r);
	free(facts);
	json_decref(object);
	return ok;
}

static bool send_report(const struct report_look *look, const struct month *month,
			const json_t *report, const GPtrArray *administrators,
			struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(look->kairan);

	if (!store_begin(store, error_r))
		return false;
	return store_end(store,
			 add_notices(store, look, report, administrators, error_r) &&
			     record(store, month, look->now, error_r),
			 error_r);
}

/* YES: it is on its way. NO: not now. */
static enum answer collect_and_send(const struct report_look *look,
				    const struct month *month,
				    const GPtrArray *administrators,
				    struct kairan_error *error_r)
{
	json_t *report = NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (!report_collect(look->setup, kairan_get_store(look->kairan), month, look->now,
			    &report, error_r))
		return ANSWER_UNKNOWN;
	if (!report_is_complete(report)) {
		log_warning("the report of %s waits: %s", month->name, error_r->text);
		answer = ANSWER_NO;
	} else if (send_report(look, month, report, administrators, error_r)) {
		log_info("the report of %s is on its way to the administrators",
			 month->name);
		waker_wake(kairan_get_waker(look->kairan, KAIRAN_NOTICES));
		answer = ANSWER_YES;
	}
	json_decref(report);
	return answer;
}

static enum answer report_month(const struct report_look *look, const struct month *month,
				struct kairan_error *error_r)
{
	GPtrArray *administrators = NULL;
	enum answer answer = ANSWER_NO;

	if (!administrators_find(look->kairan, look->setup, &administrators, error_r)) {
		log_warning("the report of %s waits: %s", month->name, error_r->text);
		return ANSWER_NO;
	}
	if (administrators_can_be_told(administrators))
		answer = collect_and_send(look, month, administrators, error_r);
	else
		log_warning("there is no administrator who could get the report of %s",
			    month->name);
	g_ptr_array_unref(administrators);
	return answer;
}

/* The month that was reported last; keeps last when there is none yet, or none is wanted. */
static bool find_reported(struct store *store, const struct setup *setup,
			  const struct month *last, struct month *reported_r,
			  struct kairan_error *error_r)
{
	char *name = NULL;
	enum answer answer;
	bool changed = false, ok;

	if (!store_begin(store, error_r))
		return false;
	answer = store_position_find(store, POSITION, &name, error_r);
	ok = answer != ANSWER_UNKNOWN;
	if (ok && (name == NULL || !month_read(name, setup->zone, reported_r) ||
		   (setup->settings->report_day == 0 && strcmp(name, last->name) < 0))) {
		*reported_r = *last;
		changed = true;
		ok = store_position_put(store, POSITION, last->name, error_r);
	}
	g_free(name);
	if (ok && changed)
		return store_commit(store, error_r);
	store_rollback(store);
	return ok;
}

int64_t report_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	const struct report_look look = { kairan, setup, now };
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_YES;
	struct month current, last, next;

	/* A month that is over by a clock that has jumped would never be reported when it is. */
	if (clock_round_is_in_doubt(kairan_get_store(kairan), &error) != ANSWER_NO)
		return now + AGAIN_SECONDS;
	month_of_time(now, setup->zone, &current);
	month_before(&current, setup->zone, &last);
	if (!find_reported(kairan_get_store(kairan), setup, &last, &next, &error))
		answer = ANSWER_UNKNOWN;
	/* In the order of the months; their names sort so. */
	while (answer == ANSWER_YES) {
		month_after(&next, setup->zone, &next);
		if (strcmp(next.name, last.name) > 0)
			return MIN(find_due(setup, &current), now + DAY_SECONDS);
		if (find_due(setup, &next) > now)
			return MIN(find_due(setup, &next), now + DAY_SECONDS);
		answer = report_month(&look, &next, &error);
	}
	if (answer == ANSWER_UNKNOWN)
		log_error("monthly report: %s", error.text);
	return now + AGAIN_SECONDS;
}
