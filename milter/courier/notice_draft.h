/*
 * What a notice says of its draft.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_DRAFT_H
#define KAIRAN_MILTER_COURIER_NOTICE_DRAFT_H

#include "milter/courier/notice_facts.h"
#include "milter/courier/notice_material.h"

/* Put all that is known of the draft, which there is. */
void notice_draft_put(struct notice_facts *facts, const struct notice_material *material);

#endif
