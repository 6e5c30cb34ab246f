/*
 * Characters that are one to the reader and two to computers.
 */
#ifndef KAIRAN_POLICY_TWINS_H
#define KAIRAN_POLICY_TWINS_H

/* Bring the characters that Windows and Apple put for some of JIS X 0208 to the ones that
 * strict charsets know (U+FF5E to U+301C, ...), no-break spaces to spaces, and take out what has
 * no width and no meaning (U+200B, U+2060, U+FEFF, U+00AD). UTF-8 in and out; given its own
 * result, it changes nothing. malloc'd. */
char *twins_standardize(const char *utf8);

#endif
