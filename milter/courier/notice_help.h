/*
 * Whom a reader asks, and where a password is changed (Art. 12).
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_HELP_H
#define KAIRAN_MILTER_COURIER_NOTICE_HELP_H

#include "milter/courier/notice_facts.h"

/* Put help_contact: the setting, or the administrators with an address that reaches them. */
void notice_help_put(struct notice_facts *facts);

/* Put password_how: where the password is changed (setting password_help), or who tells it.
 * After notice_help_put(). */
void notice_help_put_password(struct notice_facts *facts);

#endif
