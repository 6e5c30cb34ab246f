/*
 * A mail by somebody's login.
 */
#ifndef KAIRAN_CTL_CHECK_LOGIN_H
#define KAIRAN_CTL_CHECK_LOGIN_H

#include "ctl/check/facts.h"

/* Where a login was given, send a probe by it through the submission service. False: the store
 * cannot be used, or the options are wrong. */
bool check_login_send(struct check *check, struct kairan_error *error_r);

#endif
