/*
 * NAME
 *	ctl_restore - kairanctl restore
 *
 * DESCRIPTION
 *	restore FILE checks a copy (SQLite's own check, then the audit trail with its seals) and
 *	puts it in the store's place. The daemon must be stopped. Where broadcasts were on their
 *	way, the service is suspended, so that nobody gets one twice. The store that was there stays
 *	beside it as NAME.before-restore, with its journal. The keys are not in a copy.
 *
 *	One that was broken off is ended by the next: where the copy is in place already, only the
 *	mark is written; else all is put back, and it begins anew (schema/store_restoring.h).
 *
 * DIAGNOSTICS
 *	EX_CANTCREAT: it cannot be written. EX_DATAERR: the copy is not sound. EX_TEMPFAIL: the
 *	daemon runs.
 */
#include "config.h"

#include <glib.h>
#include <pwd.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "ctl/commands.h"
#include "ctl/ctl_hold_back.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "schema/audit_check.h"
#include "schema/store_audit.h"
#include "schema/store_copy.h"
#include "schema/store_forget.h"
#include "schema/store_lock.h"
#include "schema/store_mark.h"
#include "schema/store_restoring.h"

static int record(struct store *store, void *context, struct kairan_error *error_r)
{
	const struct audit_event event = {
		.at = clock_now(),
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "restore",
		.outcome = "done",
		.detail = context,
	};

	return store_audit_append(store, &event, error_r) ? EX_OK : EX_UNAVAILABLE;
}

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

static int hold_back(struct store *store, void *context, struct kairan_error *error_r)
{
	return ctl_hold_back(store, "restored from a backup", context, error_r);
}

/* What of the trail was accepted as it is stays so, if the copy has it. */
static int take_accepted(struct store *store, void *context, struct kairan_error *error_r)
{
	struct store_mark *mark = context;
	struct store_mark with = *mark;
	enum answer has;

	with.seq = with.accepted;
	with.commits = 0;
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

/* ---- marks ---- */

static int load_seals(const struct ctl_call *call, struct keyring **seals_r)
{
	struct kairan_error error = { "" };

	return keyring_load("audit_key_file", call->settings->audit_key_file, seals_r,
			    &error)
		   ? EX_OK
		   : ctl_fail(EX_CANTCREAT, "%s", error.text);
}

/* A mark that cannot be read is replaced. */
static int read_mark(const struct ctl_call *call, const char *path,
		     struct store_mark *mark_r, enum answer *answer_r)
{
	struct keyring *seals = NULL;
	struct kairan_error error;
	const int status = load_seals(call, &seals);

	*answer_r = ANSWER_NO;
	*mark_r = (struct store_mark){ .seq = 0 };
	if (status == EX_OK)
		*answer_r = store_mark_read(path, seals, mark_r, &error);
	if (*answer_r != ANSWER_YES)
		*mark_r = (struct store_mark){ .seq = 0 };
	keyring_free(seals);
	return status;
}

static int write_mark(const struct ctl_call *call, const char *path,
		      const struct store_mark *mark)
{
	struct keyring *seals = NULL;
	struct kairan_error error = { "" };
	int status = load_seals(call, &seals);

	if (status == EX_OK && !store_mark_write(path, seals, mark, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	keyring_free(seals);
	return status;
}

/* From now on this is the store. */
static int conclude(const struct ctl_call *call, const struct store_mark *mark)
{
	g_autofree char *path = store_mark_path(call->settings->audit_key_file);
	struct kairan_error error = { "" };
	int status = write_mark(call, path, mark);

	fault_point("restore.marked");
	if (status == EX_OK && !store_restoring_end(call->settings->store_path, &error))
		status = ctl_fail(EX_CANTCREAT, "%s", error.text);
	return status;
}

/* ---- the copy ---- */

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
	struct store *store = NULL;
	char *octets = NULL;
	gsize length;
	int status;

	if (!store_copy_check(path, &error))
		return ctl_fail(EX_DATAERR, "%s", error.text);
	/* A journal of one that was broken off would be applied to it. */
	store_restoring_clear(fresh);
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
		status = ctl_store_work(store, record, (void *)path);
	if (status == EX_OK)
		status = ctl_store_work(store, hold_back, held_back_r);
	if (status == EX_OK)
		status = take_forgotten(call, store);
	if (status == EX_OK)
		status = ctl_store_work(store, take_mark, mark_r);
	store_close(store);
	return status;
}

/* ---- its place ---- */

static int replace(const struct ctl_call *call, const char *copy, const char *fresh,
		   const struct store_mark *mark)
{
	const char *path = call->settings->store_path;
	g_autofree char *before = store_restoring_before(path);
	g_autofree char *restoring = store_restoring_path(path);
	const struct passwd *user = getpwnam(call->settings->user);
	struct kairan_error error = { "" };
	int status;

	if (geteuid() == 0 &&
	    (user == NULL || chown(fresh, user->pw_uid, user->pw_gid) != 0))
		return ctl_fail(EX_NOUSER, "%s cannot be given to the user %s", fresh,
				call->settings->user);
	if (!store_restoring_begin(path, &error))
		return ctl_fail(EX_CANTCREAT, "%s", error.text);
	status = write_mark(call, restoring, mark);
	fault_point("restore.begun");
	if (status != EX_OK)
		return status;
	if (!store_restoring_replace(path, fresh, &error))
		return ctl_fail(EX_CANTCREAT, "%s", error.text);
	ctl_print("%s: restored from %s; what was there is %s", path, copy, before);
	return EX_OK;
}

/* ---- one that was broken off ---- */

struct judging {
	const struct store_mark *mark;
	bool fits;
};

static int judge(struct store *store, void *context, struct kairan_error *error_r)
{
	struct judging *judging = context;
	const enum answer answer = store_mark_judge(store, judging->mark, error_r);

	judging->fits = answer == ANSWER_YES;
	return answer != ANSWER_UNKNOWN ? EX_OK : EX_UNAVAILABLE;
}

/* Is what it wanted to put in place there? */
static int find_in_place(const struct ctl_call *call, const struct store_mark *mark,
			 bool *is_r)
{
	struct judging judging = { .mark = mark };
	struct store *store = NULL;
	int status = EX_OK;

	if (access(call->settings->store_path, F_OK) == 0)
		status = ctl_store_open_unmarked(call, &store);
	if (status == EX_OK && store != NULL)
		status = ctl_store_work(store, judge, &judging);
	store_close(store);
	*is_r = judging.fits;
	return status;
}

/* *done_r: the copy was in place, and all is done. */
static int settle(const struct ctl_call *call, bool *done_r)
{
	const char *path = call->settings->store_path;
	g_autofree char *restoring = store_restoring_path(path);
	struct kairan_error error = { "" };
	struct store_mark mark;
	enum answer answer;
	int status;

	*done_r = false;
	if (!store_restoring_is_broken(path, &error))
		return EX_OK;
	status = read_mark(call, restoring, &mark, &answer);
	if (status == EX_OK && answer == ANSWER_YES)
		status = find_in_place(call, &mark, done_r);
	if (status != EX_OK)
		return status;
	if (*done_r)
		return conclude(call, &mark);
	return store_restoring_undo(path, &error) && store_restoring_end(path, &error)
		   ? EX_OK
		   : ctl_fail(EX_CANTCREAT, "%s", error.text);
}

static int restore(const struct ctl_call *call, const char *copy)
{
	g_autofree char *fresh = g_strconcat(call->settings->store_path, ".new", NULL);
	g_autofree char *path = store_mark_path(call->settings->audit_key_file);
	struct store_mark mark;
	enum answer has_mark;
	bool held_back = false;
	int status = read_mark(call, path, &mark, &has_mark);

	if (status == EX_OK)
		status = prepare(call, copy, fresh, &held_back, &mark);
	if (status == EX_OK)
		status = replace(call, copy, fresh, &mark);
	if (status == EX_OK)
		status = conclude(call, &mark);
	if (status == EX_OK && held_back)
		ctl_hold_back_say();
	if (status != EX_OK)
		store_restoring_clear(fresh);
	return status;
}

int ctl_restore(const struct ctl_call *call)
{
	struct store_lock *lock = NULL;
	struct kairan_error error;
	bool done = false;
	const char *path;
	int rest, status;

	/* A file may begin with '-' behind "--"; a mistyped option is not a file's name. */
	if (!ctl_options_read(call, NULL, 0, &rest) || rest + 1 != call->argc)
		return ctl_usage(call);
	path = call->argv[rest];
	status = ctl_store_want_file(call);
	if (status != EX_OK)
		return status;
	if (store_lock_take(call->settings->store_path, &lock, &error) != ANSWER_YES)
		return ctl_fail(
		    EX_TEMPFAIL,
		    "%s; stop the daemon first (systemctl stop kairan-milter)",
		    error.text);
	status = settle(call, &done);
	if (status == EX_OK && done)
		ctl_print("the restore that was broken off is ended: its copy is the "
			  "store now; for another copy, restore that");
	else if (status == EX_OK)
		status = restore(call, path);
	store_lock_free(lock);
	return status;
}
