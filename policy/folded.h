/*
 * A line folded for comparing, which remembers where its octets come from.
 */
#ifndef KAIRAN_POLICY_FOLDED_H
#define KAIRAN_POLICY_FOLDED_H

#include <stddef.h>

struct folded {
	char *text;     /* case folded, NFKC: "ＯＫ" is "ok" */
	size_t *origin; /* for each octet of text and its end: the place in the line */
};

/* Fold a line (valid UTF-8). Character by character, with the marks that belong to each, so
 * that every place has an origin. */
void folded_make(const char *line, struct folded *folded_r);

/* Free what is inside. */
void folded_clear(struct folded *folded);

#endif
