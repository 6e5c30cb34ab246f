/*
 * Who else may write where kairan's files are.
 */
#ifndef KAIRAN_CONF_RIGHTS_H
#define KAIRAN_CONF_RIGHTS_H

#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"

/* May nobody else put another file in the place of this one, which need not exist? False: others may
 * write to the folder, or to one above it (which the sticky bit of /tmp forbids). */
bool rights_check_place(const char *setting, const char *path,
			struct kairan_error *error_r);

/* The same of the settings' own file and all that they name but the store, and of the templates
 * themselves. What is not there is another's to complain of. */
bool rights_check(const char *path, const struct settings *settings,
		  struct kairan_error *error_r);

#endif
