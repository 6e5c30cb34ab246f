/*
 * NAME
 *	columns - text as a terminal shows it
 *
 * DESCRIPTION
 *	Wide and full-width characters (Unicode's East Asian Width) take two columns, combining
 *	ones none.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/columns.h"

#include <glib.h>

static int count_one(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

int columns_count(const char *utf8)
{
	int columns = 0;

	for (; *utf8 != '\0'; utf8 = g_utf8_next_char(utf8))
		columns += count_one(g_utf8_get_char(utf8));
	return columns;
}

char *columns_cut(const char *utf8, int most)
{
	const char *end = utf8;
	int columns = 0;
	g_autofree char *kept = NULL;

	if (columns_count(utf8) <= most)
		return g_strdup(utf8);
	/* The mark takes one column, or two in some fonts. */
	for (; columns + count_one(g_utf8_get_char(end)) <= most - 2;
	     end = g_utf8_next_char(end))
		columns += count_one(g_utf8_get_char(end));
	kept = g_strndup(utf8, (gsize)(end - utf8));
	return g_strconcat(kept, "…", NULL);
}
