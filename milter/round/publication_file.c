/*
 * NAME
 *	publication_file - files that a web server reads while they are replaced
 *
 * DESCRIPTION
 *	Written beside its name, with all permissions before it gets that name, so that nobody meets
 *	a file that is half there or that may not be read. The folder is put on the disk as well:
 *	its entry is what makes the file.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/round/publication_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/fault.h"

/* The daemon's umask keeps what it makes from everybody; this is for everybody. */
#define FILE_MODE 0644

static bool fail(const char *path, struct kairan_error *error_r)
{
	return error_set(error_r, "%s: %s", path, g_strerror(errno));
}

static bool is_there(const char *path, const char *text)
{
	g_autofree char *old = NULL;
	struct stat status;
	gsize length;

	return stat(path, &status) == 0 && (status.st_mode & 0777) == FILE_MODE &&
	       g_file_get_contents(path, &old, &length, NULL) && length == strlen(text) &&
	       memcmp(old, text, length) == 0;
}

static bool write_all(int file, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		const ssize_t count = write(file, text, left);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		text += count;
		left -= (size_t)count;
	}
	return fchmod(file, FILE_MODE) == 0 && fsync(file) == 0;
}

/* Its entries are on the disk. */
static bool sync_folder(const char *folder, struct kairan_error *error_r)
{
	const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const bool ok = file >= 0 && fsync(file) == 0;

	if (!ok)
		(void)fail(folder, error_r);
	if (file >= 0)
		(void)close(file);
	return ok;
}

bool publication_file_write(const char *folder, const char *name, const char *text,
			    struct kairan_error *error_r)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	/* Always the same: what a crash leaves is written over. */
	g_autofree char *beside = g_strdup_printf("%s/.%s.new", folder, name);
	int file;
	bool ok;

	if (is_there(path, text))
		return true;
	file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return fail(beside, error_r);
	ok = write_all(file, text);
	if (!ok)
		(void)fail(beside, error_r);
	(void)close(file);
	fault_point("publication.beside");
	if (ok && rename(beside, path) != 0)
		ok = fail(path, error_r);
	if (!ok)
		(void)unlink(beside);
	return ok && sync_folder(folder, error_r);
}

bool publication_file_remove(const char *folder, const char *name,
			     struct kairan_error *error_r)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return unlink(path) == 0 || errno == ENOENT || fail(path, error_r);
}
