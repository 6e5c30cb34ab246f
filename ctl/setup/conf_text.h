/*
 * Settings in the text of a file with lines "NAME = VALUE": kairan.conf and what is like it.
 */
#ifndef KAIRAN_CTL_SETUP_CONF_TEXT_H
#define KAIRAN_CTL_SETUP_CONF_TEXT_H

#include <stdbool.h>

/* The value that a line gives the name, without quotes; NULL: no line does. separator is what
 * stands between ('=' or ':'). Free with g_free(). */
char *conf_text_find(const char *text, const char *name, char separator);

/* The same of kairan.conf; where no line sets it, the sample's comment says the default. Never
 * NULL. Free with g_free(). */
char *conf_text_effective(const char *text, const char *name);

/* The text with a line that sets the name of kairan.conf: where a comment shows it, else at the
 * end. There must be none that sets it. Free with g_free(). */
char *conf_text_set(const char *text, const char *name, const char *value);

/* The text with every from replaced. Free with g_free(). */
char *conf_text_replace(const char *text, const char *from, const char *to);

/* Does a list (separated by commas or blanks) have this word? */
bool conf_text_list_has(const char *list, const char *word);

#endif
