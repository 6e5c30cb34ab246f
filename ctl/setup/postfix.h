/*
 * Postfix's settings: conf/postfix/main.cf.sample and master.cf.sample, as far as they are not
 * there.
 */
#ifndef KAIRAN_CTL_SETUP_POSTFIX_H
#define KAIRAN_CTL_SETUP_POSTFIX_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "ctl/setup/site.h"

/* Where Postfix asks Dovecot. Free with g_free(). */
char *postfix_auth_socket(const struct site *site);

/* Add all but the milter. conf is kairan.conf's text. */
bool postfix_plan(struct site *site, const char *conf, struct change_list *list,
		  struct kairan_error *error_r);

/* Add the milter to those that Postfix asks. *value_r is smtpd_milters with it, *old_r without
 * (free both with g_free()); where Postfix asks kairan already nothing is added, and they are
 * NULL. */
bool postfix_plan_milter(struct site *site, const char *conf, struct change_list *list,
			 char **value_r, char **old_r, struct kairan_error *error_r);

#endif
