/*
 * NAME
 *	mta_log_file - the mail system's log, as syslog or Postfix writes it
 *
 * DESCRIPTION
 *	A file is known by its inode: when the log is rotated, the old file is read to its end
 *	under its new name (mail.log.1, mail.log.20261127-000000), then the new one from its
 *	beginning, once something stands there: until then the mail system may still write to the
 *	old one. A file that has become shorter is read from its beginning, too.
 *
 *	Lines are read whole: what has no end yet is left for the next look.
 *
 * DIAGNOSTICS
 *	Failures are returned. Warning: the old file is gone before its end was read.
 */
#include "config.h"

#include "milter/round/mta_log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/round/mta_log_time.h"
#include "policy/text.h"

#define PAGE_OCTETS 262144

struct mta_log_file {
	char *name;
	int fd;
	uint64_t inode;
	int64_t offset;
	char page[PAGE_OCTETS + 1];
};

static bool open_file(struct mta_log_file *log, const char *path,
		      struct kairan_error *error_r)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat what;

	if (fd < 0 || fstat(fd, &what) != 0) {
		(void)error_set(error_r, "%s: %s", path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (!S_ISREG(what.st_mode)) {
		close(fd);
		return error_set(error_r, "%s: not a file", path);
	}
	if (log->fd >= 0)
		close(log->fd);
	log->fd = fd;
	log->inode = what.st_ino;
	return true;
}

static int64_t size_of(const struct mta_log_file *log)
{
	struct stat what;

	return fstat(log->fd, &what) == 0 ? (int64_t)what.st_size : 0;
}

/* The file that has this inode now, beside the log. Free with g_free(); NULL: it is gone. */
static char *find_rotated(const char *name, uint64_t inode)
{
	g_autofree char *folder = g_path_get_dirname(name);
	g_autofree char *base = g_path_get_basename(name);
	GDir *files = g_dir_open(folder, 0, NULL);
	char *found = NULL;
	const char *file;

	while (files != NULL && found == NULL &&
	       (file = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(folder, file, NULL);
		struct stat what;

		if (text_begins_with(file, base) && stat(path, &what) == 0 &&
		    what.st_ino == inode)
			found = g_strdup(path);
	}
	if (files != NULL)
		g_dir_close(files);
	return found;
}

/* "INODE OFFSET NAME". False: it is of another log, or there is none. */
static bool read_position(const char *position, const char *name, uint64_t *inode_r,
			  int64_t *offset_r)
{
	char *end = NULL;

	if (position == NULL)
		return false;
	*inode_r = g_ascii_strtoull(position, &end, 10);
	*offset_r = g_ascii_strtoll(end, &end, 10);
	return *end == ' ' && strcmp(end + 1, name) == 0;
}

/* The log was open last at another file than its name says now. */
static bool go_back(struct mta_log_file *log, uint64_t inode, int64_t offset,
		    struct kairan_error *error_r)
{
	g_autofree char *old = find_rotated(log->name, inode);

	log->offset = 0;
	if (old == NULL) {
		log_warning("%s: the file that was read before is gone", log->name);
		return true;
	}
	if (!open_file(log, old, error_r))
		return false;
	log->offset = offset;
	return true;
}

static bool find_place(struct mta_log_file *log, const char *position,
		       struct kairan_error *error_r)
{
	uint64_t inode;

	if (!read_position(position, log->name, &inode, &log->offset)) {
		log->offset = size_of(log);
		return true;
	}
	if (inode != log->inode)
		return go_back(log, inode, log->offset, error_r);
	if (log->offset > size_of(log))
		log->offset = 0;
	return true;
}

bool mta_log_file_open(const char *name, const char *position,
		       struct mta_log_file **log_r, struct kairan_error *error_r)
{
	struct mta_log_file *log = g_new0(struct mta_log_file, 1);

	log->name = g_strdup(name);
	log->fd = -1;
	if (open_file(log, name, error_r) && find_place(log, position, error_r)) {
		*log_r = log;
		return true;
	}
	mta_log_file_close(log);
	return false;
}

void mta_log_file_close(struct mta_log_file *log)
{
	if (log == NULL)
		return;
	if (log->fd >= 0)
		close(log->fd);
	g_free(log->name);
	g_free(log);
}

/* At the end of a file: does the log go on in another one? */
static enum answer go_on(struct mta_log_file *log, struct kairan_error *error_r)
{
	struct stat what;

	if (stat(log->name, &what) != 0 || what.st_ino == log->inode || what.st_size == 0)
		return ANSWER_NO;
	log->offset = 0;
	return open_file(log, log->name, error_r) ? ANSWER_YES : ANSWER_UNKNOWN;
}

static void visit_line(char *line, int64_t now,
		       void (*visit)(int64_t at, const char *text, void *context),
		       void *context)
{
	int64_t at;
	const char *text = mta_log_time_read(line, now, &at);

	if (text != NULL)
		visit(at, text, context);
}

enum answer mta_log_file_read(struct mta_log_file *log,
			      void (*visit)(int64_t at, const char *text, void *context),
			      void *context, struct kairan_error *error_r)
{
	const int64_t now = clock_unmoved();
	const ssize_t got = pread(log->fd, log->page, PAGE_OCTETS, log->offset);
	char *line = log->page, *end;

	if (got < 0) {
		(void)error_set(error_r, "%s: %s", log->name, g_strerror(errno));
		return ANSWER_UNKNOWN;
	}
	log->page[got] = '\0';
	while ((end = memchr(line, '\n', (size_t)(log->page + got - line))) != NULL) {
		*end = '\0';
		visit_line(line, now, visit, context);
		line = end + 1;
	}
	log->offset += line - log->page;
	if (line > log->page)
		return ANSWER_YES;
	/* No mail system writes such a line. */
	if (got == PAGE_OCTETS) {
		log->offset += got;
		return ANSWER_YES;
	}
	return go_on(log, error_r);
}

char *mta_log_file_position(const struct mta_log_file *log)
{
	return g_strdup_printf("%llu %lld %s", (unsigned long long)log->inode,
			       (long long)log->offset, log->name);
}
