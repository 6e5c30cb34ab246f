/*
 * What administrators write in LDAP comes into the audit trail (Art. 8).
 */
#ifndef KAIRAN_MILTER_ROUND_ACCESSLOG_ROUND_H
#define KAIRAN_MILTER_ROUND_ACCESSLOG_ROUND_H

#include "milter/core/kairan.h"

/* Read on in the accesslog overlay's database, where the settings name one. Returns when to do
 * it again. */
int64_t accesslog_round_walk(struct kairan *kairan, const struct setup *setup,
			     int64_t now);

#endif
