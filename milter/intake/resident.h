/*
 * Mail of residents to join-LIST@ and the like: who wrote it, and whether it is answered.
 */
#ifndef KAIRAN_MILTER_INTAKE_RESIDENT_H
#define KAIRAN_MILTER_INTAKE_RESIDENT_H

#include <stdbool.h>

#include "milter/intake/intake.h"
#include "milter/mail/message.h"
#include "schema/store_resident.h"

struct resident {
	struct message *message;
	struct address from;
	const char *language;        /* "ja" or "en": the answer's */
	bool is_proven;              /* the owner of the address wrote it */
	bool is_from_old;            /* From: can only be read with the envelope's help */
	struct broadcast *broadcast; /* of the list that is named; NULL: none is */
	const char *office;          /* whom to ask; NULL: that is not told */
	/* What they ask for (resident_ask.c), and the answer, NOTICE_RESIDENT_... */
	enum resident_kind kind;
	const char *notice;
	int64_t until; /* of a pause; else 0 */
};

/* The broadcast of the list that the address names: UNKNOWN while no broadcasts are known. */
enum answer resident_find_broadcast(const struct intake_context *context,
				    const char *list, size_t length,
				    struct broadcast **broadcast_r);

/* Of a list in another language: "ja" or "en"; NULL: it is in none of its own. */
const char *resident_list_language(const struct broadcast *broadcast);

/* May there be mail to such an address of a list? Which lists there are is no secret: broadcasts
 * name them. */
void resident_judge_list(const struct intake_context *context,
			 const struct service_address *service,
			 struct verdict *verdict_r);

/* Read the mail, in every case to be cleared. NULL and the verdict a refusal where it cannot be
 * read. */
struct message *resident_parse(const struct intake_context *context,
			       struct verdict *verdict_r);

/* Did a machine send it, or answer with it? A mail system's report has the null sender, too. */
bool resident_is_machine(const struct intake_context *context,
			 const struct message *message);

/* YES: it is to be answered, as far as it can be told from the mail. NO: it is not; the verdict
 * passes where it is to be taken without a word, and else says what the sender is told.
 * UNKNOWN: the verdict says what could not be asked. To be cleared in every case. */
enum answer resident_read(const struct intake_context *context,
			  const struct recipient *recipient, struct resident *resident_r,
			  struct verdict *verdict_r);
void resident_clear(struct resident *resident);

#endif
