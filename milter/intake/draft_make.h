/*
 * The draft that a mail becomes.
 */
#ifndef KAIRAN_MILTER_INTAKE_DRAFT_MAKE_H
#define KAIRAN_MILTER_INTAKE_DRAFT_MAKE_H

#include "milter/draft/reading.h"
#include "milter/intake/intake.h"

/* The draft of a mail that was read and found fit, from the recipient's person to its broadcast:
 * without a number, and without its submit key. Free with draft_free(). */
struct draft *draft_make(const struct intake_context *context,
			 const struct recipient *recipient,
			 const struct draft_reading *reading);

/* What makes two submissions the same. False: SHA-256 is not to be had. */
bool draft_make_key(const struct intake_context *context,
		    const struct recipient *recipient,
		    const struct draft_reading *reading,
		    unsigned char key_r[SUBMIT_KEY_OCTETS]);

#endif
