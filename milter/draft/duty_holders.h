/*
 * Who has which duty: as the directory says now, and compared with what it said before.
 */
#ifndef KAIRAN_MILTER_DRAFT_DUTY_HOLDERS_H
#define KAIRAN_MILTER_DRAFT_DUTY_HOLDERS_H

#include "milter/core/kairan.h"
#include "schema/store_duty.h"

/* Everybody whom these sections (struct section) name and who exists: a new array of struct
 * duty_holder; NULL when the directory could not be asked. Each section is judged, so that
 * alarms are raised and cleared. */
GPtrArray *duty_holders_read(struct kairan *kairan, const struct setup *setup,
			     const GPtrArray *sections, struct kairan_error *error_r);

/* The same person in the same duty of the same section in another array; NULL: there is none.
 * An id finds those whose entries were renamed. mine is the array that holder is from. */
const struct duty_holder *duty_holders_find(const GPtrArray *others,
					    const struct duty_holder *holder,
					    const GPtrArray *mine);

/* Was this person's login, name or mail changed? What is not known of one of them is not. */
bool duty_holder_was_changed(const struct duty_holder *before,
			     const struct duty_holder *after);

/* Is anything else different, that nobody has to be told? */
bool duty_holder_differs(const struct duty_holder *before,
			 const struct duty_holder *after);

#endif
