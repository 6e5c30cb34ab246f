/*
 * The directory: schema, overlays, tree and access rules of conf/slapd, as far as they are not
 * there.
 */
#ifndef KAIRAN_CTL_SETUP_SLAPD_H
#define KAIRAN_CTL_SETUP_SLAPD_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "ctl/setup/slapd_config.h"

/* The suffix of the accesslog's database, that is there or will be. */
const char *slapd_accesslog_base(const struct site *site,
				 const struct slapd_config *config);

/* Add what slapd's configuration lacks, then what the tree lacks. *password_r is the first
 * password of an administrator who is made, or NULL (free with g_free()). */
bool slapd_plan(struct site *site, const struct slapd_config *config,
		struct change_list *list, char **password_r,
		struct kairan_error *error_r);

#endif
