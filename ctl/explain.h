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

#endif
