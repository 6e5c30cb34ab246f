/*
 * What happens with time and needs LDAP: telling administrators, asking people who were named
 * later, warning of passwords.
 */
#ifndef KAIRAN_MILTER_PEOPLE_H
#define KAIRAN_MILTER_PEOPLE_H

#include "milter/core/kairan.h"

/* The thread; context is the struct kairan. */
void *people_run(void *context);

#endif
