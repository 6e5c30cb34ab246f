/*
 * What people say before they decide.
 */
#ifndef KAIRAN_POLICY_GREETING_H
#define KAIRAN_POLICY_GREETING_H

#include "policy/own_words.h"

/* Where, in this line (UTF-8), the words behind greetings, courtesies, salutations, the
 * person's own name, and a gateway's mark begin: its end when the line has nothing else, the
 * line itself when it begins with none of them. */
const char *greeting_skip(const char *line, const struct own_words *own);

#endif
