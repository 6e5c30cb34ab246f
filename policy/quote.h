/*
 * Which lines of a reply are the person's own.
 */
#ifndef KAIRAN_POLICY_QUOTE_H
#define KAIRAN_POLICY_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/* The own lines of a reply (UTF-8, LF), in order: without quoted lines, attributions, blocks of
 * headers, footers of mail programs, and all that stands below a separator, a signature or an
 * original that is not marked as quoted. What stands below a ruler is there: people draw rulers
 * around what they mean, too. addresses: see original_count_intro(). NULL-terminated; free with
 * g_strfreev(). */
char **quote_find_said_lines(const char *text, const char *const *addresses);

/* The same of what is to go to others: without what stands below a ruler, but with footers of
 * mail programs where they stand (policy/leftover.h). */
char **quote_find_written_lines(const char *text);

/* Is the line as a whole what a mail program adds by itself ("iPhoneから送信")? */
bool quote_is_footer(const char *line);

#endif
