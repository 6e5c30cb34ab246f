/*
 * How mail programs introduce the mail that is answered.
 */
#ifndef KAIRAN_POLICY_ORIGINAL_H
#define KAIRAN_POLICY_ORIGINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Is this a line between a mail and its original ("-----Original Message-----", "Begin
 * forwarded message:")? */
bool original_is_separator(const char *line);

/* How many lines from here (UTF-8, NULL-terminated array) introduce an original: a separator,
 * an attribution ("On ... wrote:"), a block of headers in any language, the table of old
 * Notes, or several of them; 0 when the first line is none. addresses are the service's own,
 * by which headers in an unknown language are recognized; NULL when not known. */
size_t original_count_intro(char *const *lines, const char *const *addresses);

#endif
