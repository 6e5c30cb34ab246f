/*
 * kairan's own settings, password and keys.
 */
#ifndef KAIRAN_CTL_SETUP_OWN_H
#define KAIRAN_CTL_SETUP_OWN_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "ctl/setup/site.h"

/* The text of kairan.conf; where there is none, or the sample as it was installed, the sample
 * with nothing set. NULL: it cannot be read. Free with g_free(). */
char *own_read_conf(const struct site *site, struct kairan_error *error_r);

/* The text with what the site wants of it; what is set otherwise is told, and stays. Free with
 * g_free(). */
char *own_fill_conf(struct site *site, const char *text);

/* The password in ldap_password_file; NULL: there is none. Free with g_free(). */
char *own_read_password(const char *conf);

/* Add kairan.conf (this text), the password's file, the keys, and the user's groups. False: the
 * settings contradict each other, or cannot be read. */
bool own_plan(struct site *site, const char *conf, struct change_list *list,
	      struct kairan_error *error_r);

#endif
