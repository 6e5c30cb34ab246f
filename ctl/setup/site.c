/*
 * NAME
 *	site - the machine that kairanctl setup works on, and the conversation about it
 *
 * DESCRIPTION
 *	All that setup says to its operator goes through here, in Japanese or English.
 *
 * DIAGNOSTICS
 *	None; the end of the input is an answer too.
 */
#include "config.h"

#include "ctl/setup/site.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void site_tell(const struct site *site, const char *en, const char *ja, ...)
{
	va_list args;

	va_start(args, ja);
	(void)vprintf(site->japanese ? ja : en, args);
	va_end(args);
	putchar('\n');
}

void site_tell_heading(const struct site *site, const char *en, const char *ja)
{
	printf("\n== %s\n", site->japanese ? ja : en);
}

void site_tell_conflict(struct site *site, const char *en, const char *ja, ...)
{
	va_list args;

	site->conflicts++;
	fputs("! ", stdout);
	va_start(args, ja);
	(void)vprintf(site->japanese ? ja : en, args);
	va_end(args);
	putchar('\n');
}

bool site_fail(const struct site *site, struct kairan_error *error_r, const char *en,
	       const char *ja, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, ja);
	text = g_strdup_vprintf(site->japanese ? ja : en, args);
	va_end(args);
	return error_set(error_r, "%s", text);
}

void site_tell_command(const char *format, ...)
{
	va_list args;

	fputs("    ", stdout);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static char *read_line(void)
{
	char *line = NULL;
	size_t size = 0;
	char *copy;

	(void)fflush(stdout);
	if (getline(&line, &size, stdin) < 0) {
		free(line);
		return NULL;
	}
	copy = g_strdup(g_strstrip(line));
	free(line);
	return copy;
}

char *site_ask(const struct site *site, const char *en, const char *ja,
	       const char *fallback)
{
	char *answer;

	printf("%s [%s]: ", site->japanese ? ja : en, fallback);
	answer = read_line();
	if (answer != NULL && *answer == '\0') {
		g_free(answer);
		return g_strdup(fallback);
	}
	return answer;
}

bool site_confirm(const struct site *site)
{
	g_autofree char *answer = NULL;

	if (site->yes)
		return true;
	fputs(site->japanese ? "このとおり変更しますか [y/N]: "
			     : "Make these changes? [y/N]: ",
	      stdout);
	answer = read_line();
	return answer != NULL && (*answer == 'y' || *answer == 'Y');
}
