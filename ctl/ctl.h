/*
 * What every command of kairanctl is given, and how it complains.
 */
#ifndef KAIRAN_CTL_CTL_H
#define KAIRAN_CTL_CTL_H

#include <stdbool.h>
#include <stdio.h>

#include "conf/settings.h"
#include "ctl/ctl_locale.h"
#include "ctl/ctl_say.h"

struct ctl_call;

#define CTL_WORDS_MOST 3

/* A row of the table in main.c. */
struct ctl_command {
	const char *words[CTL_WORDS_MOST]; /* NULL behind the last */
	const char *arguments;
	const char *meaning_en;
	const char *meaning_ja;
	int (*run)(const struct ctl_call *call); /* an exit status of sysexits(3) */
};

/* What a command is given: the settings, and its own arguments (argv[0] is the first after
 * the command's words). */
struct ctl_call {
	const struct ctl_command *command;
	const char *path; /* of the configuration file */
	const struct settings *settings;
	int argc;
	char **argv;
};

/* Report an error of the program on stderr and return the status. The format is English, and
 * said by ctl_say(). */
int ctl_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the command's words and arguments, as help has them. */
void ctl_print_command(FILE *out, const struct ctl_command *command);

/* Print how the command wants to be called on stderr; returns EX_USAGE. */
int ctl_usage(const struct ctl_call *call);

#endif
