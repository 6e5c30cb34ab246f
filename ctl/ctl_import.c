/*
 * NAME
 *	ctl_import - kairanctl subscribers import
 *
 * DESCRIPTION
 *	Reads the addresses of a CSV file (ctl_addresses.c). All records are checked before anything
 *	is written, and all are written in one transaction. With --dry-run it is only told what would
 *	come of it.
 *
 *	Art. 2(2): with --reason the administrator recognises these people as subscribers; without,
 *	they were that in an older system. Who has left, pauses or is suspended stays so.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: lines that are no address, each by its number; nothing is imported.
 *	EX_NOINPUT: no broadcast has the list, and --new-list does not say that it is to be one.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_addresses.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_progress.h"
#include "ctl/ctl_store.h"
#include "policy/address.h"
#include "schema/store_audit.h"
#include "schema/store_subscriber.h"

struct import {
	const char *list;
	const char *reason; /* NULL: they were registered in an older system */
	bool dry_run, is_new;
	struct ctl_addresses addresses;
	int64_t added, left, suspended, paused, forgotten;
};

static bool add_all(struct store *store, struct import *import, int64_t now,
		    struct kairan_error *error_r)
{
	struct ctl_progress *progress = ctl_progress_new(import->addresses.path);
	bool ok = true;

	for (guint i = 0; ok && i < import->addresses.found->len; i++) {
		const struct subscriber_registration registration = {
			.list = import->list,
			.address =
			    &g_array_index(import->addresses.found, struct address, i),
			.origin = { .source = import->reason != NULL
						  ? SUBSCRIBER_RECOGNISED
						  : SUBSCRIBER_IMPORTED,
				    .by = ctl_operator_uid(),
				    .reason = import->reason },
			.now = now,
		};
		enum subscriber_state was;
		enum answer answer =
		    store_subscriber_register(store, &registration, &was, error_r);

		ok = answer != ANSWER_UNKNOWN;
		import->added += answer == ANSWER_YES;
		import->left += was == SUBSCRIBER_LEFT;
		import->suspended += was == SUBSCRIBER_SUSPENDED;
		import->paused += was == SUBSCRIBER_PAUSED;
		import->forgotten += was == SUBSCRIBER_FORGOTTEN;
		ctl_progress_show(progress, i, import->addresses.found->len);
	}
	ctl_progress_free(progress);
	return ok;
}

static int write_all(struct store *store, void *context, struct kairan_error *error_r)
{
	struct import *import = context;
	const int64_t now = clock_now();
	g_autofree char *detail = NULL;

	if (!add_all(store, import, now, error_r) ||
	    !store_subscriber_note_change(store, import->list, import->added, 0, now,
					  error_r))
		return EX_UNAVAILABLE;
	detail = g_strdup_printf("list %s: %u addresses, %lld new%s%s", import->list,
				 import->addresses.found->len, (long long)import->added,
				 import->reason != NULL ? ", recognised: " : "",
				 import->reason != NULL ? import->reason : "");
	const struct audit_event event = {
		.at = now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "import",
		.outcome = "done",
		.detail = detail,
	};
	return store_audit_append(store, &event, error_r) ? EX_OK : EX_UNAVAILABLE;
}

static int finish(const struct ctl_call *call, struct import *import)
{
	int status;

	ctl_addresses_tell(&import->addresses);
	status = import->dry_run ? ctl_store_try(call, write_all, import)
				 : ctl_store_run(call, write_all, import);
	if (status == EX_OK)
		ctl_print(import->dry_run
			      ? "%s: %u addresses read, %lld would be new subscribers"
			      : "%s: %u addresses read, %lld new subscribers",
			  import->list, import->addresses.found->len,
			  (long long)import->added);
	if (status == EX_OK && import->left + import->suspended + import->paused > 0)
		ctl_print(
		    "%lld have left, %lld are suspended, %lld pause: they stay so "
		    "(`kairanctl subscribers resume`, of who has left with --reason, "
		    "brings them back)",
		    (long long)import->left, (long long)import->suspended,
		    (long long)import->paused);
	if (status == EX_OK && import->forgotten > 0)
		ctl_print(
		    "%lld were forgotten, and are passed over (`kairanctl subscribers "
		    "forget --undo` lets them be registered)",
		    (long long)import->forgotten);
	if (status == EX_OK && import->dry_run)
		ctl_print("a dry run: nothing was changed");
	return status;
}

int ctl_subscribers_import(const struct ctl_call *call)
{
	struct import import = { 0 };
	const struct ctl_option options[] = { { "list", &import.list, NULL },
					      { "address-column",
						&import.addresses.column, NULL },
					      { "reason", &import.reason, NULL },
					      { "dry-run", NULL, &import.dry_run },
					      { "new-list", NULL, &import.is_new } };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || import.list == NULL)
		return ctl_usage(call);
	if (import.reason != NULL && *import.reason == '\0')
		return ctl_fail(EX_USAGE,
				"Art.2(2): --reason says why they are recognised");
	ctl_addresses_init(&import.addresses, call->settings, call->argv[rest]);
	status = ctl_lists_check(call, import.list, import.is_new);
	if (status == EX_OK)
		status = ctl_addresses_read_file(&import.addresses);
	if (status == EX_OK)
		status = finish(call, &import);
	ctl_addresses_clear(&import.addresses);
	return status;
}
