/*
 * What happens with time and needs LDAP: telling administrators, asking people who were named
 * later, warning of passwords.
 */
#ifndef KAIRAN_MILTER_ROUND_SLOW_ROUNDS_H
#define KAIRAN_MILTER_ROUND_SLOW_ROUNDS_H

#include "milter/core/kairan.h"

/* The thread; context is the struct kairan. */
void *slow_rounds_run(void *context);

#endif
