/*
 * Running another program: an argument vector, never a shell.
 */
#ifndef KAIRAN_CTL_SETUP_PROGRAM_H
#define KAIRAN_CTL_SETUP_PROGRAM_H

#include <stdbool.h>

#include "policy/error.h"

struct program_result {
	int status; /* its exit status; 127 where it could not be run */
	char *out;
	char *err;
};

/* Is there such a program on the path? */
bool program_exists(const char *name);

/* Run words[0] (NULL ends the words), with input (NULL: none) on its standard input, and wait.
 * Free what it said with program_clear(). */
void program_run(const char *const *words, const char *input,
		 struct program_result *result_r);
void program_clear(struct program_result *result);

/* The same where only its output counts: a new string without the end of its last line, or NULL
 * where it failed. Free with g_free(). */
char *program_read(const char *const *words);

/* The same where it has to succeed; the error has its words. */
bool program_must(const char *const *words, const char *input,
		  struct kairan_error *error_r);

#endif
