/*
 * What the parts of kairanctl explain share.
 */
#ifndef KAIRAN_CTL_EXPLAIN_H
#define KAIRAN_CTL_EXPLAIN_H

#include <jansson.h>
#include <stdbool.h>

#include "milter/core/kairan.h"
#include "milter/draft/reading.h"
#include "policy/finding.h"

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
	json_t *rules;          /* what each says, NULL before the first */
	char *warnings;         /* as the request would have them; NULL: none */
};

/* Add what a rule says, with the facts that it used, and keep the first verdict that is not
 * a pass. The rule's name is English, and its facts as ctl_say() has them. */
void explain_conclude(struct explanation *explanation, const char *article,
		      const char *rule, const struct verdict *verdict, const char *facts);
void explain_conclude_reason(struct explanation *explanation, const char *article,
			     const char *rule, enum reason reason, const char *facts);
/* One line, for what has no verdict. */
void explain_add(struct explanation *explanation, const char *article, const char *rule,
		 const char *says, const char *facts);
/* A place in the draft that the last rule is about. */
void explain_add_place(struct explanation *explanation, const struct finding *finding);

/* Print it all on standard output. */
void explain_print(const struct explanation *explanation, bool json);

#endif
