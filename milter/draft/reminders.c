/*
 * NAME
 *	reminders - held drafts are brought to mind
 *
 * DESCRIPTION
 *	A reminder goes to everybody who may decide at that moment, each with an address of
 *	their own to answer to. It is planned when the draft is held, and the next one when it is sent, so
 *	that a daemon that was down for hours sends one and not all that it missed.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/draft/reminders.h"

#include "milter/core/notice.h"
#include "policy/waiting.h"
#include "schema/store_reminder.h"

struct waiting_facts reminders_make_facts(const struct setup *setup,
					  const struct draft *draft,
					  struct quiet_hours *quiet_r)
{
	const struct settings *settings = setup->settings;

	/* A broadcast's own hours that cannot be read are as if it had none. */
	if (draft->quiet_hours == NULL || !hours_read(draft->quiet_hours, quiet_r))
		(void)hours_read(settings->quiet_hours, quiet_r);
	return (struct waiting_facts){
		.submitted_at = draft->submitted_at,
		.expires_at = draft->expires_at,
		.send_at = draft->send_at,
		.urgent = draft->urgent,
		.first = settings->remind_first,
		.second = settings->remind_second,
		.urgent_first = settings->remind_urgent,
		.unanswered = settings->unanswered_after,
		.unanswered_urgent = settings->unanswered_urgent,
		.quiet = quiet_r,
		.zone = setup->zone,
	};
}

int64_t reminders_find_next(const struct setup *setup, const struct draft *draft,
			    int64_t after)
{
	struct quiet_hours quiet;
	const struct waiting_facts facts = reminders_make_facts(setup, draft, &quiet);

	return waiting_find_next(&facts, after);
}

bool reminders_delegates_wait(const struct setup *setup, const struct draft *draft,
			      int64_t now)
{
	return setup->settings->delegates_wait != 0 &&
	       reminders_find_next(setup, draft, draft->submitted_at) > now;
}

bool reminders_send(const struct asking *asking, struct kairan_error *error_r)
{
	const struct draft *draft = asking->draft;
	struct quiet_hours quiet;
	const struct waiting_facts facts =
	    reminders_make_facts(asking->setup, draft, &quiet);
	const int64_t opening = waiting_find_opening(&facts, asking->own);
	bool told = false;

	if (opening > asking->own)
		return store_reminder_record(asking->store, draft->id, false, opening,
					     error_r);
	return asking_tell(asking, NOTICE_REMINDER, "remind", &told, error_r) &&
	       store_reminder_record(asking->store, draft->id, told,
				     waiting_find_next(&facts, asking->own), error_r);
}
