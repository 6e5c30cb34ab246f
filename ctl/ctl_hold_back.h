/*
 * Nothing goes out of a store that is older than it was, until an administrator has looked.
 */
#ifndef KAIRAN_CTL_CTL_HOLD_BACK_H
#define KAIRAN_CTL_CTL_HOLD_BACK_H

#include "schema/store.h"

/* Where drafts are approved, or broadcasts on their way, suspend the service, for this reason. EX_OK,
 * or EX_UNAVAILABLE with the error. In a transaction. */
int ctl_hold_back(struct store *store, const char *reason, bool *held_back_r,
		  struct kairan_error *error_r);

/* What is to be done then. */
void ctl_hold_back_say(void);

#endif
