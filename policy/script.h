/*
 * Which script a character is of.
 */
#ifndef KAIRAN_POLICY_SCRIPT_H
#define KAIRAN_POLICY_SCRIPT_H

#include <glib.h>
#include <stdbool.h>

bool script_is_kanji(gunichar c);
bool script_is_hiragana(gunichar c);
bool script_is_katakana(gunichar c); /* with ー and ・ */

/* Are all characters of the text (UTF-8) of this kind? */
bool script_is_all(const char *text, bool (*is_kind)(gunichar c));

#endif
