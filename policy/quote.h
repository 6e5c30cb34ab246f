/*
 * Which lines of a reply are the person's own.
 */
#ifndef KAIRAN_POLICY_QUOTE_H
#define KAIRAN_POLICY_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/* The own lines of a reply (UTF-8, LF), in order: without quoted lines, attributions, block of
 * headers, footers of mail programs, and all that stands below a separator, a ruler, a
 * signature or an original that is not marked as quoted. NULL-terminated; free with
 * g_strfreev(). */
char **quote_find_own_lines(const char *text);

/* The same, with what stands below a ruler: people draw rulers around what they mean, too.
 * addresses: see original_count_intro(). */
char **quote_find_said_lines(const char *text, const char *const *addresses);

/* As the own lines, with footers of mail programs where they stand (policy/leftover.h). */
char **quote_find_written_lines(const char *text);

/* Is the line as a whole what a mail program adds by itself ("iPhoneから送信")? */
bool quote_is_footer(const char *line);

/* Is it one below which nothing is the person's: between a mail and its original, or the
 * "-- " above a signature? */
bool quote_is_separator(const char *line);

#endif
