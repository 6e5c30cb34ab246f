/*
 * NAME
 *	footer_round - lines below replies, with time
 *
 * DESCRIPTION
 *	An alarm about a line that stands below the replies of several people
 *	(milter/intake/learning.c) has the line itself as its detail. It ends when the setting
 *	reply_footers finds that line, or when nobody has had any for a long time.
 *
 * DIAGNOSTICS
 *	Error: the store cannot be used; tried again.
 */
#include "config.h"

#include "milter/round/footer_round.h"

#include <string.h>

#include "conf/log.h"
#include "conf/patterns.h"
#include "milter/core/alarm.h"
#include "schema/store_alarm.h"
#include "schema/store_signature.h"

#define FOOTER_IDLE_SECONDS   86400
#define FOOTER_FORGET_SECONDS (90 * (int64_t)86400)

/* What an alarm of footers is about; NULL of another. */
static const char *find_id(const struct alarm *alarm)
{
	static const char kind[] = ALARM_FOOTER " ";

	return strncmp(alarm->name, kind, strlen(kind)) == 0 ? alarm->name + strlen(kind)
							     : NULL;
}

static bool is_over(const struct setup *setup, const struct alarm *alarm, int64_t now)
{
	return alarm->raised_at < now - FOOTER_FORGET_SECONDS ||
	       patterns_match_line(setup->footers, alarm->detail);
}

int64_t footer_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	GPtrArray *alarms = NULL;
	struct kairan_error error = { "" };
	bool ok = store_begin_grouped(store, &error);

	if (ok) {
		ok = store_signature_forget_lines(store, now - FOOTER_FORGET_SECONDS,
						  &error) &&
		     store_alarm_list(store, &alarms, &error);
		ok = store_end(store, ok, &error);
	}
	for (guint i = 0; ok && i < alarms->len; i++) {
		const struct alarm *alarm = g_ptr_array_index(alarms, i);
		const char *id = find_id(alarm);

		if (id != NULL && is_over(setup, alarm, now))
			alarm_clear(kairan, ALARM_FOOTER, id);
	}
	if (alarms != NULL)
		g_ptr_array_unref(alarms);
	if (!ok)
		log_error("lines below replies: %s", error.text);
	return now + FOOTER_IDLE_SECONDS;
}
