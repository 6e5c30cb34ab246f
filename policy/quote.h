/*
 * Which lines of a reply are the person's own.
 */
#ifndef KAIRAN_POLICY_QUOTE_H
#define KAIRAN_POLICY_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/* The own lines of a reply (UTF-8, LF), in order: without quoted lines, attributions,
 * footers of mail programs, and all that stands below a separator, a signature or an
 * original that is not marked as quoted. NULL-terminated; free with g_strfreev(). */
char **quote_find_own_lines(const char *text);

/* Where a line's first visible character is: behind white space of any script and
 * characters without width. */
const char *quote_skip_blank(const char *line);

/* Does white space stand here, or what has no width, or what only changes the look of the
 * character before it (an emoji's colour)? */
bool quote_is_blank_at(const char *at);

#endif
