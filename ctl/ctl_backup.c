/*
 * NAME
 *	ctl_backup - kairanctl backup, kairanctl restore
 *
 * DESCRIPTION
 *	backup FILE writes a consistent copy while the daemon works.
 *
 *	restore FILE checks a copy (SQLite's own check, then the audit trail with its seals) and
 *	puts it in the store's place. The daemon must be stopped. Where broadcasts were on their
 *	way, the service is suspended, so that nobody gets one twice. The store that was there stays
 *	beside it as NAME.before-restore, with its journal.
 *
 *	Neither has the keys, which stand in files of their own.
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: the file exists already, or cannot be written. EX_DATAERR: the copy is not
 *	sound. EX_TEMPFAIL: the daemon runs.
 */
#include "config.h"

#include <errno.h>
#include <glib.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_progress.h"
#include "ctl/ctl_store.h"
#include "schema/audit_check.h"
#include "schema/store_copy.h"
#include "schema/store_forget.h"
#include "schema/store_counts.h"
#include "schema/store_lock.h"
#include "schema/store_mark.h"
#include "schema/store_suspension.h"

static void show(int64_t done, int64_t all, void *context)
{
	ctl_progress_show(context, done, all);
}

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const char *const *words = context;
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = words[0],
		.outcome = "done",
		.detail = words[1],
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
	const char *words[] = { "backup", path };
	status = ctl_store_open(call, &store);
	if (status != EX_OK)
		return status;
	/* Before the copy, so that the copy tells of itself. */
	status = ctl_store_work(store, record, words);
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

/* ---- restore ---- */

static int check_trail(struct store *store, void *context, struct kairan_error *error_r)
{
	struct audit_check check;
	g_autofree char *what = NULL;

	(void)context;
	switch (audit_check_all(store, &check, error_r)) {
	case ANSWER_YES:
		return EX_OK;
	case ANSWER_NO:
		what = audit_check_describe(&check);
		(void)error_set(error_r,
				ctl_say("Art.8: the copy's audit trail is broken: %s"),
				what);
		return EX_DATAERR;
	case ANSWER_UNKNOWN:
		break;
	}
	return EX_UNAVAILABLE;
}

/* What was on its way when the copy was made may have gone out since: nothing goes until the
 * administrator has looked. */
static int hold_back(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct suspension suspension = {
		.broadcast = (char *)"",
		.since = clock_now(),
		.reason = (char *)"restored from a backup",
		.uid = (char *)ctl_operator_uid(),
	};
	const struct audit_event event = {
		.at = suspension.since,
		.uid = suspension.uid,
		.role = "administrator",
		.action = "suspend",
		.outcome = "done",
		.detail = suspension.reason,
	};
	bool *held_back_r = context;
	struct store_counts counts;

	if (!store_counts_read(store, &counts, error_r))
		return EX_UNAVAILABLE;
	*held_back_r =
	    counts.drafts[DRAFT_APPROVED] > 0 || counts.drafts[DRAFT_RELEASING] > 0;
	if (*held_back_r && !store_suspension_put(store, &suspension, &event, error_r))
		return EX_UNAVAILABLE;
	return EX_OK;
}

/* What of the trail was accepted as it is stays so, if the copy has it. */
static int take_accepted(struct store *store, void *context, struct kairan_error *error_r)
{
	struct store_mark *mark = context;
	struct store_mark with = *mark;
	enum answer has;

	with.seq = with.accepted;
	memcpy(with.hash, with.accepted_hash, sizeof(with.hash));
	has = with.accepted != 0 ? store_mark_judge(store, &with, error_r) : ANSWER_NO;
	if (has == ANSWER_UNKNOWN)
		return EX_UNAVAILABLE;
	*mark = has == ANSWER_YES ? with : (struct store_mark){ .seq = 0 };
	store_set_mark(store, mark);
	return EX_OK;
}

static int take_mark(struct store *store, void *context, struct kairan_error *error_r)
{
	struct store_mark *mark = context, now_is;

	if (!store_mark_take(store, &now_is, error_r))
		return EX_UNAVAILABLE;
	now_is.accepted = mark->accepted;
	memcpy(now_is.accepted_hash, mark->accepted_hash, sizeof(now_is.accepted_hash));
	*mark = now_is;
	return EX_OK;
}

/* A mark that cannot be read is replaced. */
static void read_mark(const struct ctl_call *call, struct store_mark *mark_r)
{
	g_autofree char *path = store_mark_path(call->settings->audit_key_file);
	struct keyring *seals = NULL;
	struct kairan_error error;

	*mark_r = (struct store_mark){ .seq = 0 };
	if (!keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			  &error))
		return;
	if (store_mark_read(path, seals, mark_r, &error) != ANSWER_YES)
		*mark_r = (struct store_mark){ .seq = 0 };
	keyring_free(seals);
}

/* From now on this is the store. */
static int write_mark(const struct ctl_call *call, const struct store_mark *mark)
{
	g_autofree char *path = store_mark_path(call->settings->audit_key_file);
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };
	int status = EX_OK;

	if (!keyring_load("audit_key_file", call->settings->audit_key_file, &seals,
			  &error) ||
	    !store_mark_write(path, seals, mark, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	keyring_free(seals);
	return status;
}

/* Residents who were forgotten since the copy was made are so in it, too; what their addresses stand
 * in besides the lists the daemon finds. */
static int take_forgotten(const struct ctl_call *call, struct store *store)
{
	struct kairan_error error = { "" };
	int64_t count = 0;

	if (!store_forget_take_over(store, call->settings->store_path, clock_now(),
				    &count, &error))
		ctl_print(
		    "who was forgotten since the copy was made cannot be read: repeat "
		    "`kairanctl subscribers forget` for them (%s)",
		    error.text);
	else if (count > 0)
		ctl_print(
		    "%lld addresses of the copy were forgotten since, and are again",
		    (long long)count);
	return EX_OK;
}

/* A copy of the copy beside the store, so that what is checked is what is put in place; the file
 * itself is never written to. */
static int prepare(const struct ctl_call *call, const char *path, const char *fresh,
		   bool *held_back_r, struct store_mark *mark_r)
{
	struct settings settings = *call->settings;
	struct ctl_call other = *call;
	struct kairan_error error = { "" };
	const char *words[] = { "restore", path };
	struct store *store = NULL;
	char *octets = NULL;
	gsize length;
	int status;

	if (!store_copy_check(path, &error))
		return ctl_fail(EX_DATAERR, "%s", error.text);
	if (!g_file_get_contents(path, &octets, &length, NULL) ||
	    !g_file_set_contents_full(fresh, octets, (gssize)length,
				      G_FILE_SET_CONTENTS_CONSISTENT |
					  G_FILE_SET_CONTENTS_DURABLE,
				      0600, NULL)) {
		g_free(octets);
		return ctl_fail(EX_CANTCREAT, "%s cannot be written", fresh);
	}
	g_free(octets);
	settings.store_path = (char *)fresh;
	other.settings = &settings;
	status = ctl_store_open_unmarked(&other, &store);
	if (status == EX_OK)
		status = ctl_store_work(store, take_accepted, mark_r);
	if (status == EX_OK)
		status = ctl_store_work(store, check_trail, NULL);
	if (status == EX_OK)
		status = ctl_store_work(store, record, words);
	if (status == EX_OK)
		status = ctl_store_work(store, hold_back, held_back_r);
	if (status == EX_OK)
		status = take_forgotten(call, store);
	if (status == EX_OK)
		status = ctl_store_work(store, take_mark, mark_r);
	store_close(store);
	return status;
}

static bool move(const char *from, const char *to, const char *suffix)
{
	g_autofree char *source = g_strconcat(from, suffix, NULL);
	g_autofree char *target = g_strconcat(to, suffix, NULL);

	return rename(source, target) == 0 || errno == ENOENT;
}

/* The journals first: one that stayed would be applied to the new file. */
static int replace(const struct ctl_call *call, const char *copy, const char *fresh)
{
	const char *path = call->settings->store_path;
	g_autofree char *before = g_strconcat(path, ".before-restore", NULL);
	const struct passwd *user = getpwnam(call->settings->user);

	if (geteuid() == 0 &&
	    (user == NULL || chown(fresh, user->pw_uid, user->pw_gid) != 0))
		return ctl_fail(EX_NOUSER, "%s cannot be given to the user %s", fresh,
				call->settings->user);
	if (!move(path, before, "-journal") || !move(path, before, "-wal") ||
	    !move(path, before, "-shm") || !move(path, before, "") ||
	    rename(fresh, path) != 0)
		return ctl_fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	ctl_print("%s: restored from %s; what was there is %s", path, copy, before);
	return EX_OK;
}

int ctl_restore(const struct ctl_call *call)
{
	g_autofree char *fresh = g_strconcat(call->settings->store_path, ".new", NULL);
	struct store_lock *lock = NULL;
	struct store_mark mark;
	struct kairan_error error;
	bool held_back = false;
	const char *path;
	int status;

	if (!read_path(call, &path))
		return ctl_usage(call);
	if (store_lock_take(call->settings->store_path, &lock, &error) != ANSWER_YES)
		return ctl_fail(
		    EX_TEMPFAIL,
		    "%s; stop the daemon first (systemctl stop kairan-milter)",
		    error.text);
	read_mark(call, &mark);
	status = prepare(call, path, fresh, &held_back, &mark);
	if (status == EX_OK)
		status = replace(call, path, fresh);
	if (status == EX_OK)
		status = write_mark(call, &mark);
	if (status == EX_OK && held_back)
		ctl_print(
		    "The service is suspended: broadcasts that were on their way when "
		    "the copy was made may have gone out since. Look at `kairanctl "
		    "drafts list approved` and `kairanctl drafts list releasing`, "
		    "withdraw or stop what has, then `kairanctl resume`.");
	if (status != EX_OK)
		(void)unlink(fresh);
	store_lock_free(lock);
	return status;
}
