/*
 * What the notices to residents say.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_RESIDENT_H
#define KAIRAN_MILTER_COURIER_NOTICE_RESIDENT_H

#include "milter/courier/notice_facts.h"
#include "milter/courier/notice_material.h"

/* Put in the addresses and the terms of use; nothing into other notices. */
bool notice_resident_put(struct notice_facts *facts, const struct outbox_notice *notice,
			 const struct notice_material *material,
			 struct kairan_error *error_r);

#endif
