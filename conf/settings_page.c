/*
 * NAME
 *	settings_page - the settings' part of kairan.conf(5)
 *
 * DESCRIPTION
 *	settings_page < kairan.conf.5.in > kairan.conf.5
 *
 *	Run by make. Copies standard input; where a line @SETTINGS@ stands, the one table of
 *	settings follows as a list in mdoc(7).
 *
 * DIAGNOSTICS
 *	EX_IOERR: standard output cannot be written. EX_DATAERR: there was no such line.
 */
#include "config.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/settings.h"

/* A text inside the quotes of a macro's argument. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '"':
			fputs("\\(dq", stdout);
			break;
		case '\\':
			fputs("\\e", stdout);
			break;
		case '-':
			fputs("\\-", stdout);
			break;
		case '/':
			/* A path may be longer than a line. */
			fputs("/\\:", stdout);
			break;
		default:
			putchar(*text);
		}
	}
	putchar('"');
}

/* Each sentence on a line of its own, as mdoc wants it; abbreviations are no ends. */
static void print_meaning(const char *text)
{
	for (; *text != '\0'; text++) {
		putchar(*text);
		if (*text == '.' && text[1] == ' ' && g_ascii_isupper(text[2])) {
			putchar('\n');
			text++;
		}
	}
	putchar('\n');
}

static void print_row(const struct setting_row *row)
{
	printf(".It Ic %s", row->name);
	if (row->fallback != NULL) {
		fputs(" = Qq Li ", stdout);
		print_quoted(row->fallback);
	}
	putchar('\n');
	/* No sentence begins with a dot, so none is taken for a request. */
	print_meaning(row->meaning);
	if (row->fallback == NULL)
		puts("Must be set.");
	if (strcmp(row->wants, "text") != 0)
		printf("Wants %s.\n", row->wants);
}

static void print_table(void)
{
	struct setting_row row;

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; settings_get_row(i, &row); i++)
		print_row(&row);
	puts(".El");
}

int main(void)
{
	char line[1024];
	bool found = false;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "@SETTINGS@\n") != 0) {
			fputs(line, stdout);
			continue;
		}
		print_table();
		found = true;
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return EX_IOERR;
	return found ? EX_OK : EX_DATAERR;
}
