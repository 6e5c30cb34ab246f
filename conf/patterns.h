/*
 * The administrators' patterns, from files: protected data (Art. 13-2(4)), and the lines that
 * the town's gateway puts above and below the replies of its people.
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

/* The same of whole lines, without check and action, for the setting of this name: an array of
 * GRegex that frees them. One that matches what people write themselves is at fault too. */
bool patterns_load_lines(const char *setting, const char *path, GPtrArray **lines_r,
			 struct kairan_error *error_r);

/* Is the line (UTF-8) one of these? */
bool patterns_match_line(const GPtrArray *lines, const char *line);

#endif
