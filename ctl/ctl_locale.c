/*
 * NAME
 *	ctl_locale - which language the operator reads
 *
 * DESCRIPTION
 *	By the environment, as every program of the system.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/ctl_locale.h"

#include <stdlib.h>
#include <string.h>

/* POSIX order: the first of these that says something counts. */
const char *ctl_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return value;
	}
	return "";
}

bool ctl_is_japanese(void)
{
	return strncmp(ctl_locale(), "ja", 2) == 0;
}
