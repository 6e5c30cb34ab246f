/*
 * SMTP AUTH for Postfix: Dovecot, against the directory.
 */
#ifndef KAIRAN_CTL_SETUP_DOVECOT_H
#define KAIRAN_CTL_SETUP_DOVECOT_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "ctl/setup/site.h"

/* The password of cn=dovecot in the files that setup writes; NULL: there is none yet. Free with
 * g_free(). */
char *dovecot_read_password(const struct site *site);

/* Add what Dovecot needs, in the language of the version that is installed; nothing where it
 * is not. socket is where Postfix asks. */
bool dovecot_plan(struct site *site, const char *socket, struct change_list *list,
		  struct kairan_error *error_r);

#endif
