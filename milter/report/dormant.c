/*
 * NAME
 *	dormant - people who have done nothing for long
 *
 * DESCRIPTION
 *	The directory knows who has a duty, the audit trail who used it.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/report/dormant.h"

#include "schema/store_audit.h"

bool dormant_visit(struct store *store, const GPtrArray *people, int64_t since,
		   void (*visit)(const struct person *person, int64_t last,
				 void *context),
		   void *context, struct kairan_error *error_r)
{
	for (guint i = 0; i < people->len; i++) {
		const struct person *person = g_ptr_array_index(people, i);
		int64_t last = 0;

		if (store_audit_find_last(store, person->uid, &last, error_r) ==
		    ANSWER_UNKNOWN)
			return false;
		/* Whoever was registered lately has had no time to do anything. */
		if (last >= since ||
		    (last == 0 && person->password.registered_at >= since))
			continue;
		visit(person, last, context);
	}
	return true;
}
