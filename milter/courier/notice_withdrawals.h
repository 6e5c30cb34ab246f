/*
 * Drafts that the reader of a notice may take back.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_WITHDRAWALS_H
#define KAIRAN_MILTER_COURIER_NOTICE_WITHDRAWALS_H

#include "milter/courier/notice_facts.h"

/* Put what milter/intake/recall.c has packed: each draft with a ready answer, or that there is
 * none. A single draft is also taken back by a reply to the notice. */
void notice_withdrawals_put(struct notice_facts *facts, const char *packed);

#endif
