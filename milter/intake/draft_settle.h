/*
 * What becomes of a draft, whichever intake it came by: it is held, or refused and explained.
 */
#ifndef KAIRAN_MILTER_INTAKE_DRAFT_SETTLE_H
#define KAIRAN_MILTER_INTAKE_DRAFT_SETTLE_H

#include "milter/draft/reading.h"
#include "milter/intake/intake.h"

/* A mail that was read: is its text fit (Art. 13-2)? Then it is held; if not, it is refused
 * and explained to its writer. */
void draft_settle(const struct intake_context *context, const struct recipient *recipient,
		  struct draft_reading *reading, struct verdict *verdict_r);

/* Refuse for the verdict's reason, which becomes a temporary failure where that cannot be
 * recorded. A login that nobody has: there is nobody to explain it to. */
void draft_settle_refuse_login(const struct intake_context *context,
			       const struct recipient *recipient,
			       struct verdict *verdict);
/* A person, of whose mail nothing needs to be known: their mail program shows the reply in
 * English, if at all, so it is explained by mail. */
void draft_settle_refuse_person(const struct intake_context *context,
				const struct recipient *recipient,
				struct verdict *verdict);
/* A mail, with what was understood of it. */
void draft_settle_refuse_mail(const struct intake_context *context,
			      const struct recipient *recipient,
			      const struct draft_reading *reading,
			      struct verdict *verdict);

#endif
