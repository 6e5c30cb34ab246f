/*
 * The way of a mail: probes are sent and waited for.
 */
#ifndef KAIRAN_CTL_CHECK_WAY_H
#define KAIRAN_CTL_CHECK_WAY_H

#include "ctl/check/facts.h"

/* Send one that says to come from the notices' address, one from each broadcast address, and one
 * by the login where that was given; then wait. False: the store cannot be used. */
bool check_way_run(struct check *check, struct kairan_error *error_r);

#endif
