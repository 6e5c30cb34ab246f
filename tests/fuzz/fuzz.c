/*
 * NAME
 *	fuzz - what the fuzzers share
 *
 * DESCRIPTION
 *	Strings are made with malloc() in their exact size, so that the address sanitizer
 *	sees every octet that is read beyond them.
 *
 * DIAGNOSTICS
 *	"FILE:LINE: this does not hold: ..." on stderr, and abort().
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_require(bool holds, const char *file, int line, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, what);
	abort();
}

char *fuzz_string(const uint8_t *octets, size_t length)
{
	char *text = strndup((const char *)octets, length);

	require(text != NULL);
	return text;
}

char *fuzz_escape(const char *text, const char *special)
{
	char *escaped = malloc(2 * strlen(text) + 1), *end = escaped;

	require(escaped != NULL);
	for (; *text != '\0'; text++) {
		if (*text == '\\' || strchr(special, *text) != NULL)
			*end++ = '\\';
		*end++ = *text;
	}
	*end = '\0';
	return escaped;
}

static int read_hex(uint8_t digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *place = digit != '\0' ? strchr(digits, digit) : NULL;

	return place != NULL ? (int)(place - digits) : -1;
}

char *fuzz_next_line(const uint8_t **octets, size_t *length, size_t *length_r)
{
	const uint8_t *at = *octets;
	const uint8_t *end = *length > 0 ? memchr(at, '\n', *length) : NULL;
	const size_t whole = end != NULL ? (size_t)(end - at) : *length;
	char *line = *length > 0 ? malloc(whole + 1) : NULL;
	size_t used = 0;

	if (line == NULL)
		return NULL;
	for (size_t i = 0; i < whole; i++) {
		const bool is_hex = at[i] == '\\' && whole - i > 2 &&
				    read_hex(at[i + 1]) >= 0 && read_hex(at[i + 2]) >= 0;

		line[used++] =
		    (char)(is_hex ? read_hex(at[i + 1]) * 16 + read_hex(at[i + 2])
				  : at[i]);
		if (is_hex)
			i += 2;
	}
	line[used] = '\0';
	*length_r = used;
	*octets += end != NULL ? whole + 1 : whole;
	*length -= end != NULL ? whole + 1 : whole;
	return line;
}

char *fuzz_join(const char *first, ...)
{
	size_t length = 0;
	char *joined = NULL;
	FILE *memory = open_memstream(&joined, &length);
	va_list parts;

	require(memory != NULL);
	va_start(parts, first);
	for (const char *part = first; part != NULL; part = va_arg(parts, const char *))
		(void)fputs(part, memory);
	va_end(parts);
	require(fclose(memory) == 0);
	return joined;
}

void fuzz_file_make(const void *octets, size_t length, struct fuzz_file *file_r)
{
	file_r->fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(file_r->fd >= 0 && fchmod(file_r->fd, 0600) == 0);
	require(write(file_r->fd, octets, length) == (ssize_t)length);
	(void)snprintf(file_r->path, sizeof(file_r->path), "/proc/self/fd/%d",
		       file_r->fd);
}

void fuzz_file_close(struct fuzz_file *file)
{
	require(close(file->fd) == 0);
}

static char fuzz_folder_path[] = "/tmp/kairan-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int kind,
		      struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static void remove_folder(void)
{
	(void)nftw(fuzz_folder_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *fuzz_folder(void)
{
	require(mkdtemp(fuzz_folder_path) != NULL);
	require(atexit(remove_folder) == 0);
	return fuzz_folder_path;
}
