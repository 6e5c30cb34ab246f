/*
 * NAME
 *	apply_ask - questions of kairanctl apply
 *
 * DESCRIPTION
 *	Asked on standard error, so that standard output is nothing but LDIF.
 *
 * DIAGNOSTICS
 *	None: the end of the input is an empty answer.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ctl/apply_parts.h"

char *apply_ask(const char *question)
{
	char *line = NULL;
	size_t size = 0;

	fprintf(stderr, "%s: ", question);
	if (getline(&line, &size, stdin) < 0) {
		free(line);
		return g_strdup("");
	}
	line[strcspn(line, "\r\n")] = '\0';
	return g_strstrip(line);
}

char *apply_ask_secret(const char *question)
{
	struct termios shown, hidden;
	const bool has_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
	char *answer;

	if (has_terminal) {
		hidden = shown;
		/* Nor may it be broken off, which would leave the terminal so. */
		hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	answer = apply_ask(question);
	if (has_terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	return answer;
}

char *apply_want(const struct application *application, const char *said, const char *ja,
		 const char *en)
{
	if (said != NULL || !application->may_ask)
		return g_strdup(said != NULL ? said : "");
	return apply_ask(ctl_is_japanese() ? ja : en);
}
