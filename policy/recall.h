/*
 * Outlook's recall of a message: mail systems elsewhere get it as a mail of its own.
 */
#ifndef KAIRAN_POLICY_RECALL_H
#define KAIRAN_POLICY_RECALL_H

#include <stdbool.h>

/* A mail that may be a recall. All strings are UTF-8. */
struct recall_facts {
	const char *subject;
	const char *text; /* "" when it has none */
	/* What its writer is called: name, login, addresses. NULL-terminated; NULL: unknown. */
	const char *const *names;
	bool is_marked; /* a header says that it is one */
};

/* Is it one? What a person may have written themselves, such as a broadcast about an order
 * that is taken back, is none, however it begins. */
bool recall_is_one(const struct recall_facts *facts);

/* The subject of what is recalled, where this subject begins as that of a recall ("取り消し:
 * 避難所" has 避難所), a pointer into it; else NULL. */
const char *recall_skip_words(const char *subject);

#endif
