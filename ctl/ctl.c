/*
 * NAME
 *	ctl - what all commands of kairanctl say alike
 *
 * DESCRIPTION
 *	Complaints, and how a command wants to be called, in the language of the locale.
 *
 * DIAGNOSTICS
 *	Complaints go to standard error.
 */
#include "config.h"

#include "ctl/ctl.h"

#include <stdarg.h>
#include <sysexits.h>

int ctl_fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("kairanctl: ", stderr);
	(void)vfprintf(stderr, ctl_say(format), args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

void ctl_print_command(FILE *out, const struct ctl_command *command)
{
	for (int i = 0; i < CTL_WORDS_MOST && command->words[i] != NULL; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", command->words[i]);
	fprintf(out, "%s%s", *command->arguments != '\0' ? " " : "", command->arguments);
}

int ctl_usage(const struct ctl_call *call)
{
	fputs(ctl_is_japanese() ? "使い方: kairanctl " : "usage: kairanctl ", stderr);
	ctl_print_command(stderr, call->command);
	fputc('\n', stderr);
	return EX_USAGE;
}
