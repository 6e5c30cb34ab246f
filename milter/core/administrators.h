/*
 * The system administrators, for whoever has to tell them something even while LDAP is silent.
 */
#ifndef KAIRAN_MILTER_CORE_ADMINISTRATORS_H
#define KAIRAN_MILTER_CORE_ADMINISTRATORS_H

#include "milter/core/kairan.h"

/* Ask LDAP; where that does not answer, those whom it named last. A new array of struct person,
 * of whom only mails, name and language are known then. False: neither. */
bool administrators_find(struct kairan *kairan, const struct setup *setup,
			 GPtrArray **administrators_r, struct kairan_error *error_r);

/* Has one of them a mail address? */
bool administrators_can_be_told(const GPtrArray *administrators);

#endif
