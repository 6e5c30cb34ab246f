/*
 * The words by which mail systems say why.
 */
#ifndef KAIRAN_POLICY_BOUNCE_PHRASES_H
#define KAIRAN_POLICY_BOUNCE_PHRASES_H

#include <stdbool.h>

#include "policy/bounce_kind.h"

/* A text as the phrases are written: ASCII in lower case, white space as one blank, and none
 * beside characters that are not ASCII, where lines are folded between any two. malloc'd. */
char *bounce_phrases_fold(const char *text);

/* What a folded text says is why; 0: nothing that is known. */
enum bounce_kind bounce_phrases_find(const char *folded);

#endif
