/*
 * The administrators' patterns for protected data (Art. 13-2(4)), from a file.
 */
#ifndef KAIRAN_CONF_PATTERNS_H
#define KAIRAN_CONF_PATTERNS_H

#include <glib.h>
#include <stdbool.h>

#include "policy/error.h"
#include "policy/protected_data.h"

/* Read a file of patterns (conf/patterns.conf.sample says how); path "" means none. The result
 * is an array of struct protected_pattern that frees them. An error names the file, and the
 * pattern where one is at fault: an unknown key, an expression that does not compile, an
 * example that the pattern does not match, or one that it must not match and does. */
bool patterns_load(const char *path, GPtrArray **patterns_r,
		   struct kairan_error *error_r);

#endif
