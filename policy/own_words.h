/*
 * What the person who answers is called, ready for comparing.
 */
#ifndef KAIRAN_POLICY_OWN_WORDS_H
#define KAIRAN_POLICY_OWN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/reply_facts.h"

struct own_words;

/* Take the names and sections of the facts (NULL: none). own_words_free() it. */
struct own_words *own_words_new(const struct reply_facts *facts);

void own_words_free(struct own_words *own);

/* The octets, at the beginning of a folded text, that are a name, or one part of it, or a
 * section; the longest there is, and 0 when there is none. name_r: it is the person's name. */
size_t own_words_match(const struct own_words *own, const char *text, bool *name_r);

#endif
