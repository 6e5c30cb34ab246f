/*
 * Where the mail system writes its log, and who may read it.
 */
#ifndef KAIRAN_CTL_SETUP_MTA_LOG_H
#define KAIRAN_CTL_SETUP_MTA_LOG_H

#include "ctl/setup/site.h"

/* The mail system's log, as the setting mta_log names it, where kairan's user may read it, or may in
 * its group; NULL: there is none. Free with g_free(). */
char *setup_find_mta_log(const struct site *site);

/* The group whose members may read a log of that name; NULL: all may, or nobody but root. Free with
 * g_free(). */
char *setup_find_log_group(const char *name);

#endif
