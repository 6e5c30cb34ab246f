/*
 * The one convention for errors: an operation that can fail returns bool and takes a
 * struct kairan_error as its last argument; a look-up returns enum answer. The text is
 * complete by itself ("cannot open /x: No such file"), is never freed, and is untouched
 * on success. A NULL error_r is allowed where the caller does not want the text.
 */
#ifndef KAIRAN_POLICY_ERROR_H
#define KAIRAN_POLICY_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct kairan_error {
	char text[512];
};

/* A look-up has three answers. ANSWER_UNKNOWN means "could not ask": always a temporary
 * failure to whoever waits, never a no and never a yes. */
enum answer {
	ANSWER_NO = 0,
	ANSWER_YES = 1,
	ANSWER_UNKNOWN = -1,
};

/* The line of a mail's text that an error's text names ("... line 3, octet 5"); 0: none. */
size_t error_find_line(const char *text);

/* Fill error_r (if not NULL), and return false so that a caller can
 * `return error_set(error_r, "...")`. */
bool error_set(struct kairan_error *error_r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
