/*
 * NAME
 *	snapshot_round - the broadcast addresses, read anew
 *
 * DESCRIPTION
 *	Read from LDAP at start and every snapshot_refresh seconds, kept in the store when
 *	they changed, and taken from there when LDAP does not answer at a start.
 *
 * DIAGNOSTICS
 *	Warning, once until it works again: LDAP could not be asked, so that the addresses
 *	stay as they were.
 */
#include "config.h"

#include "milter/round/snapshot_round.h"

#include <stdint.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/snapshot.h"
#include "schema/store_position.h"
#include "schema/store_snapshot.h"

void snapshot_round_restore(struct kairan *kairan)
{
	struct store *store = kairan_get_store(kairan);
	struct broadcast **broadcasts = NULL;
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin(store, &error)) {
		answer = store_snapshot_load(store, &broadcasts, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_YES)
		snapshot_take(kairan_get_snapshot(kairan), broadcasts);
	else if (answer == ANSWER_UNKNOWN)
		log_warning("broadcast addresses of the last run: %s", error.text);
}

static void keep_in_store(struct store *store, struct broadcast *const *broadcasts)
{
	struct kairan_error error;

	if (!store_begin(store, &error) ||
	    !store_end(store, store_snapshot_save(store, broadcasts, &error), &error))
		log_warning("broadcast addresses could not be kept: %s", error.text);
}

/* `kairanctl status` tells how old the snapshot is. */
static void note_time(struct store *store)
{
	struct kairan_error error = { "" };

	if (!store_position_keep_time(store, STORE_POSITION_SNAPSHOT, clock_now(),
				      &error))
		log_warning("the time of the look at the directory: %s", error.text);
}

void snapshot_round_refresh(struct kairan *kairan)
{
	struct snapshot *snapshot = kairan_get_snapshot(kairan);
	struct setup *setup = kairan_get_setup(kairan);
	struct broadcast **broadcasts;
	struct kairan_error error;

	if (directory_list_broadcasts(setup->directory, &broadcasts, NULL, &error)) {
		if (snapshot_differs(snapshot, broadcasts)) {
			keep_in_store(kairan_get_store(kairan), broadcasts);
			log_info("broadcast addresses read from the directory");
		}
		snapshot_take(snapshot, broadcasts);
		note_time(kairan_get_store(kairan));
	} else if (snapshot_fail(snapshot)) {
		log_warning("broadcast addresses stay as they were: %s", error.text);
	}
	setup_unref(setup);
}

void *snapshot_round_run(void *context)
{
	struct kairan *kairan = context;
	int64_t next;

	do {
		struct setup *setup = kairan_get_setup(kairan);

		next = clock_now() + setup->settings->snapshot_refresh;
		setup_unref(setup);
		snapshot_round_refresh(kairan);
	} while (waker_wait_until(kairan_get_waker(kairan, KAIRAN_SNAPSHOT), next));
	return NULL;
}
