/*
 * NAME
 *	store_lock - one daemon for one store
 *
 * DESCRIPTION
 *	A daemon takes back, at its start, what an earlier one had claimed and not finished. Two
 *	daemons on one store would take each other's work and do it twice. So each locks a file
 *	beside the store first, and so does what replaces the store.
 *
 *	It is a file of its own, since the store itself may be replaced, and since SQLite's locks
 *	on the store are lost when any descriptor of it is closed. Symbolic links are followed
 *	before the name is made: two settings files may call one store by two names.
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
#include <unistd.h>

struct store_lock {
	int fd;
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

enum answer store_lock_take(const char *path, struct store_lock **lock_r,
			    struct kairan_error *error_r)
{
	g_autofree char *name = find_name(path);
	enum answer answer;
	int fd;

	if (name == NULL) {
		(void)error_set(error_r, "store: the folder of %s: %s", path,
				strerror(errno));
		return ANSWER_UNKNOWN;
	}
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		(void)error_set(error_r, "store: %s: %s", name, strerror(errno));
		return ANSWER_UNKNOWN;
	}
	give_to_owner(fd, name);
	answer = lock_file(fd, path, error_r);
	if (answer != ANSWER_YES) {
		close(fd);
		return answer;
	}
	*lock_r = g_new0(struct store_lock, 1);
	(*lock_r)->fd = fd;
	return ANSWER_YES;
}

void store_lock_free(struct store_lock *lock)
{
	if (lock == NULL)
		return;
	close(lock->fd);
	g_free(lock);
}
