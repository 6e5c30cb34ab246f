/*
 * NAME
 *	ctl_say - what kairanctl says to people, in the language of the locale
 *
 * DESCRIPTION
 *	A table of English and Japanese from the folder of the templates. A sentence of that file
 *	becomes a printf format only where it takes the very arguments that the English one takes.
 *
 * DIAGNOSTICS
 *	Standard error: the file cannot be read.
 */
#include "config.h"

#include "ctl/ctl_say.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl_locale.h"
#include "milter/mail/template.h"

#define ARGUMENTS_MOST 9

static GHashTable *say_words; /* NULL: English is spoken */

void ctl_say_open(const struct settings *settings)
{
	g_autofree char *path =
	    g_strconcat(settings->template_dir, "/ja/kairanctl.txt", NULL);
	struct kairan_error error;

	if (say_words == NULL && ctl_is_japanese() &&
	    !template_read_phrases(path, &say_words, &error))
		fprintf(stderr, "kairanctl: %s\n", error.text);
}

/* Which types does a format want, by the arguments' numbers? False: not one that is used here. */
static bool read_types(const char *format, char *types_r[ARGUMENTS_MOST])
{
	int next = 0;

	for (const char *at = strchr(format, '%'); at != NULL; at = strchr(at, '%')) {
		const char *start = ++at;
		int number = next;

		if (*at == '%') {
			at++;
			continue;
		}
		if (g_ascii_isdigit(at[0]) && at[1] == '$') {
			number = at[0] - '1';
			start = at += 2;
		} else {
			next++;
		}
		at += strspn(at, "-.0123456789");
		start = at;
		at += strspn(at, "lz");
		if (number < 0 || number >= ARGUMENTS_MOST || types_r[number] != NULL ||
		    strchr("sduc", *at) == NULL || *at == '\0')
			return false;
		at++;
		types_r[number] = g_strndup(start, (gsize)(at - start));
	}
	return true;
}

static bool takes_same(const char *format, const char *other)
{
	char *types[ARGUMENTS_MOST] = { NULL }, *others[ARGUMENTS_MOST] = { NULL };
	bool same = read_types(format, types) && read_types(other, others);

	for (int i = 0; i < ARGUMENTS_MOST; i++) {
		same = same && g_strcmp0(types[i], others[i]) == 0;
		g_free(types[i]);
		g_free(others[i]);
	}
	return same;
}

const char *ctl_say(const char *english)
{
	const char *said =
	    say_words != NULL ? g_hash_table_lookup(say_words, english) : NULL;

	return said != NULL && takes_same(english, said) ? said : english;
}

const char *ctl_say_language(void)
{
	return say_words != NULL ? "ja" : "en";
}

const char *ctl_say_read(const char *word)
{
	GHashTableIter iter;
	void *english, *said;

	if (say_words == NULL)
		return word;
	g_hash_table_iter_init(&iter, say_words);
	while (g_hash_table_iter_next(&iter, &english, &said))
		if (strcmp(said, word) == 0)
			return english;
	return word;
}

void ctl_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(ctl_say(format), args);
	putchar('\n');
	va_end(args);
}
