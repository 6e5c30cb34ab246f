/*
 * Whom residents ask about a broadcast: the sections that send it.
 */
#ifndef KAIRAN_MILTER_DRAFT_OFFICES_H
#define KAIRAN_MILTER_DRAFT_OFFICES_H

#include "milter/core/kairan.h"

/* The sections of a broadcast: a new array of struct section, perhaps empty. NULL, with the error,
 * where LDAP could not be asked. */
GPtrArray *offices_list(const struct setup *setup, const struct broadcast *broadcast,
			struct kairan_error *error_r);

/* Their names and telephone numbers in one line. Free with g_free(). */
char *offices_write(const GPtrArray *sections, bool ja);

#endif
