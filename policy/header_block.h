/*
 * The headers of an original, as mail programs write them into the text.
 */
#ifndef KAIRAN_POLICY_HEADER_BLOCK_H
#define KAIRAN_POLICY_HEADER_BLOCK_H

#include <stddef.h>

/* How many lines from here (UTF-8, NULL-terminated array, not empty) are such headers; 0 when the
 * first is none. addresses are the service's own (NULL: not known). */
size_t header_block_count_lines(char *const *lines, const char *const *addresses);

#endif
