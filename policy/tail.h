/*
 * What stands below a decision.
 */
#ifndef KAIRAN_POLICY_TAIL_H
#define KAIRAN_POLICY_TAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/own_words.h"
#include "policy/reply_facts.h"

/* A signature that is kept has at most so many lines, and octets without its blanks. */
#define TAIL_LINES_MOST  100
#define TAIL_OCTETS_MOST 8000

struct tail;

/* Read these lines (UTF-8, NULL-terminated array; facts may be NULL). tail_free() it; lines must
 * live as long. */
struct tail *tail_read(char *const *lines, const struct reply_facts *facts,
		       const struct own_words *own);

void tail_free(struct tail *tail);

/* What of the lines may be words of doubt: one line for each, without what is known as a
 * signature or a disclaimer. */
const char *tail_get_said(const struct tail *tail);

/* The first of the lines, as written, whose words say so; NULL when none does by itself. */
const char *tail_find(const struct tail *tail, bool (*says)(const char *said, bool asked),
		      bool asked);

/* The first line, as written, that is neither blank nor a ruler nor known; NULL when all
 * are. */
const char *tail_get_first(const struct tail *tail);

/* How many of the lines stand before the signature. reasoned: there is a reason elsewhere, so
 * that what looks like a signature is one, although it has no name that is known. */
size_t tail_count_words(const struct tail *tail, bool reasoned);

/* Is this line known as no words of the person's: a disclaimer, a learned signature? */
bool tail_is_known(const struct tail *tail, size_t line);

/* See reply_tail_hash(). */
char *tail_hash(const char *text);

#endif
