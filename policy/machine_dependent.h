/*
 * What to write instead of a machine-dependent character (Art. 13-2(3)).
 */
#ifndef KAIRAN_POLICY_MACHINE_DEPENDENT_H
#define KAIRAN_POLICY_MACHINE_DEPENDENT_H

#include <stdbool.h>
#include <stddef.h>

/* Suggest what to write instead of some characters: (1) for a circled one, the word for a
 * squared one, the common form of a Kanji. NULL where nothing is known. Whether a suggestion
 * can be sent is for the caller to see. malloc'd. */
char *machine_dependent_suggest(const char *utf8, size_t length);

/* "U+FA19" where this is one character (UTF-8) that is a second code for another, which looks the
 * same; else NULL. malloc'd. */
char *machine_dependent_name_second_code(const char *utf8);

/* Is this one character (UTF-8) a half-width Katakana? Neighbours of these belong into one
 * suggestion. */
bool machine_dependent_is_half_kana(const char *utf8, size_t length);

#endif
