/*
 * Which language the operator reads.
 */
#ifndef KAIRAN_CTL_CTL_LOCALE_H
#define KAIRAN_CTL_CTL_LOCALE_H

#include <stdbool.h>

/* The locale for messages, such as "ja_JP.UTF-8"; "" when none is set. */
const char *ctl_locale(void);

/* Does the operator read Japanese, by the locale? */
bool ctl_is_japanese(void);

#endif
