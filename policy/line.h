/*
 * What a line of a mail looks like, and whether it has certain words. All text is UTF-8;
 * lists of words are NULL-terminated, and compared as they are.
 */
#ifndef KAIRAN_POLICY_LINE_H
#define KAIRAN_POLICY_LINE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Where the first visible character is: behind white space of any script and characters
 * without width. */
const char *line_skip_blank(const char *line);

/* Does white space stand here, or what has no width, or what only changes the look of the
 * character before it (an emoji's colour)? */
bool line_is_blank_at(const char *at);

/* Is there nothing visible? */
bool line_is_blank(const char *line);

/* Does the line begin with a mark of quoted text? */
bool line_is_quoted(const char *line);

/* Is the next line that is not blank marked as quoted? lines is a NULL-terminated array. */
bool line_is_quote_next(char *const *lines);

/* Is it made of marks only: of one repeated, or of several that alternate? */
bool line_is_ruler(const char *line);

/* The length of the first word of the list that the text begins or ends with; 0 when there
 * is none. */
size_t line_match_start(const char *text, const char *const *words);
size_t line_match_end(const char *text, const char *const *words);

/* Does the text hold one of the words? Is it one? */
bool line_has_any(const char *text, const char *const *words);
bool line_is_any(const char *text, const char *const *words);

/* Is there a colon, of either width? A year of this century? That, or a time of day? */
bool line_has_colon(const char *line);
bool line_has_year(const char *text);
bool line_has_date(const char *text);

/* Without blanks and these ASCII marks at both ends: in place, and what is left of it. */
char *line_strip(char *text, const char *marks);

/* Does one of the patterns (GRegex; NULL: none) match the line? */
bool line_matches_any(const char *line, const GPtrArray *patterns);

#endif
