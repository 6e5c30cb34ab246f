/*
 * NAME
 *	store_lock - one daemon for one store
 *
 * DESCRIPTION
 *	A daemon takes back, at its start, what an earlier one had claimed and not finished. Two
 *	daemons on one store would take each other's work and do it twice. So each locks a file
 *	beside the store first, and so does what replaces the store.
 *
 *	It is a file of its own, since the store itself may be replaced. Symbolic links are followed
 *	before the name is made: two settings files may call one store by two names.
 *
 *	Where the store exists it is locked itself, too: the file beside it may have been taken for
 *	a left-over and removed, and the store may have a second name by a hard link. SQLite's own
 *	locks are of another kind, but they are lost when any descriptor of the store is closed: the
 *	lock is let go when SQLite has closed it. On a network's file system both kinds are one, and
 *	others could not read the store; there the file beside it must do.
 *
 *	flock(2) goes with the process, however that ends; nothing has to be cleared away.
 *
 * DIAGNOSTICS
 *	NO is fatal to the caller: somebody else has it. A file that cannot be made may be made later.
 */
#include "config.h"

#include "schema/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "schema/store_name.h"

#define NFS_MAGIC  0x6969 /* statfs(2) */
#define CIFS_MAGIC 0xff534d42
#define SMB2_MAGIC 0xfe534d42

struct store_lock {
	int beside; /* the file whose name ends in ".lock" */
	int store;  /* the store itself; -1: it does not exist, or is not locked */
};

/* The one name of a store; NULL when its folder cannot be read. */
static char *find_name(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *last = g_path_get_basename(path);
	char *there = realpath(path, NULL), *name = NULL;

	if (there != NULL) {
		name = g_strconcat(there, ".lock", NULL);
	} else if ((there = realpath(folder, NULL)) != NULL) {
		name = g_strdup_printf("%s/%s.lock", there, last);
	}
	free(there);
	return name;
}

/* What root makes must be the daemon's, which is whose the folder is. */
static void give_to_owner(int fd, const char *name)
{
	g_autofree char *folder = g_path_get_dirname(name);
	struct stat status;

	if (geteuid() == 0 && stat(folder, &status) == 0 &&
	    fchown(fd, status.st_uid, status.st_gid) != 0)
		return;
}

/* NO: somebody else has it. */
static enum answer lock_file(int fd, const char *path, struct kairan_error *error_r)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return ANSWER_YES;
	if (errno != EWOULDBLOCK) {
		(void)error_set(error_r, "store: the lock of %s: %s", path,
				strerror(errno));
		return ANSWER_UNKNOWN;
	}
	(void)error_set(error_r,
			"store: another kairan works with %s (a daemon, "
			"or kairanctl restore); there can be only one",
			path);
	return ANSWER_NO;
}

static enum answer lock_beside(const char *path, int *fd_r, struct kairan_error *error_r)
{
	g_autofree char *name = find_name(path);
	enum answer answer;

	if (name == NULL) {
		(void)error_set(error_r, "store: the folder of %s: %s", path,
				strerror(errno));
		return ANSWER_UNKNOWN;
	}
	*fd_r = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (*fd_r < 0) {
		(void)error_set(error_r, "store: %s: %s", name, strerror(errno));
		return ANSWER_UNKNOWN;
	}
	give_to_owner(*fd_r, name);
	answer = lock_file(*fd_r, path, error_r);
	if (answer != ANSWER_YES)
		close(*fd_r);
	return answer;
}

static bool is_of_a_network(int fd)
{
	struct statfs status;

	return fstatfs(fd, &status) == 0 &&
	       (status.f_type == NFS_MAGIC || (unsigned)status.f_type == CIFS_MAGIC ||
		(unsigned)status.f_type == SMB2_MAGIC);
}

/* A store that cannot be opened is whoever opens it's to complain of. */
static enum answer lock_store(const char *path, int *fd_r, struct kairan_error *error_r)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum answer answer = ANSWER_YES;

	*fd_r = -1;
	if (fd < 0)
		return ANSWER_YES;
	if (!is_of_a_network(fd))
		answer = lock_file(fd, path, error_r);
	if (answer == ANSWER_YES)
		*fd_r = fd;
	else
		close(fd);
	return answer;
}

enum answer store_lock_take(const char *path, struct store_lock **lock_r,
			    struct kairan_error *error_r)
{
	struct store_lock lock = { -1, -1 };
	enum answer answer;

	if (!store_is_file(path)) {
		*lock_r = g_memdup2(&lock, sizeof(lock));
		return ANSWER_YES;
	}
	answer = lock_beside(path, &lock.beside, error_r);

	if (answer != ANSWER_YES)
		return answer;
	answer = lock_store(path, &lock.store, error_r);
	if (answer != ANSWER_YES) {
		close(lock.beside);
		return answer;
	}
	*lock_r = g_memdup2(&lock, sizeof(lock));
	return ANSWER_YES;
}

void store_lock_free(struct store_lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->store >= 0)
		close(lock->store);
	if (lock->beside >= 0)
		close(lock->beside);
	g_free(lock);
}
