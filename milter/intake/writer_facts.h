/*
 * What is known before a reply is read: how the person and their section are called, which
 * addresses are ours, which lines the town's gateway adds, what the person has taught.
 */
#ifndef KAIRAN_MILTER_INTAKE_WRITER_FACTS_H
#define KAIRAN_MILTER_INTAKE_WRITER_FACTS_H

#include <stdbool.h>

#include "milter/core/kairan.h"
#include "milter/intake/intake.h"
#include "policy/reply_words.h"
#include "schema/store_draft.h"

/* facts points into the rest, and into the setup it was collected from. */
struct writer_facts {
	struct reply_facts facts;
	GPtrArray *names;
	GPtrArray *sections;
	GPtrArray *addresses;
	char **signatures;
};

/* Collect from what was read already: nothing is asked, so nothing can fail. The person is the
 * one who writes, as directory_find_person() found them. */
void writer_facts_collect(const struct setup *setup, const struct draft *draft,
			  const struct person *person, struct writer_facts *facts_r);

/* Collect for a draft that is not held yet, of this person for the section and the broadcast, and
 * add their signatures. False, with the verdict, when the store cannot be asked; to be cleared
 * either way. */
bool writer_facts_collect_new(const struct intake_context *context,
			      const struct recipient *recipient,
			      struct writer_facts *facts_r, struct verdict *verdict_r);

/* Add what the person has said is their signature, from the store, in a transaction of its
 * own. */
bool writer_facts_add_signatures(struct store *store, const struct person *person,
				 struct writer_facts *facts,
				 struct kairan_error *error_r);

/* Zeroed facts may be cleared, too. */
void writer_facts_clear(struct writer_facts *facts);

#endif
