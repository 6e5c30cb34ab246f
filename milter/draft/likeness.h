/*
 * Is a draft like one that went out before? Two texts of a megabyte are compared in a second, fifty
 * of them in a minute: so what there is to compare is read in a transaction, and compared outside
 * of it, until there is nothing new in the transaction that keeps the draft.
 */
#ifndef KAIRAN_MILTER_DRAFT_LIKENESS_H
#define KAIRAN_MILTER_DRAFT_LIKENESS_H

#include "milter/core/kairan.h"
#include "schema/store_draft.h"

struct likeness;

/* What a draft is compared with, and how like it is; both are borrowed. */
struct likeness *likeness_new(const struct setup *setup, const struct draft *draft);
void likeness_free(struct likeness *likeness);

/* Inside a transaction: read what it has not been compared with. NO: it was read; leave the
 * transaction, likeness_compare(), and ask again. YES: nothing is left. */
enum answer likeness_gather(struct likeness *likeness, struct store *store,
			    struct kairan_error *error_r);

/* Outside of any: compare it with what was read. */
void likeness_compare(struct likeness *likeness);

/* In the transaction in which likeness_gather() said YES: the earlier draft that is most like it, of
 * those that are still sent or to be sent. NO: none is like it. */
enum answer likeness_find(const struct likeness *likeness, struct store *store,
			  struct draft **earlier_r, int *percent_r,
			  struct kairan_error *error_r);

#endif
