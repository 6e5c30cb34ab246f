/*
 * NAME
 *	ctl_store_init - kairanctl store init, store accept
 *
 * DESCRIPTION
 *	store init [--reason TEXT]
 *	store accept --reason TEXT
 *
 *	init makes the store, for the user that the daemon becomes, and beside audit_key_file the
 *	mark by which it is known again. Nothing else makes a store. Where the mark says that there
 *	was one, a reason is wanted. A store from before there were marks gets one.
 *
 *	accept is the administrator's word for a store that is not what it was: an older copy that
 *	was put in its place by hand, or a trail that is broken (Art. 8, 9). The reason comes into
 *	the trail, and what is before that row is not looked at any more. Where broadcasts were on
 *	their way in an older one, the service is suspended, so that nobody gets one twice.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: there is a store already, or it cannot be made. EX_DATAERR: a damaged file is
 *	not accepted. EX_NOUSER: there is no such user to make the store for.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pwd.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/keyring.h"
#include "ctl/commands.h"
#include "ctl/ctl_hold_back.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "schema/audit_check.h"
#include "schema/store_copy.h"
#include "schema/store_lock.h"
#include "schema/store_mark.h"
#include "schema/store_name.h"
#include "schema/store_restoring.h"

static bool append(struct store *store, const char *action, const char *reason,
		   struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = action,
		.outcome = "done",
		.detail = reason,
	};

	return store_audit_append(store, &event, error_r);
}

/* ---- init ---- */

/* An empty file is a store that is to be made; SQLite gives what it puts beside it to the same
 * user. */
static int make_file(const struct settings *settings)
{
	const char *path = settings->store_path;
	const struct passwd *user;
	int fd, status = EX_OK;

	if (!store_is_file(path) || access(path, F_OK) == 0)
		return EX_OK;
	user = geteuid() == 0 ? getpwnam(settings->user) : NULL;
	if (geteuid() == 0 && user == NULL)
		return ctl_fail(EX_NOUSER, "user: there is no user %s", settings->user);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 || (user != NULL && fchown(fd, user->pw_uid, user->pw_gid) != 0))
		status = ctl_fail(EX_CANTCREAT, "store: cannot make %s: %s", path,
				  strerror(errno));
	if (fd >= 0)
		close(fd);
	return status;
}

struct first {
	const char *reason;
	struct store_mark mark;
};

/* A trail that begins with a row is never taken for one that was emptied. */
static int begin_trail(struct store *store, void *context, struct kairan_error *error_r)
{
	struct first *first = context;
	const enum answer used = store_mark_is_used(store, error_r);

	if (used == ANSWER_UNKNOWN ||
	    (used == ANSWER_NO && !append(store, "store-init", first->reason, error_r)) ||
	    !store_mark_take(store, &first->mark, error_r))
		return EX_UNAVAILABLE;
	return EX_OK;
}

static int init(const struct ctl_call *call, const char *reason, const char *mark_path,
		struct keyring *seals)
{
	struct first first = { .reason = reason };
	struct store *store = NULL;
	struct kairan_error error = { "" };
	int status = make_file(call->settings);

	if (status == EX_OK &&
	    (!store_copy_keep_older(call->settings->store_path, &error) ||
	     !store_make(call->settings->store_path, STORE_JOURNAL_BEST, &store, &error)))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	if (status != EX_OK) {
		keyring_free(seals);
		return status;
	}
	store_set_seals(store, seals);
	status = ctl_store_work(store, begin_trail, &first);
	if (status == EX_OK && !store_mark_write(mark_path, seals, &first.mark, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	store_close(store);
	return status;
}

/* Of a database nobody knows before it is opened. */
static bool is_made(const char *name)
{
	struct store *store = NULL;
	struct kairan_error error;

	if (store_is_file(name))
		return access(name, F_OK) == 0;
	if (!store_open_reader(name, 1, &store, &error))
		return false;
	store_close(store);
	return true;
}

int ctl_store_init_once(const struct ctl_call *call, const char *reason, bool *made_r)
{
	const struct settings *settings = call->settings;
	g_autofree char *path = store_mark_path(settings->audit_key_file);
	const bool is_there = is_made(settings->store_path);
	const bool was_there = access(path, F_OK) == 0;
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };

	*made_r = false;
	if (is_there && was_there)
		return EX_OK;
	if (was_there && reason == NULL)
		return ctl_fail(EX_CANTCREAT,
				"%s: there was a store, as %s says. See whether its disk "
				"is there, or `kairanctl restore` a copy; for one that "
				"is lost, --reason says why a new one begins",
				settings->store_path, path);
	if (!keyring_load("audit_key_file", settings->audit_key_file, &seals, &error))
		return ctl_fail(EX_NOPERM, "%s", error.text);
	*made_r = true;
	return init(call, reason, path, seals);
}

int ctl_store_init(const struct ctl_call *call)
{
	const char *reason = NULL;
	const struct ctl_option options[] = { { "reason", &reason, NULL } };
	bool made;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	status = ctl_store_init_once(call, reason, &made);
	if (status == EX_OK && !made)
		return ctl_fail(EX_CANTCREAT, "%s: there is a store already",
				call->settings->store_path);
	if (status == EX_OK)
		ctl_print("made %s", call->settings->store_path);
	return status;
}

/* ---- accept ---- */

struct acceptance {
	const char *reason;
	bool is_older; /* not only a trail that is broken */
	bool held_back;
	struct store_mark mark;
};

static int accept_trail(struct store *store, void *context, struct kairan_error *error_r)
{
	struct acceptance *acceptance = context;
	struct store_mark *mark = &acceptance->mark;
	struct store_mark before;

	if (!store_mark_take(store, &before, error_r) ||
	    !append(store, "store-accept", acceptance->reason, error_r) ||
	    (acceptance->is_older &&
	     ctl_hold_back(store, acceptance->reason, &acceptance->held_back, error_r) !=
		 EX_OK) ||
	    !store_mark_take(store, mark, error_r))
		return EX_UNAVAILABLE;
	mark->accepted = before.seq;
	memcpy(mark->accepted_hash, before.hash, sizeof(before.hash));
	return EX_OK;
}

/* Is there anything to accept? *fits_r: it has what the mark says. */
static enum answer is_as_it_was(struct store *store, const char *path, bool *fits_r,
				struct kairan_error *error_r)
{
	struct audit_check check;
	struct store_mark mark;
	enum answer answer = store_mark_read(path, store_seals(store), &mark, error_r);

	*fits_r = false;
	if (answer != ANSWER_YES)
		return ANSWER_NO;
	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_mark_judge(store, &mark, error_r);
	*fits_r = answer == ANSWER_YES;
	store_set_mark(store, &mark);
	store_rollback(store);
	return answer == ANSWER_YES ? audit_check_walk(store, &check, error_r) : answer;
}

static int accept_store(const struct ctl_call *call, struct store *store,
			const char *reason)
{
	g_autofree char *path = store_mark_path(call->settings->audit_key_file);
	struct acceptance acceptance = { .reason = reason };
	struct kairan_error error = { "" };
	bool fits;
	int status;

	if (store_is_reader(store))
		return ctl_fail(EX_NOPERM,
				"Art.8: this user may not write to the store, so this "
				"would not be recorded");
	if (store_copy_judge(store, &error) != ANSWER_YES)
		return ctl_fail(EX_DATAERR,
				"%s; `kairanctl restore` puts a copy in its place",
				error.text);
	if (is_as_it_was(store, path, &fits, &error) == ANSWER_YES) {
		ctl_print("the store is as it was: there is nothing to accept");
		return EX_OK;
	}
	acceptance.is_older = !fits;
	status = ctl_store_work(store, accept_trail, &acceptance);
	if (status == EX_OK &&
	    !store_mark_write(path, store_seals(store), &acceptance.mark, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	if (status == EX_OK)
		ctl_print("the store is accepted as it is, up to row %lld of its audit "
			  "trail; the daemon goes on with it",
			  (long long)acceptance.mark.accepted);
	if (status == EX_OK && acceptance.held_back)
		ctl_hold_back_say();
	return status;
}

/* Whoever goes on with the store as it is does not end a restore that was broken off: what that has
 * moved comes back. One that is under way has the lock. */
static int take_back(const struct ctl_call *call, struct store_lock **lock_r)
{
	const char *path = call->settings->store_path;
	struct kairan_error error = { "" };

	if (!store_restoring_is_broken(path, &error))
		return EX_OK;
	if (store_lock_take(path, lock_r, &error) != ANSWER_YES)
		return ctl_fail(EX_TEMPFAIL, "%s", error.text);
	return store_restoring_undo(path, &error) && store_restoring_end(path, &error)
		   ? EX_OK
		   : ctl_fail(EX_CANTCREAT, "%s", error.text);
}

int ctl_store_accept(const struct ctl_call *call)
{
	const char *reason = NULL;
	const struct ctl_option options[] = { { "reason", &reason, NULL } };
	struct store_lock *lock = NULL;
	struct store *store = NULL;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || reason == NULL || *reason == '\0')
		return ctl_usage(call);
	status = take_back(call, &lock);
	if (status == EX_OK)
		status = ctl_store_open_unmarked(call, &store);
	if (status == EX_OK)
		status = accept_store(call, store, reason);
	store_close(store);
	store_lock_free(lock);
	return status;
}
