/*
 * NAME
 *	ctl_hold_back - an older store has come in the store's place
 *
 * DESCRIPTION
 *	What was on its way when the copy was made may have gone out since, and the copy does not
 *	know: whoever restores or accepts it sees which of it has.
 *
 * DIAGNOSTICS
 *	Failures are returned.
 */
#include "config.h"

#include "ctl/ctl_hold_back.h"

#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl.h"
#include "ctl/ctl_operator.h"
#include "schema/store_counts.h"
#include "schema/store_suspension.h"

int ctl_hold_back(struct store *store, const char *reason, bool *held_back_r,
		  struct kairan_error *error_r)
{
	const struct suspension suspension = {
		.broadcast = (char *)"",
		.since = clock_now(),
		.reason = (char *)reason,
		.uid = (char *)ctl_operator_uid(),
	};
	const struct audit_event event = {
		.at = suspension.since,
		.uid = suspension.uid,
		.role = "administrator",
		.action = "suspend",
		.outcome = "done",
		.detail = suspension.reason,
	};
	struct store_counts counts;

	*held_back_r = false;
	if (!store_counts_read(store, &counts, error_r))
		return EX_UNAVAILABLE;
	if (counts.drafts[DRAFT_APPROVED] == 0 && counts.drafts[DRAFT_RELEASING] == 0)
		return EX_OK;
	if (!store_suspension_put(store, &suspension, &event, error_r))
		return EX_UNAVAILABLE;
	*held_back_r = true;
	return EX_OK;
}

void ctl_hold_back_say(void)
{
	ctl_print("The service is suspended: broadcasts that were on their way when "
		  "the copy was made may have gone out since. Look at `kairanctl "
		  "drafts list approved` and `kairanctl drafts list releasing`, "
		  "withdraw or stop what has, then `kairanctl resume`.");
}
