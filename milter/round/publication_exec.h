/*
 * Run the administrator's program, and end it when it takes too long.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_EXEC_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include "milter/core/waker.h"
#include "policy/error.h"

struct publication_exec {
	char *const *words;  /* NULL-terminated; the first is the program's path */
	const char *input;   /* on its standard input */
	int64_t seconds;     /* that it may take */
	int lock;            /* a descriptor that it and its children keep open */
	struct waker *waker; /* when this is stopped, so is the program */
};

/* Run it to its end. Its output goes nowhere, and the beginning of its complaints into the error.
 * YES: it ended with 0. NO: it did not, or could not be started, or took too long. UNKNOWN: the
 * daemon ends, and has ended it. None of its process group is left. */
enum answer publication_exec_run(const struct publication_exec *exec,
				 struct kairan_error *error_r);

#endif
