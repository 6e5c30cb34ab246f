/*
 * NAME
 *	sendmail - Sendmail's configuration
 *
 * DESCRIPTION
 *	The lines of sendmail.cf, each whole.
 *
 * DIAGNOSTICS
 *	A file that cannot be read is returned as an error.
 */
#include "config.h"

#include "ctl/check/sendmail.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

struct sendmail {
	char **lines; /* continued ones are joined */
};

/* A line that begins with white space continues the one before it. */
static char *join_lines(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		if (*text == '\n' && (text[1] == ' ' || text[1] == '\t'))
			continue;
		g_string_append_c(out, *text == '\t' ? ' ' : *text);
	}
	return g_string_free(out, FALSE);
}

bool sendmail_read(const char *path, struct sendmail **sendmail_r,
		   struct kairan_error *error_r)
{
	g_autofree char *text = NULL;
	g_autofree char *joined = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		return error_set(error_r, "%s", error->message);
	joined = join_lines(text);
	*sendmail_r = g_new0(struct sendmail, 1);
	(*sendmail_r)->lines = g_strsplit(joined, "\n", -1);
	return true;
}

void sendmail_free(struct sendmail *sendmail)
{
	if (sendmail == NULL)
		return;
	g_strfreev(sendmail->lines);
	g_free(sendmail);
}

const char *sendmail_find_line(const struct sendmail *sendmail, const char *prefix,
			       const char *part)
{
	char **lines = sendmail->lines;

	for (size_t i = 0; lines[i] != NULL; i++)
		if (text_begins_with(lines[i], prefix) && strstr(lines[i], part) != NULL)
			return lines[i];
	return NULL;
}

const char *sendmail_get_option(const struct sendmail *sendmail, const char *name)
{
	g_autofree char *prefix = g_strdup_printf("O %s=", name);
	const char *line = sendmail_find_line(sendmail, prefix, "");

	return line != NULL ? line + strlen(prefix) : "";
}
