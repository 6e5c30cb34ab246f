/*
 * NAME
 *	draft_schedule - when a draft goes out
 *
 * DESCRIPTION
 *	Only brings facts together; what follows from them is policy/due.c's.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/draft/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "milter/draft/drill.h"
#include "policy/urgency.h"

/* A broadcast that falls due as the quiet hours begin may go out some seconds later. */
#define LATE_SECONDS 60

/* A broadcast's own quiet hours, or the town's. Both were checked when they were read. */
static struct quiet_hours find_quiet_hours(const struct setup *setup, const char *own)
{
	struct quiet_hours quiet = { 0, 0 };

	if (own == NULL || *own == '\0' || !hours_read(own, &quiet))
		(void)hours_read(setup->settings->quiet_hours, &quiet);
	return quiet;
}

void draft_schedule_read(const struct setup *setup, const struct broadcast *broadcast,
			 struct draft_reading *reading)
{
	const struct message *message = reading->message;
	const char *rest, *subject = reading->subject;

	if (reading->drill == DRILL_MARKED)
		subject = draft_drill_skip_mark(subject, "");
	reading->urgent =
	    broadcast->urgent ||
	    urgency_is_marked(subject, message_get_header(message, "Importance", 0),
			      message_get_header(message, "X-Priority", 0),
			      message_get_header(message, "Priority", 0));
	reading->send_at_status =
	    send_at_read(reading->text.text, setup->zone, &reading->send_at, &rest);
	memmove(reading->text.text, rest, strlen(rest) + 1);
}

void draft_schedule_judge(const struct setup *setup, const struct broadcast *broadcast,
			  const struct draft_reading *reading, struct verdict *verdict_r)
{
	const struct quiet_hours quiet = find_quiet_hours(setup, broadcast->quiet_hours);
	const struct due_facts facts = {
		.urgent = reading->urgent,
		.quiet = &quiet,
		.zone = setup->zone,
		.now = clock_now(),
	};

	due_judge_send_at(&facts, reading->send_at_status, reading->send_at,
			  setup->settings->schedule_most, verdict_r);
}

enum due_status draft_schedule_find(const struct setup *setup, const struct draft *draft,
				    const struct approval *approval, int64_t *at_r)
{
	const struct quiet_hours quiet = find_quiet_hours(setup, draft->quiet_hours);
	const struct due_facts facts = {
		.decision = approval->decision,
		.has_reason = approval->has_reason,
		.is_confirmed = approval->is_confirmed,
		.urgent = draft->urgent,
		.send_at = draft->send_at,
		.quiet = &quiet,
		.zone = setup->zone,
		.now = clock_now(),
	};

	return due_find(&facts, at_r);
}

enum due_status draft_schedule_find_plain(const struct setup *setup,
					  const struct draft *draft, int64_t *at_r)
{
	const struct approval approval = { DECISION_APPROVE, false, false };

	return draft_schedule_find(setup, draft, &approval, at_r);
}

int64_t draft_schedule_find_opening(const struct setup *setup, const struct draft *draft,
				    int64_t at)
{
	const struct quiet_hours quiet = find_quiet_hours(setup, draft->quiet_hours);

	return hours_find_opening(&quiet, setup->zone, at);
}

bool draft_schedule_is_late(const struct setup *setup, const struct draft *draft,
			    int64_t *at_r)
{
	const struct quiet_hours quiet = find_quiet_hours(setup, draft->quiet_hours);
	const int64_t now = clock_now();

	*at_r = hours_find_opening(&quiet, setup->zone, now);
	return *at_r > now && now - draft->due_at > LATE_SECONDS &&
	       !hours_is_quiet(&quiet, setup->zone, draft->due_at);
}
