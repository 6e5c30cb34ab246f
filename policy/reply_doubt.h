/*
 * Do the words behind an approval take it back?
 */
#ifndef KAIRAN_POLICY_REPLY_DOUBT_H
#define KAIRAN_POLICY_REPLY_DOUBT_H

#include <stdbool.h>

/* Is there a condition, a negation, a question, a time to send or another decision in a person's own words
 * (UTF-8, LF)? reason_asked: the words are the reason of an urgent approval, which may well
 * speak of what has changed or cannot wait. */
bool reply_doubt_is_found(const char *own, bool reason_asked);

/* Do the words say that somebody is away, or that a program answers? reason_asked as above:
 * that others are away may be the reason. */
bool reply_doubt_is_absence(const char *own, bool reason_asked);

/* Is this nothing, or nothing but courtesies? */
bool reply_doubt_is_courtesy(const char *own);

#endif
