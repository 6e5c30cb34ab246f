/*
 * NAME
 *	ctl_clock - kairanctl clock confirm
 *
 * DESCRIPTION
 *	After a jump of the machine's clock (milter/round/clock_round.c): it is right as it is now,
 *	and was wrong before. What was planned before goes by it from now on.
 *
 * DIAGNOSTICS
 *	EX_OK also where nothing is in doubt, which is said.
 */
#include "config.h"

#include <glib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_store.h"
#include "schema/store_audit.h"
#include "schema/store_clock.h"

static int confirm(struct store *store, void *context, struct kairan_error *error_r)
{
	int64_t *jump_r = context;
	g_autofree char *detail = NULL;
	struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "clock",
		.outcome = "confirmed",
	};
	const enum answer doubted = store_clock_find_jump(store, jump_r, error_r);

	if (doubted != ANSWER_YES)
		return doubted == ANSWER_NO ? EX_OK : EX_UNAVAILABLE;
	detail = g_strdup_printf("%lld seconds", (long long)*jump_r);
	event.detail = detail;
	return store_clock_trust(store, error_r) &&
		       store_audit_append(store, &event, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

int ctl_clock_confirm(const struct ctl_call *call)
{
	int64_t jump = 0;
	int status;

	if (call->argc > 0)
		return ctl_usage(call);
	status = ctl_store_run(call, confirm, &jump);
	if (status == EX_OK && jump == 0)
		ctl_print("the clock has not jumped: there is nothing to confirm");
	else if (status == EX_OK)
		ctl_print("the clock is right as it is: all goes by it from now on");
	return status;
}
