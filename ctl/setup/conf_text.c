/*
 * NAME
 *	conf_text - settings in the text of a file
 *
 * DESCRIPTION
 *	What an administrator has written is kept, with its comments: only whole lines are
 *	added, or take the place of the comment that shows a default.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/setup/conf_text.h"

#include <glib.h>
#include <string.h>

#include "ctl/setup/samples.h"

/* The value behind "NAME =" in this line, or NULL. */
static char *value_of(const char *line, const char *name, char separator)
{
	char *value;
	size_t length;

	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return NULL;
	line += strlen(name);
	line += strspn(line, " \t");
	if (*line != separator)
		return NULL;
	value = g_strstrip(g_strdup(line + 1));
	length = strlen(value);
	if (length >= 2 && (*value == '"' || *value == '\'') &&
	    value[length - 1] == *value) {
		value[length - 1] = '\0';
		memmove(value, value + 1, length - 1);
	}
	return value;
}

char *conf_text_find(const char *text, const char *name, char separator)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char *found = NULL;

	/* The last one counts. */
	for (size_t i = 0; lines[i] != NULL; i++) {
		char *value = value_of(lines[i], name, separator);

		if (value != NULL) {
			g_free(found);
			found = value;
		}
	}
	return found;
}

char *conf_text_effective(const char *text, const char *name)
{
	g_autofree char *comment = g_strconcat("#", name, NULL);
	char *value = conf_text_find(text, name, '=');

	if (value == NULL)
		value =
		    conf_text_find(samples_find("conf/kairan.conf.sample"), comment, '=');
	return value != NULL ? value : g_strdup("");
}

char *conf_text_set(const char *text, const char *name, const char *value)
{
	g_autofree char *comment = g_strconcat("#", name, NULL);
	g_autofree char *fresh = g_strdup_printf("%s = \"%s\"", name, value);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_autofree char *shown = value_of(lines[i], comment, '=');

		if (shown != NULL) {
			g_free(lines[i]);
			lines[i] = g_steal_pointer(&fresh);
			return g_strjoinv("\n", lines);
		}
	}
	return g_strconcat(text,
			   *text == '\0' || g_str_has_suffix(text, "\n") ? "" : "\n",
			   fresh, "\n", NULL);
}

char *conf_text_replace(const char *text, const char *from, const char *to)
{
	g_auto(GStrv) parts = g_strsplit(text, from, -1);

	return g_strjoinv(to, parts);
}

bool conf_text_list_has(const char *list, const char *word)
{
	g_auto(GStrv) words = g_strsplit_set(list, ", \t\n", -1);

	return g_strv_contains((const char *const *)words, word);
}
