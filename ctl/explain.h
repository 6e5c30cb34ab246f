/*
 * What the parts of kairanctl explain share.
 */
#ifndef KAIRAN_CTL_EXPLAIN_H
#define KAIRAN_CTL_EXPLAIN_H

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"

/* Everything about one draft that is explained. */
struct explanation {
	struct setup *setup;
	struct store *store;
	char *octets;
	size_t length;
	char *login;
	char *address; /* of the broadcast; NULL: as the mail says */
	struct draft_reading reading;
	struct person *person;
	struct broadcast *broadcast;
	struct verdict verdict; /* the first that is not a pass */
};

/* Print what a rule says, with the facts that it used, and keep the first verdict that is not
 * a pass. */
void explain_conclude(struct explanation *explanation, const char *article,
		      const char *rule, const struct verdict *verdict, const char *facts);
void explain_conclude_reason(struct explanation *explanation, const char *article,
			     const char *rule, enum reason reason, const char *facts);
/* One line, for what has no verdict. */
void explain_print(const char *article, const char *rule, const char *says,
		   const char *facts);

/* The author, in person and in the broadcast's sections (Art. 4, 12, 13-1); whether it is
 * suspended (Art. 7). */
void explain_people(struct explanation *explanation);
void explain_suspension(struct explanation *explanation);

/* The text (Art. 13-2(2) to (4)), the time (Art. 13-2(1)), and what the approver is warned
 * of. */
void explain_text(struct explanation *explanation);
void explain_time(struct explanation *explanation);
void explain_warnings(struct explanation *explanation);

#endif
