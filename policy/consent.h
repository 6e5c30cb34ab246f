/*
 * Does a resident's reply say yes to what the confirmation asks?
 */
#ifndef KAIRAN_POLICY_CONSENT_H
#define KAIRAN_POLICY_CONSENT_H

#include <stdbool.h>

/* Does the reply (UTF-8, LF; "" when it has no words) say no? That it came is a yes: an empty
 * reply, a quoted one and whatever else is written are. is_join: it is about receiving mail,
 * so that "stop" is a no; about leaving and pausing it is none. */
bool consent_is_refused(const char *text, bool is_join);

#endif
