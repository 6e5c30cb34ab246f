/*
 * NAME
 *	error - the text of a failure
 *
 * DESCRIPTION
 *	Formats the reason of a failure into the caller's struct. A text that is too long
 *	is cut; it never overflows and never allocates.
 *
 * DIAGNOSTICS
 *	None of its own.
 */
#include "policy/error.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t error_find_line(const char *text)
{
	static const char word[] = "line ";
	const char *at = strstr(text, word);

	return at != NULL ? (size_t)strtoul(at + strlen(word), NULL, 10) : 0;
}

/* A character of several octets of which not all had room. */
static void drop_broken_end(char *text)
{
	char *last = g_utf8_find_prev_char(text, text + strlen(text));

	if (last != NULL && g_utf8_get_char_validated(last, -1) == (gunichar)-2)
		*last = '\0';
}

bool error_set(struct kairan_error *error_r, const char *format, ...)
{
	va_list args;
	int length;

	if (error_r == NULL)
		return false;
	va_start(args, format);
	length = vsnprintf(error_r->text, sizeof(error_r->text), format, args);
	va_end(args);
	if (length >= (int)sizeof(error_r->text))
		drop_broken_end(error_r->text);
	return false;
}
