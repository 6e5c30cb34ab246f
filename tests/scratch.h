/*
 * A fresh folder for one test, and the files in it. Needs cmocka.h before it.
 */
#ifndef KAIRAN_TESTS_SCRATCH_H
#define KAIRAN_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	char folder[256];
	char path[512]; /* what scratch_path() gave last */
};

static inline void scratch_make(struct scratch *scratch)
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(scratch->folder, sizeof(scratch->folder), "%s/kairan-test.XXXXXX",
		       base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(scratch->folder));
}

/* The path of a file in the folder; good until the next call. */
static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
	(void)snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->folder,
		       name);
	return scratch->path;
}

static inline const char *scratch_write(struct scratch *scratch, const char *name,
					const void *octets, size_t length, mode_t mode)
{
	const char *path = scratch_path(scratch, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

/* A whole file with a NUL behind it, to free(). */
static inline char *scratch_read(const char *path, size_t *length_r)
{
	FILE *file = fopen(path, "r");
	struct stat status;
	char *octets;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	octets = malloc((size_t)status.st_size + 1);
	assert_non_null(octets);
	*length_r = fread(octets, 1, (size_t)status.st_size, file);
	octets[*length_r] = '\0';
	assert_int_equal(fclose(file), 0);
	return octets;
}

/* Remove the folder and its files; it has no folders in it. */
static inline void scratch_remove(struct scratch *scratch)
{
	DIR *folder = opendir(scratch->folder);
	struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	(void)rmdir(scratch->folder);
}

#endif
