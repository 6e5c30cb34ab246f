/*
 * NAME
 *	store_place - is what is open still the store?
 *
 * DESCRIPTION
 *	Asks the driver before each transaction, and notes what goes wrong. One that was found to be
 *	another (store_known.c) stays so until it is shut.
 *
 * DIAGNOSTICS
 *	Failures are returned, and noted for store_failing_since().
 */
#include "config.h"

#include "conf/clock.h"
#include "schema/store_parts.h"

void store_note_failure(struct store *store, const char *why)
{
	(void)error_set(&store->failure, "%s", why);
	if (store->failing_since == 0)
		store->failing_since = clock_now();
}

bool store_check_place(struct store *store, struct kairan_error *error_r)
{
	struct kairan_error error;

	if (store->shut_reason != NULL || store->is_lost)
		return error_set(error_r, "%s", store->failure.text);
	if (store->db->driver->is_in_place(store->db, &error))
		return true;
	store_note_failure(store, error.text);
	return error_set(error_r, "%s", error.text);
}
