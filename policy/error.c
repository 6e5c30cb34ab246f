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

bool error_set(struct kairan_error *error_r, const char *format, ...)
{
	va_list args;

	if (error_r == NULL)
		return false;
	va_start(args, format);
	(void)vsnprintf(error_r->text, sizeof(error_r->text), format, args);
	va_end(args);
	return false;
}
