/*
 * Languages that a town writes to its residents in.
 */
#ifndef KAIRAN_POLICY_LANGUAGE_H
#define KAIRAN_POLICY_LANGUAGE_H

#include <stdbool.h>

#define LANGUAGE_JAPANESE "ja"

/* Octets of the longest tag, with its NUL (RFC 5646, section 4.4.1, has 35). */
#define LANGUAGE_OCTETS 36

/* Is it a language tag as the directory has them: "en", "zh-hant", "ja-easy"? Lower case. */
bool language_is_tag(const char *text);

/* The tag of a language that is named by its tag or by its name, in Japanese, in English or in
 * itself, of any case and width: "English", "ＥＮ", "英語". NULL: it names none. A constant. */
const char *language_find(const char *word);

/* What it is called in the reader's language ("ja" or "en"): "英語", "English". A tag that the
 * table does not have is its own name. */
const char *language_name(const char *tag, const char *reader);

/* What stands before the subject of a correction in it (Art. 13-3). */
const char *language_correction(const char *tag);

/* What stands before the subject and the text of a drill in it. */
const char *language_drill(const char *tag);

/* Is it Japanese, or Japanese made easy? */
bool language_is_japanese(const char *tag);

/* Is it written in letters that JIS X 0208 has (Art. 13-2(3))? */
bool language_is_of_jis(const char *tag);

#endif
