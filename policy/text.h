/*
 * Text as a person counts and reads it (Art. 13-2(2)). All input is valid UTF-8.
 */
#ifndef KAIRAN_POLICY_TEXT_H
#define KAIRAN_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* NFC (of the Unicode that libunistring knows), but that a second code for a character (U+FA10,
 * U+2126: a singleton decomposition) stays, for a rule to name; CRLF and CR to LF, trailing white space of
 * each line (ideographic space included) and blank lines at both ends removed, a byte order
 * mark at the start removed. malloc'd; NULL only when
 * memory ran out. */
char *text_normalize(const char *utf8);

/* Grapheme clusters (UAX #29), line breaks not counted. SIZE_MAX, which no limit allows,
 * when memory ran out. */
size_t text_count_characters(const char *utf8);

/* Undo format=flowed (RFC 3676), LF line ends in and out; space-stuffing removed; a
 * signature line "-- " is never joined; quote depths are kept apart. malloc'd. */
char *text_unflow(const char *utf8, bool delsp);

/* Cut the signature: the first line that is exactly "-- " and all after it (RFC 3676
 * 4.3). In place. Only when it stands after some text: a draft that is all signature
 * becomes "". What stood below that line, in the same buffer; NULL: there was none. */
const char *text_cut_signature(char *utf8);

/* One line of a header: every control character, line and paragraph separator (U+2028,
 * U+2029, U+0085) becomes a space, runs of those and of spaces one space; white space of any
 * kind trimmed at both ends. In place. */
void text_fold_line(char *utf8);

/* Does a character command terminals (C0, DEL, C1), end a line, or turn the direction in which a
 * line is read? */
bool text_is_control(unsigned int character);

/* One line as it comes from outside, such as the directory: invalid UTF-8 and characters of
 * text_is_control() become a space or go, as by text_fold_line(). malloc'd by GLib. */
char *text_clean_line(const char *text, size_t length);

/* For comparing: case folded and brought to NFKC, so that ＯＫ is ok. malloc'd; "?" when memory
 * ran out, since a question decides nothing. */
char *text_fold_case(const char *utf8, size_t length);

/* Does the text begin with the words? Nothing behind them is read: GLib's own question measures
 * the whole text first (as from 2.76), which in a walk through a long mail takes minutes. */
static inline bool text_begins_with(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

/* Line and column (both from 1, column in characters) of a byte offset. */
void text_place(const char *utf8, size_t offset, size_t *line_r, size_t *column_r);

#endif
