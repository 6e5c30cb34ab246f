/*
 * What an installation must have: a table of questions, each with three answers and a cure.
 */
#ifndef KAIRAN_CTL_CHECK_CHECK_H
#define KAIRAN_CTL_CHECK_CHECK_H

#include "ctl/check/row.h"
#include "milter/core/kairan.h"

/* Read the mail system's configuration, send the mails, and wait until they have come back or
 * the time is over. All that is passed must outlive it. False: nothing could be begun. */
bool check_begin(struct setup *setup, struct store *store,
		 const struct check_options *options, struct check **check_r,
		 struct kairan_error *error_r);
/* The same without any mail, for what the configuration alone answers. */
struct check *check_read(struct setup *setup, const struct check_options *options);
void check_free(struct check *check);

/* Has urgent mail a way of its own? found is what was seen; UNKNOWN: the configuration cannot be
 * read. */
enum answer check_urgent_way(struct check *check, struct check_words *said);

/* Does the row apply to what is installed? */
bool check_applies(const struct check *check, const struct check_row *row);

#endif
