/*
 * The line by which a mail program says whom it quotes.
 */
#ifndef KAIRAN_POLICY_ATTRIBUTION_H
#define KAIRAN_POLICY_ATTRIBUTION_H

#include <stddef.h>

/* How many lines from here (UTF-8, NULL-terminated array, not empty) are an attribution; 0 when
 * the first is none. */
size_t attribution_count_lines(char *const *lines);

#endif
