/*
 * Did staff mark a draft as urgent (Art. 13-2(1))?
 */
#ifndef KAIRAN_POLICY_URGENCY_H
#define KAIRAN_POLICY_URGENCY_H

#include <stdbool.h>

/* The subject (NFC) begins with 【緊急】, or a header says so as mail programs do: the values
 * of Importance, X-Priority and Priority, NULL where there is none. */
bool urgency_is_marked(const char *subject, const char *importance,
		       const char *x_priority, const char *priority);

/* Behind the marks of urgency and the blanks that a text begins with, a pointer into it; NULL when
 * it begins with none. */
const char *urgency_skip_mark(const char *text);

#endif
