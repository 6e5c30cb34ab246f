/*
 * Warnings that a password gets too old (Art. 12): by mail, 14, 7 and 1 days before.
 */
#ifndef KAIRAN_MILTER_ROUND_PASSWORD_ROUND_H
#define KAIRAN_MILTER_ROUND_PASSWORD_ROUND_H

#include <stdint.h>

#include "milter/core/kairan.h"

/* Look at everybody's password, and warn whom a warning is due. Returns when to look again:
 * when the next warning falls due, a day later at most, or soon where LDAP did not answer. */
int64_t password_round_walk(struct kairan *kairan, const struct setup *setup,
			    int64_t now);

#endif
