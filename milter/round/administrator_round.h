/*
 * Who is a system administrator is watched (Art. 3).
 */
#ifndef KAIRAN_MILTER_ROUND_ADMINISTRATOR_ROUND_H
#define KAIRAN_MILTER_ROUND_ADMINISTRATOR_ROUND_H

#include "milter/core/kairan.h"

/* Compare the administrators' group with what it was; record and tell what changed. Returns when
 * to look again. */
int64_t administrator_round_walk(struct kairan *kairan, const struct setup *setup,
				 int64_t now);

#endif
