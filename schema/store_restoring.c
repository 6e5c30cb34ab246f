/*
 * NAME
 *	store_restoring - another file in the store's place
 *
 * DESCRIPTION
 *	The store is a file, up to three journals, and a mark elsewhere: they cannot be changed in
 *	one step. So a file beside it says first that they are being changed, and with what mark it
 *	ends. The journals go first: one that stayed would be applied to the new file. Where that was
 *	broken off, what was moved can be moved back, or, if the new file is in place, only the mark
 *	is missing.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_restoring.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/fault.h"

static const char *const restoring_journals[] = { "-journal", "-wal", "-shm" };

char *store_restoring_path(const char *store_path)
{
	return g_strconcat(store_path, ".restoring", NULL);
}

char *store_restoring_before(const char *store_path)
{
	return g_strconcat(store_path, ".before-restore", NULL);
}

bool store_restoring_is_broken(const char *store_path, struct kairan_error *why_r)
{
	g_autofree char *path = store_restoring_path(store_path);

	if (access(path, F_OK) != 0)
		return false;
	(void)error_set(why_r,
			"store: a restore was broken off; `kairanctl restore FILE` "
			"once more, with the same copy, ends it");
	return true;
}

/* What is not there is moved. */
static bool move(const char *from, const char *to, const char *suffix)
{
	g_autofree char *source = g_strconcat(from, suffix, NULL);
	g_autofree char *target = g_strconcat(to, suffix, NULL);

	fault_point("restore.move");
	return rename(source, target) == 0 || errno == ENOENT;
}

static bool move_journals(const char *from, const char *to)
{
	bool ok = true;

	for (size_t i = 0; ok && i < G_N_ELEMENTS(restoring_journals); i++)
		ok = move(from, to, restoring_journals[i]);
	return ok;
}

static void remove_journals(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(restoring_journals); i++) {
		g_autofree char *name = g_strconcat(path, restoring_journals[i], NULL);

		(void)unlink(name);
	}
}

void store_restoring_clear(const char *fresh)
{
	(void)unlink(fresh);
	remove_journals(fresh);
}

/* The names are on the disk. */
static bool sync_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool fail(const char *path, struct kairan_error *error_r)
{
	return error_set(error_r, "%s: %s", path, strerror(errno));
}

bool store_restoring_begin(const char *store_path, struct kairan_error *error_r)
{
	g_autofree char *before = store_restoring_before(store_path);
	g_autofree char *older = g_strconcat(before, ".older", NULL);

	/* What an earlier restore left must not be taken for what this one moves. */
	if (access(store_path, F_OK) == 0) {
		store_restoring_clear(before);
	} else {
		remove_journals(older);
		if (!move(before, older, "") || !move_journals(before, older))
			return fail(before, error_r);
	}
	return sync_folder(store_path) || fail(store_path, error_r);
}

bool store_restoring_replace(const char *store_path, const char *fresh,
			     struct kairan_error *error_r)
{
	g_autofree char *before = store_restoring_before(store_path);

	/* Of the file that is there. */
	if (access(store_path, F_OK) != 0)
		remove_journals(store_path);
	if (!move_journals(store_path, before) || !move(store_path, before, ""))
		return fail(store_path, error_r);
	fault_point("restore.place");
	if (rename(fresh, store_path) != 0 || !sync_folder(store_path))
		return fail(store_path, error_r);
	fault_point("restore.placed");
	return true;
}

bool store_restoring_undo(const char *store_path, struct kairan_error *error_r)
{
	g_autofree char *before = store_restoring_before(store_path);

	/* The new file is in place: what was moved is of the other. */
	if (access(store_path, F_OK) == 0 && access(before, F_OK) == 0)
		return true;
	if ((access(store_path, F_OK) != 0 && !move(before, store_path, "")) ||
	    !move_journals(before, store_path) || !sync_folder(store_path))
		return fail(store_path, error_r);
	return true;
}

bool store_restoring_end(const char *store_path, struct kairan_error *error_r)
{
	g_autofree char *path = store_restoring_path(store_path);

	if ((unlink(path) != 0 && errno != ENOENT) || !sync_folder(path))
		return fail(path, error_r);
	return true;
}
