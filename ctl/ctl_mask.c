/*
 * NAME
 *	ctl_mask - what kairanctl prints cannot command the terminal
 *
 * DESCRIPTION
 *	A stranger's address, a subject or a name may have escape sequences in it, which would
 *	recolour, overwrite or answer for the administrator who reads a list. Both streams go
 *	through one filter (fopencookie(3)), so that no command can forget it.
 *
 *	A character may be cut between two writes: its beginning waits for the rest.
 *
 * DIAGNOSTICS
 *	None. Where there is no memory for the filter, nothing is printed.
 */
#include "config.h"

#include "ctl/ctl_mask.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/text.h"

#define CHARACTER_OCTETS 4

struct mask {
	int fd;
	char kept[CHARACTER_OCTETS]; /* the beginning of a character */
	size_t length;
};

static struct mask mask_of_out = { .fd = STDOUT_FILENO };
static struct mask mask_of_errors = { .fd = STDERR_FILENO };

static bool write_all(int fd, const char *octets, size_t length)
{
	while (length > 0) {
		const ssize_t written = write(fd, octets, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		octets += written;
		length -= (size_t)written;
	}
	return true;
}

static bool is_plain(gunichar c, const char *next, const char *end)
{
	if (c == '\n' || c == '\t' || (c == '\r' && next < end && *next == '\n'))
		return true;
	return !text_is_control(c);
}

/* All whole characters; returns how many octets of the last one are left. */
static size_t mask_octets(const char *at, size_t length, GString *masked)
{
	const char *end = at + length;

	while (at < end) {
		const gunichar c = g_utf8_get_char_validated(at, end - at);

		if (c == (gunichar)-2)
			return (size_t)(end - at);
		if (c == (gunichar)-1 || c == 0) {
			g_string_append_printf(masked, "\\x%02x", (unsigned char)*at++);
		} else {
			const char *next = g_utf8_next_char(at);

			/* What follows says what it is. */
			if (c == '\r' && next == end)
				return 1;
			if (is_plain(c, next, end))
				g_string_append_len(masked, at, next - at);
			else
				g_string_append_printf(masked, "\\u%04x", c);
			at = next;
		}
	}
	return 0;
}

static ssize_t write_masked(void *context, const char *octets, size_t length)
{
	struct mask *mask = context;
	GString *all = g_string_new_len(mask->kept, (gssize)mask->length);
	GString *masked = g_string_new(NULL);
	size_t left;
	bool ok;

	g_string_append_len(all, octets, (gssize)length);
	left = mask_octets(all->str, all->len, masked);
	memcpy(mask->kept, all->str + all->len - left, left);
	mask->length = left;
	ok = write_all(mask->fd, masked->str, masked->len);
	(void)g_string_free(all, TRUE);
	(void)g_string_free(masked, TRUE);
	return ok ? (ssize_t)length : -1;
}

static FILE *open_stream(struct mask *mask, int buffering)
{
	const cookie_io_functions_t functions = { .write = write_masked };
	FILE *stream = fopencookie(mask, "w", functions);

	if (stream != NULL)
		(void)setvbuf(stream, NULL, buffering, BUFSIZ);
	return stream;
}

void ctl_mask_open(void)
{
	FILE *out = open_stream(&mask_of_out, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
	/* A question has no line end, and is to be seen before its answer. */
	FILE *errors = open_stream(&mask_of_errors, _IONBF);

	if (out != NULL)
		stdout = out;
	if (errors != NULL)
		stderr = errors;
}

void ctl_mask_write_raw(const void *octets, size_t length)
{
	if (isatty(STDOUT_FILENO)) {
		(void)fwrite(octets, 1, length, stdout);
	} else {
		(void)fflush(stdout);
		(void)write_all(STDOUT_FILENO, octets, length);
	}
}

void ctl_mask_move(bool to_stderr, const char *sequence)
{
	(void)fflush(to_stderr ? stderr : stdout);
	(void)write_all(to_stderr ? STDERR_FILENO : STDOUT_FILENO, sequence,
			strlen(sequence));
}
