/*
 * NAME
 *	ctl_store - the store, for a command
 *
 * DESCRIPTION
 *	The same store as the daemon's, whether that runs or not.
 *
 * DIAGNOSTICS
 *	EX_UNAVAILABLE: the store cannot be opened, read or written. EX_NOPERM: the keys cannot
 *	be read.
 */
#include "config.h"

#include "ctl/ctl_store.h"

#include <sysexits.h>

#include "conf/keyring.h"

int ctl_store_open(const struct ctl_call *call, struct store **store_r)
{
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };

	if (!keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			  &error))
		return ctl_fail(EX_NOPERM, "%s", error.text);
	if (!store_open(call->settings->store_path, STORE_JOURNAL_BEST, store_r,
			&error)) {
		keyring_free(seals);
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	}
	store_set_seals(*store_r, seals);
	return EX_OK;
}

int ctl_store_work(struct store *store, ctl_work work, void *context)
{
	struct kairan_error error = { "" };
	int status = EX_UNAVAILABLE;

	if (store_begin(store, &error)) {
		status = work(store, context, &error);
		if (status != EX_OK)
			store_rollback(store);
		else if (!store_commit(store, &error))
			status = EX_UNAVAILABLE;
	}
	return status == EX_OK ? EX_OK : ctl_fail(status, "%s", error.text);
}

int ctl_store_run(const struct ctl_call *call, ctl_work work, void *context)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	if (status == EX_OK)
		status = ctl_store_work(store, work, context);
	store_close(store);
	return status;
}
