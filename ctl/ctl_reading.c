/*
 * NAME
 *	ctl_reading - a row for whoever reads residents' data or the audit trail (Art. 8)
 *
 * DESCRIPTION
 *	The row has the action "read", who ran kairanctl, what was read and how much of it. It is
 *	on the disk before anything is shown: where it cannot be written, as with a store that
 *	may only be read, nothing is. Figures without a person or an address in them, such as
 *	"subscribers count", need none.
 *
 * DIAGNOSTICS
 *	EX_NOPERM: this user may only read the store. EX_UNAVAILABLE: the row cannot be written.
 */
#include "config.h"

#include "ctl/ctl_reading.h"

#include <glib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl_operator.h"
#include "schema/store_audit.h"

int ctl_reading_record(struct store *store, const struct ctl_reading *reading,
		       struct kairan_error *error_r)
{
	g_autofree char *detail =
	    g_strdup_printf("`%s`: %lld", reading->what, (long long)reading->count);
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.draft = reading->draft,
		.action = "read",
		.outcome = "done",
		.detail = detail,
	};
	struct kairan_error error = { "" };

	if (store_is_reader(store)) {
		(void)error_set(error_r, "%s",
				ctl_say("Art.8: who reads this is recorded, and this "
					"user may not write to the store, so nothing is "
					"shown"));
		return EX_NOPERM;
	}
	if (store_audit_append(store, &event, &error))
		return EX_OK;
	(void)error_set(error_r,
			ctl_say("Art.8: who reads this is recorded, and that failed, so "
				"nothing is shown: %s"),
			error.text);
	return EX_UNAVAILABLE;
}
