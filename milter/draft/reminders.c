/*
 * NAME
 *	reminders - held drafts are brought to mind
 *
 * DESCRIPTION
 *	A reminder goes to everybody who was asked, each with an address of their own to
 *	answer to. It is planned when the draft is held, and the next one when it is sent, so
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

/* quiet_r must outlive the facts. */
static struct waiting_facts make_facts(const struct setup *setup,
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
		.urgent = draft->urgent,
		.first = settings->remind_first,
		.second = settings->remind_second,
		.urgent_first = settings->remind_urgent,
		.quiet = quiet_r,
		.zone = setup->zone,
	};
}

int64_t reminders_find_next(const struct setup *setup, const struct draft *draft,
			    int64_t after)
{
	struct quiet_hours quiet;
	const struct waiting_facts facts = make_facts(setup, draft, &quiet);

	return waiting_find_next(&facts, after);
}

static bool add_notices(struct store *store, const struct draft *draft, int64_t now,
			struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.draft = draft->id,
		.action = "remind",
		.outcome = "done",
	};

	/* Everybody but the author was asked. */
	return notice_add_parties(
		   store, &(struct notice){ NOTICE_REMINDER, draft->id, NULL, now },
		   DRAFT_AUTHOR, error_r) &&
	       store_audit_append(store, &event, error_r);
}

bool reminders_send(struct store *store, const struct setup *setup,
		    const struct draft *draft, int64_t now, struct kairan_error *error_r)
{
	struct quiet_hours quiet;
	const struct waiting_facts facts = make_facts(setup, draft, &quiet);
	const int64_t opening = waiting_find_opening(&facts, now);

	if (opening > now)
		return store_reminder_record(store, draft->id, false, opening, error_r);
	return add_notices(store, draft, now, error_r) &&
	       store_reminder_record(store, draft->id, true,
				     waiting_find_next(&facts, now), error_r);
}
