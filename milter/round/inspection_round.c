/*
 * NAME
 *	inspection_round - the audit trail is to be inspected
 *
 * DESCRIPTION
 *	kairan checks the chain by itself every day; that what stands in it is right, only people
 *	can say. Looked at every day: where the last "kairanctl audit inspect" is longer ago than
 *	inspection_every, or there was none since the trail began, the administrators are told.
 *
 * DIAGNOSTICS
 *	Alarm: an inspection is due. Error: the store cannot be read; tried again.
 */
#include "config.h"

#include "milter/round/inspection_round.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "schema/store_inspection.h"

#define DAY_SECONDS 86400

static bool find(struct store *store, struct inspection *inspection_r,
		 struct kairan_error *error_r)
{
	bool ok = store_begin(store, error_r);

	if (ok) {
		ok = store_inspection_find(store, inspection_r, error_r);
		store_rollback(store);
	}
	return ok;
}

int64_t inspection_round_walk(struct kairan *kairan, const struct setup *setup,
			      int64_t now)
{
	struct inspection inspection;
	struct kairan_error error = { "" };
	char when[64] = "";
	int64_t since;

	if (!find(kairan_get_store(kairan), &inspection, &error)) {
		log_error("inspection: %s", error.text);
		return now + setup->settings->snapshot_refresh;
	}
	since = inspection.at != 0 ? inspection.at : inspection.since;
	if (since == 0 || now - since < setup->settings->inspection_every) {
		alarm_clear(kairan, ALARM_INSPECTION, "trail");
		return now + DAY_SECONDS;
	}
	if (inspection.at != 0)
		clock_format(inspection.at, setup->settings->time_zone, "%Y-%m-%d", when,
			     sizeof(when));
	alarm_raise(kairan, ALARM_INSPECTION, "trail",
		    inspection.at != 0 ? "inspection-due" : "inspection-never", when);
	return now + DAY_SECONDS;
}
