/*
 * What kairanctl says to people, in the language of the locale.
 *
 * The source has the English words; conf/templates/ja/kairanctl.txt has a line "English =
 * Japanese" for each. What has none is said in English. JSON, CSV and what monitors read are for
 * programs, and stay as they are.
 */
#ifndef KAIRAN_CTL_CTL_SAY_H
#define KAIRAN_CTL_CTL_SAY_H

#include "conf/settings.h"

/* Read the words, once, where the locale is Japanese. Where they cannot be read, English is
 * spoken, and standard error says why. */
void ctl_say_open(const struct settings *settings);

/* A word, a heading, or a printf format in the reader's language. A format takes the same
 * arguments, and may put them in another order ("%2$s"). Stays as long as the program. */
const char *ctl_say(const char *english) __attribute__((format_arg(1)));

/* "ja" where that is spoken, else "en". */
const char *ctl_say_language(void);

/* The English of what ctl_say() said ("承認待ち": "held"), or the word itself: names are taken
 * from people in both languages. */
const char *ctl_say_read(const char *word);

/* Say a line on standard output; its end is added. The format is English. */
void ctl_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
