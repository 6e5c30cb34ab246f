/*
 * NAME
 *	ctl_store - the store, for a command
 *
 * DESCRIPTION
 *	The same store as the daemon's, whether that runs or not. Where root is the first to use
 *	it, it is made for the user that the daemon becomes. A user who may only read its file gets
 *	a store that only reads: what needs no row in the audit trail can be looked at, and nothing
 *	is changed.
 *
 * DIAGNOSTICS
 *	EX_UNAVAILABLE: the store cannot be opened, read or written. EX_NOPERM: the keys cannot
 *	be read. EX_NOUSER: there is no such user to make the store for. EX_CANTCREAT: it cannot be
 *	made.
 */
#include "config.h"

#include "ctl/ctl_store.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/keyring.h"
#include "schema/store_copy.h"

/* An empty file is a store that is to be made; SQLite gives what it puts beside it to the same
 * user. */
static int make_file(const struct settings *settings)
{
	const char *path = settings->store_path;
	const struct passwd *user;
	int fd, status = EX_OK;

	if (geteuid() != 0 || access(path, F_OK) == 0)
		return EX_OK;
	user = getpwnam(settings->user);
	if (user == NULL)
		return ctl_fail(EX_NOUSER, "user: there is no user %s", settings->user);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	/* Another program may be faster. */
	if (fd < 0 && errno == EEXIST)
		return EX_OK;
	if (fd < 0 || fchown(fd, user->pw_uid, user->pw_gid) != 0)
		status = ctl_fail(EX_CANTCREAT, "store: cannot make %s: %s", path,
				  strerror(errno));
	if (fd >= 0)
		close(fd);
	return status;
}

bool ctl_store_open_unsealed(const struct settings *settings, struct store **store_r,
			     struct kairan_error *error_r)
{
	return store_copy_keep_older(settings->store_path, error_r) &&
	       store_open(settings->store_path, STORE_JOURNAL_BEST, store_r, error_r);
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

int ctl_store_open(const struct ctl_call *call, struct store **store_r)
{
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };
	int status;

	if (is_read_only(call->settings->store_path))
		return open_reader(call, store_r);

	if (!keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			  &error))
		return ctl_fail(EX_NOPERM, "%s", error.text);
	status = make_file(call->settings);
	if (status == EX_OK && !ctl_store_open_unsealed(call->settings, store_r, &error))
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (status != EX_OK) {
		keyring_free(seals);
		return status;
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
