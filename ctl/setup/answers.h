/*
 * What the site is: from options, from what is there, and from its administrator.
 */
#ifndef KAIRAN_CTL_SETUP_ANSWERS_H
#define KAIRAN_CTL_SETUP_ANSWERS_H

#include <stdbool.h>

#include "ctl/setup/site.h"
#include "ctl/setup/slapd_config.h"
#include "policy/error.h"

/* Fill in what no option has said (NULL, SITE_MTA_NONE). conf is kairan.conf's text, config may
 * be NULL. ask: whether there is somebody to ask. False: something is missing, or is no name. */
bool answers_fill(struct site *site, const char *conf, const struct slapd_config *config,
		  bool ask, struct kairan_error *error_r);

/* The accounts' passwords, which are known from their files, or new. Dovecot's is "" where nobody
 * here knows it; false: kairan's. */
bool answers_find_passwords(struct site *site, const char *conf,
			    struct kairan_error *error_r);

#endif
