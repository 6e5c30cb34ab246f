/*
 * One change of somebody's duty (Art. 10, 11): recorded, told and kept.
 */
#ifndef KAIRAN_MILTER_ROUND_DUTY_CHANGE_H
#define KAIRAN_MILTER_ROUND_DUTY_CHANGE_H

#include "milter/core/kairan.h"
#include "schema/store_duty.h"

/* What a change is seen against. */
struct duty_look {
	struct kairan *kairan;
	const struct setup *setup;
	int64_t now;
	const GPtrArray *sections; /* struct section, as they are now */
	const GPtrArray *before;   /* struct duty_holder, as they were */
};

/* The section of a holder, as it is now; NULL: there is none any more. */
const struct section *duty_look_find_section(const struct duty_look *look,
					     const struct duty_holder *holder);

struct duty_change {
	/* "registered", "ended", "changed", or an approver's new status */
	const char *name;
	/* NULL for somebody who had, or has, no such duty. */
	const struct duty_holder *before;
	const struct duty_holder *after;
};

/* One transaction. False: the directory or the store could not be asked, and nothing
 * happened. */
bool duty_change_record(const struct duty_look *look, const struct duty_change *change,
			struct kairan_error *error_r);

/* In a transaction: keep what is there now in place of what was. */
bool duty_change_keep(struct store *store, const struct duty_change *change,
		      struct kairan_error *error_r);

#endif
