/*
 * NAME
 *	ctl_backup - kairanctl backup
 *
 * DESCRIPTION
 *	backup FILE writes a consistent copy while the daemon works.
 *
 *	The keys are not in it: they stand in files of their own.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file exists already, or cannot be written.
 */
#include "config.h"

#include <glib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_progress.h"
#include "ctl/ctl_store.h"
#include "schema/store_audit.h"
#include "schema/store_copy.h"

static void show(int64_t done, int64_t all, void *context)
{
	ctl_progress_show(context, done, all);
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "backup",
		.outcome = "done",
		.detail = context,
	};

	return store_audit_append(store, &event, error_r) ? EX_OK : EX_UNAVAILABLE;
}

/* A file may begin with '-' behind "--"; a mistyped option is not a file's name. */
static bool read_path(const struct ctl_call *call, const char **path_r)
{
	int rest;

	if (!ctl_options_read(call, NULL, 0, &rest) || rest + 1 != call->argc)
		return false;
	*path_r = call->argv[rest];
	return true;
}

int ctl_backup(const struct ctl_call *call)
{
	struct ctl_progress *progress;
	struct store *store = NULL;
	struct kairan_error error;
	const char *path;
	int status;

	if (!read_path(call, &path))
		return ctl_usage(call);
	status = ctl_store_want_file(call);
	if (status == EX_OK)
		status = ctl_store_open(call, &store);
	if (status != EX_OK)
		return status;
	/* Before the copy, so that the copy tells of itself. */
	status = ctl_store_work(store, record, (void *)path);
	progress = ctl_progress_new("backup");
	if (status == EX_OK && !store_copy_write(store, path, show, progress, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	ctl_progress_free(progress);
	store_close(store);
	if (status == EX_OK)
		ctl_print("%s: written; the keys (%s, %s, %s) are not in it", path,
			  call->settings->key_file, call->settings->audit_key_file,
			  call->settings->leave_key_file);
	return status;
}
