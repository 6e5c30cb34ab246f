/*
 * Text as a terminal or a plain mail shows it, where a kanji takes two columns.
 */
#ifndef KAIRAN_POLICY_COLUMNS_H
#define KAIRAN_POLICY_COLUMNS_H

/* How many columns a line of valid UTF-8 takes. */
int columns_count(const char *utf8);

/* The line, cut so that it takes at most so many columns, with a mark "…" where it was. Free
 * with g_free(). */
char *columns_cut(const char *utf8, int most);

#endif
