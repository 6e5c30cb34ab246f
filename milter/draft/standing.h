/*
 * How a section stands: what LDAP says of it and of its people at this moment, who may decide
 * for it, and whether it contradicts itself.
 */
#ifndef KAIRAN_MILTER_DRAFT_STANDING_H
#define KAIRAN_MILTER_DRAFT_STANDING_H

#include "milter/core/kairan.h"
#include "policy/duties.h"
#include "schema/directory_people.h"
#include "schema/store_draft.h"

struct standing {
	struct section *section;
	struct section_people *people;
	struct section_duties duties; /* points into both */
};

/* Ask LDAP about a section, with the author of a draft of its ("": of none). A contradiction
 * raises an alarm, and its end clears that; see the alarms of a suspended approver below. NO:
 * there is no such section. The standing is to be cleared in every case. */
enum answer standing_read(struct kairan *kairan, const struct setup *setup,
			  const char *section, const char *author,
			  struct standing *standing_r, struct kairan_error *error_r);
/* Likewise, without a word about contradictions. */
enum answer standing_look(const struct setup *setup, const char *section,
			  const char *author, struct standing *standing_r,
			  struct kairan_error *error_r);
void standing_clear(struct standing *standing);

/* The contradiction's reason and entries, for a log line; "" when there is none. Free with
 * g_free(). */
char *standing_describe(const struct standing *standing);

/* Drafts wait for an approver who is suspended or revoked (Art. 6): tell the administrators,
 * once until the approver is active again. */
void standing_alarm_suspended(struct kairan *kairan, const struct standing *standing);

/* A draft as far as it matters for who may decide it. */
struct decided_draft {
	const char *author; /* DN */
	bool
	    is_correction; /* Art. 13-3: its author may confirm it, unless settings say no */
};

/* May this person decide it? */
void standing_judge_decision(const struct standing *standing, const struct setup *setup,
			     const char *person, const struct decided_draft *draft,
			     struct verdict *verdict_r);

/* Everybody who may decide it, and has a mail address: a new array of struct party, numbered
 * from 1. Who is left out is logged under the queue id, when that is not NULL. */
GPtrArray *standing_list_deciders(const struct standing *standing,
				  const struct setup *setup,
				  const struct decided_draft *draft,
				  const char *queue_id);

/* Leave those who are asked for the approver out, where the approver is among them. */
void standing_drop_delegates(GPtrArray *parties);

/* The period of a delegate: "2026-12-01 00:00 – 2026-12-10 23:59", without the end that it has not.
 * Free with g_free(). */
char *standing_describe_period(const struct standing *standing, const struct setup *setup,
			       const char *dn);

/* A person as one of a draft's people. */
struct party *standing_make_party(const struct person *person, int64_t number,
				  enum duty duty);

#endif
