/*
 * NAME
 *	ctl_csv - reading and writing CSV
 *
 * DESCRIPTION
 *	RFC 4180, with LF as good as CRLF. A file that is not UTF-8 is tried as CP932; one that is
 *	neither is refused at its first wrong octet, so that nothing is guessed.
 *
 * DIAGNOSTICS
 *	Errors name the file, and the line of what cannot be decoded.
 */
#include "config.h"

#include "ctl/ctl_csv.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "policy/text.h"

static size_t find_line(const char *octets, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += octets[i] == '\n';
	return line;
}

bool ctl_csv_read_file(const char *path, char **text_r, struct kairan_error *error_r)
{
	g_autofree char *octets = NULL;
	GError *error = NULL;
	size_t length, read = 0, skip;
	bool ok;

	if (!g_file_get_contents(path, &octets, &length, &error)) {
		(void)error_set(error_r, "%s", error->message);
		g_error_free(error);
		return false;
	}
	skip = text_begins_with(octets, "\xef\xbb\xbf") ? 3 : 0;
	if (memchr(octets, '\0', length) != NULL)
		return error_set(error_r, "%s: has a NUL octet; is it a text file?",
				 path);
	if (g_utf8_validate(octets + skip, -1, NULL)) {
		*text_r = g_strdup(octets + skip);
		return true;
	}
	*text_r =
	    g_convert(octets, (gssize)length, "UTF-8", "CP932", &read, NULL, &error);
	ok = *text_r != NULL;
	if (!ok)
		(void)error_set(error_r, "%s:%zu: is neither UTF-8 nor CP932", path,
				find_line(octets, read));
	g_clear_error(&error);
	return ok;
}

/* One field; *at moves behind it, to its comma or line end. */
static char *read_field(char **at_r, size_t *number_r)
{
	GString *field = g_string_new(NULL);
	char *at = *at_r;
	bool quoted = *at == '"';

	if (quoted)
		at++;
	while (*at != '\0') {
		if (quoted && *at == '"' && at[1] != '"') {
			quoted = false;
			at++;
			continue;
		}
		if (quoted && *at == '"')
			at++;
		else if (!quoted && strchr(",\r\n", *at) != NULL)
			break;
		*number_r += *at == '\n';
		g_string_append_c(field, *at++);
	}
	*at_r = at;
	return g_string_free(field, FALSE);
}

char **ctl_csv_next_record(char **text_r, size_t *number_r)
{
	GPtrArray *fields;
	char *at = *text_r;

	if (*at == '\0')
		return NULL;
	fields = g_ptr_array_new();
	for (;;) {
		g_ptr_array_add(fields, g_strstrip(read_field(&at, number_r)));
		if (*at != ',')
			break;
		at++;
	}
	if (*at == '\r')
		at++;
	if (*at == '\n')
		at++;
	(*number_r)++;
	*text_r = at;
	g_ptr_array_add(fields, NULL);
	return (char **)g_ptr_array_free(fields, FALSE);
}

void ctl_csv_put_field(const char *text, const char *end)
{
	putchar('"');
	if (*text != '\0' && strchr("=+-@", *text) != NULL)
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%s", end);
}
