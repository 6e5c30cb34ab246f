/*
 * NAME
 *	ctl_store - the store, for a command
 *
 * DESCRIPTION
 *	The same store as the daemon's, whether that runs or not. It is made by `kairanctl store
 *	init` alone: where it is missing, its disk may not be mounted. One that does not fit its mark
 *	(schema/store_mark.h) can be looked at, with a warning. A user who may only read its file gets
 *	a store that only reads: what needs no row in the audit trail can be looked at, and nothing
 *	is changed.
 *
 * DIAGNOSTICS
 *	EX_UNAVAILABLE: the store cannot be opened, read or written. EX_NOPERM: the keys cannot
 *	be read.
 */
#include "config.h"

#include "ctl/ctl_store.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/keyring.h"
#include "schema/store_copy.h"
#include "schema/store_mark.h"
#include "schema/store_name.h"
#include "schema/store_restoring.h"

bool ctl_store_open_unsealed(const struct settings *settings, struct store **store_r,
			     struct kairan_error *error_r)
{
	return store_copy_keep_older(settings->store_path, error_r) &&
	       store_open(settings->store_path, STORE_JOURNAL_BEST, store_r, error_r);
}

/* What the mark says of it; where that cannot be read, nothing is. */
static bool judge_mark(const struct settings *settings, struct store *store,
		       struct kairan_error *error_r)
{
	g_autofree char *path = store_mark_path(settings->audit_key_file);
	struct store_mark mark;
	struct kairan_error error;
	bool fits;

	if (store_restoring_is_broken(settings->store_path, error_r))
		return false;
	if (store_seals(store) == NULL || (access(path, R_OK) != 0 && errno != ENOENT) ||
	    !store_begin(store, &error))
		return true;
	switch (store_mark_read(path, store_seals(store), &mark, error_r)) {
	case ANSWER_YES:
		store_set_mark(store, &mark);
		fits = store_mark_judge(store, &mark, error_r) != ANSWER_NO;
		break;
	case ANSWER_NO:
		fits = true;
		break;
	default:
		fits = false;
		break;
	}
	store_rollback(store);
	return fits;
}

/* Is it there, and only to be read? */
static bool is_read_only(const char *path)
{
	return access(path, R_OK) == 0 && access(path, W_OK) != 0;
}

/* Its keys seal what is written; to check the seals they are taken where they can be read. */
static int open_reader(const struct ctl_call *call, struct store **store_r)
{
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };

	if (!store_open_reader(call->settings->store_path, 0, store_r, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			 &error))
		store_set_seals(*store_r, seals);
	return EX_OK;
}

int ctl_store_want_file(const struct ctl_call *call)
{
	if (store_is_file(call->settings->store_path))
		return EX_OK;
	return ctl_fail(
	    EX_UNAVAILABLE,
	    "the store is a database, %s: copies of it are its server's to make "
	    "(pg_dump) and to put back (pg_restore); one that was put back is "
	    "accepted by `kairanctl store accept`",
	    call->settings->store_path);
}

int ctl_store_open_unmarked(const struct ctl_call *call, struct store **store_r)
{
	const char *path = call->settings->store_path;
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };

	const bool is_missing = store_is_file(path) && access(path, F_OK) != 0;

	if (is_missing && store_restoring_is_broken(path, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (is_missing)
		return ctl_fail(EX_UNAVAILABLE,
				"store: %s: %s. Where there has never been one, "
				"`kairanctl store init` makes it; else see whether its "
				"disk is there, or `kairanctl restore` a copy",
				path, strerror(errno));
	if (is_read_only(path))
		return open_reader(call, store_r);
	if (!keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			  &error))
		return ctl_fail(EX_NOPERM, "%s", error.text);
	if (!ctl_store_open_unsealed(call->settings, store_r, &error)) {
		keyring_free(seals);
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	}
	store_set_seals(*store_r, seals);
	return EX_OK;
}

int ctl_store_open(const struct ctl_call *call, struct store **store_r)
{
	struct kairan_error error = { "" };
	const int status = ctl_store_open_unmarked(call, store_r);

	if (status == EX_OK && !judge_mark(call->settings, *store_r, &error))
		(void)ctl_fail(EX_OK,
			       "warning: %s; until it is restored, or accepted by "
			       "`kairanctl store accept`, the daemon takes nothing",
			       error.text);
	return status;
}

int ctl_store_open_fitting(const struct ctl_call *call, struct store **store_r)
{
	struct kairan_error error = { "" };
	int status = ctl_store_open_unmarked(call, store_r);

	if (status == EX_OK && !judge_mark(call->settings, *store_r, &error)) {
		store_close(*store_r);
		*store_r = NULL;
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	}
	return status;
}

/* What is done in a transaction, and whether it is kept. */
struct job {
	ctl_work work;
	void *context;
	bool is_dry;
};

static int work_inside(struct store *store, const struct job *job,
		       struct kairan_error *error_r)
{
	int status = EX_UNAVAILABLE;

	if (!store_begin(store, error_r))
		return EX_UNAVAILABLE;
	status = job->work(store, job->context, error_r);
	if (status != EX_OK || job->is_dry)
		store_rollback(store);
	else if (!store_commit(store, error_r))
		status = EX_UNAVAILABLE;
	return status;
}

/* Whoever reads what is printed may stop reading (a pager), and a pipe that is full would keep the
 * store from everybody: so it is printed when the transaction is over. */
static int do_job(struct store *store, const struct job *job)
{
	struct kairan_error error = { "" };
	FILE *out = stdout;
	char *said = NULL;
	size_t length = 0;
	int status;

	stdout = open_memstream(&said, &length);
	if (stdout == NULL) {
		stdout = out;
		return ctl_fail(EX_OSERR, "%s", strerror(errno));
	}
	status = work_inside(store, job, &error);
	(void)fclose(stdout);
	stdout = out;
	(void)fwrite(said, 1, length, stdout);
	free(said);
	return status == EX_OK ? EX_OK : ctl_fail(status, "%s", error.text);
}

int ctl_store_work(struct store *store, ctl_work work, void *context)
{
	return do_job(store, &(struct job){ work, context, false });
}

static int open_and_do(const struct ctl_call *call, const struct job *job)
{
	struct store *store = NULL;
	int status = ctl_store_open(call, &store);

	if (status == EX_OK)
		status = do_job(store, job);
	store_close(store);
	return status;
}

int ctl_store_run(const struct ctl_call *call, ctl_work work, void *context)
{
	return open_and_do(call, &(struct job){ work, context, false });
}

int ctl_store_try(const struct ctl_call *call, ctl_work work, void *context)
{
	return open_and_do(call, &(struct job){ work, context, true });
}
