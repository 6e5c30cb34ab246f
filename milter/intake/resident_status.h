/*
 * What a resident is registered for, as they read it.
 */
#ifndef KAIRAN_MILTER_INTAKE_RESIDENT_STATUS_H
#define KAIRAN_MILTER_INTAKE_RESIDENT_STATUS_H

#include "milter/intake/resident.h"

/* Lines about each list, in the answer's language; in a transaction. NULL with the error. Free with
 * g_free(). */
char *resident_status_write(const struct intake_context *context,
			    const struct resident *resident,
			    struct kairan_error *error_r);

#endif
