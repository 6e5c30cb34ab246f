/*
 * Each reply of a person has one answer: not none, and not two for the same mail. A machine that
 * looks like a person is not answered for ever.
 */
#ifndef KAIRAN_MILTER_INTAKE_ANSWERS_H
#define KAIRAN_MILTER_INTAKE_ANSWERS_H

#include "milter/core/kairan.h"
#include "milter/intake/envelope.h"
#include "milter/mail/message.h"
#include "schema/store_draft.h"

/* So many answers an hour, then the administrators are told instead. */
#define ANSWERS_MOST 5

/* What tells a mail from every other: its Message-ID; else all of it; where it could not be
 * parsed (NULL), the queue id. Free with g_free(). */
char *answers_make_id(const struct message *message, const struct envelope *envelope);

/* A reply, as far as answering it goes. */
struct answers_reply {
	const struct draft *draft;   /* NULL: about none */
	const struct person *person; /* who wrote it */
	const char *id;              /* what tells the mail from others: its Message-ID */
	const char *words; /* what was read of it: a client may use an id twice */
	int64_t most;      /* ANSWERS_MOST, or fewer */
};

enum answers {
	ANSWERS_DUE,     /* to be answered now */
	ANSWERS_GIVEN,   /* it was dealt with before: the same mail came again */
	ANSWERS_ENDLESS, /* one too many: answers_tell_administrators() after the commit */
	ANSWERS_UNKNOWN, /* could not ask; the error says why */
};

/* Is it to be answered? It is kept that it is being dealt with; in the transaction of what
 * becomes of it. */
enum answers answers_find(struct store *store, const struct answers_reply *reply,
			  int64_t now, struct kairan_error *error_r);

/* It changes the draft: if the same mail comes again, it needs no answer. In the transaction
 * of the change. */
bool answers_note_change(struct store *store, const struct answers_reply *reply,
			 int64_t now, struct kairan_error *error_r);

/* Outside a transaction: say whose replies about what are not answered any more, with the line
 * that was in the way; and that it is over, when one was understood. */
void answers_tell_administrators(struct kairan *kairan, const struct answers_reply *reply,
				 const char *line);
void answers_end_alarm(struct kairan *kairan, const struct answers_reply *reply);

#endif
