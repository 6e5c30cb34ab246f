/*
 * Holding a draft: from a mail that was read and found fit to what is kept and who is asked.
 */
#ifndef KAIRAN_MILTER_DRAFT_HOLD_H
#define KAIRAN_MILTER_DRAFT_HOLD_H

#include "milter/intake.h"
#include "milter/message.h"
#include "policy/send_at.h"
#include "schema/store_draft.h"

/* What was read from a draft's mail. */
struct draft_reading {
	struct message *message;
	char *subject;
	struct message_text text;
	bool urgent;
	enum send_at_status send_at_status;
	int64_t send_at; /* for SEND_AT_READ; its line is not in the text any more */
	const struct draft *corrects; /* NULL: it is not a correction */
	struct kairan_error error;    /* where something could not be read */
};

/* Commit the draft, its original, its people and their notices in one transaction. The same
 * mail submitted again is the same draft. The verdict stays a pass, or becomes a temporary
 * failure when somebody could not be asked or nothing could be stored. */
void draft_hold(const struct intake_context *context, const struct recipient *recipient,
		const struct draft_reading *reading, struct verdict *verdict);

#endif
