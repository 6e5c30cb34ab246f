/*
 * What is read from the mail of a draft.
 */
#ifndef KAIRAN_MILTER_DRAFT_READING_H
#define KAIRAN_MILTER_DRAFT_READING_H

#include <glib.h>
#include <stdint.h>

#include "milter/mail/message.h"
#include "policy/drill.h"
#include "policy/reply_facts.h"
#include "policy/send_at.h"
#include "policy/verdict.h"
#include "schema/store_draft.h"

struct draft_reading {
	struct message *message;
	char *subject;
	enum message_text_status readable; /* not OK: why there is no text */
	struct message_text text;
	enum drill_mark drill; /* of the subject, or of what it corrects */
	bool urgent;
	enum send_at_status send_at_status;
	int64_t send_at;  /* for SEND_AT_READ; its line is not in the text any more */
	char *whole;      /* the text with its parts; NULL: they were not looked for */
	GPtrArray *parts; /* struct part; not in the text any more; NULL likewise */
	char *
	    cut_footer; /* of the mail program, and not in the text any more; NULL: none */
	/* How the writer is called, and what they have said is their signature, which is cut;
	 * borrowed; NULL: it is not known. */
	const struct reply_facts *writer;
	char *
	    cut_signature; /* the first line of one that is not in the text any more; NULL:
			      * none */
	const struct draft *corrects; /* NULL: it is not a correction */
	int64_t replaces;             /* the draft whose place it takes; 0: none */
	GPtrArray *findings; /* struct finding: what rules found; NULL: not judged */
	struct kairan_error error; /* where something could not be read */
};

/* Parse the mail into a zeroed reading: REASON_NONE, or why it cannot be read, with the place
 * in reading->error. */
enum reason draft_reading_open(struct draft_reading *reading, const void *octets,
			       size_t length);

/* Then read its subject and text, and bring them to what is counted, shown and sent (NFC,
 * policy/twins.h). */
enum reason draft_reading_fill(struct draft_reading *reading);

/* The reason for which a mail is refused whose text cannot be read like this. */
enum reason draft_reading_reason(enum message_text_status status);

/* Bring subject and text to their standard form once more, when they were replaced; a mail
 * program's footer at the end is cut, and the writer's signature. What text.signature has, below the
 * line "-- ", stays out of the text, too, unless it says whom residents may ask. */
void draft_reading_standardize(struct draft_reading *reading);

/* Free what a reading owns. */
/* Where a mail could not be read, by its error's text, for the fact "read_place" of a notice:
 * "subject", or a line of the text. NULL: it is not known. g_free() it. */
char *draft_reading_find_place(const char *error);

void draft_reading_clear(struct draft_reading *reading);

#endif
