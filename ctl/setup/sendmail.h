/*
 * Sendmail's settings: kairan.m4, the mailertable, and what sendmail.mc needs.
 */
#ifndef KAIRAN_CTL_SETUP_SENDMAIL_H
#define KAIRAN_CTL_SETUP_SENDMAIL_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "ctl/setup/site.h"

/* The password of cn=dovecot in saslauthd's file; NULL: there is none. Free with g_free(). */
char *sendmail_read_password(const struct site *site);

/* saslauthd's file, which logs in as cn=dovecot. */
bool sendmail_plan_login(struct site *site, struct change_list *list,
			 struct kairan_error *error_r);

/* Add all but the line that includes kairan.m4. */
bool sendmail_plan(struct site *site, struct change_list *list,
		   struct kairan_error *error_r);

/* Add that line; conf is kairan.conf's text. *line_r is it (free with g_free()), or NULL where
 * sendmail.mc has it already. */
bool sendmail_plan_milter(const struct site *site, const char *conf,
			  struct change_list *list, char **line_r,
			  struct kairan_error *error_r);

#endif
