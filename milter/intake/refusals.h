/*
 * Refusals that come again and again are told to the administrators (Art. 9, 14).
 */
#ifndef KAIRAN_MILTER_INTAKE_REFUSALS_H
#define KAIRAN_MILTER_INTAKE_REFUSALS_H

#include "milter/core/kairan.h"
#include "schema/store_audit.h"

/* This was recorded just now: has there been too much of it? Outside a transaction. */
void refusals_watch(struct kairan *kairan, const struct audit_event *event);

#endif
