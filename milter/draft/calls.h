/*
 * Nobody answers (Art. 13-1, 5, 9): who may decide is asked again, and others are told whom to
 * call. Only the approver and the delegates decide; the rest bring them to it.
 */
#ifndef KAIRAN_MILTER_DRAFT_CALLS_H
#define KAIRAN_MILTER_DRAFT_CALLS_H

#include "milter/draft/asking.h"
#include "milter/draft/standing.h"

/* Who is called beside those who may decide, as the directory says at this moment. */
struct call_people {
	const struct standing
	    *standing;             /* whose section may be NULL: it is there no longer */
	GPtrArray *administrators; /* struct person, as are the next */
	GPtrArray *duty;           /* the section's duty list, or else the service's */
};

/* False: could not ask; nothing is to be cleared then. */
bool calls_find_people(struct kairan *kairan, const struct setup *setup,
		       const struct standing *standing, struct call_people *people_r,
		       struct kairan_error *error_r);
void calls_clear_people(struct call_people *people);

/* When people are called for the first time after a moment without an answer; 0: never. */
int64_t calls_find_next(const struct setup *setup, const struct draft *draft,
			int64_t after);

/* The next step is due: its notices, its audit row and the time of the one after it, in a
 * transaction. Quiet hours may put it off; *called_r says whether anybody was called. */
bool calls_take_step(const struct asking *asking, const struct call_people *people,
		     bool *called_r, struct kairan_error *error_r);

#endif
