/*
 * What a ready text leaves to be filled in, and was not.
 */
#ifndef KAIRAN_POLICY_BLANKS_H
#define KAIRAN_POLICY_BLANKS_H

#include <stdbool.h>
#include <stddef.h>

/* The next blank at or behind *offset_r in a text (UTF-8, LF). False: there is none. */
bool blanks_find(const char *utf8, size_t *offset_r, size_t *length_r);

#endif
