/*
 * The address that a resident confirms by: confirm+TOKEN@.
 */
#ifndef KAIRAN_MILTER_CORE_CONFIRMING_H
#define KAIRAN_MILTER_CORE_CONFIRMING_H

#include <stddef.h>

#include "milter/core/kairan.h"
#include "policy/token.h"
#include "schema/store_resident.h"

/* For a request that is in the store; good for confirm_window from when it was made. Free with
 * g_free(); NULL: its number does not fit. */
char *confirming_make_address(const struct setup *setup,
			      const struct resident_request *request);

/* Is this token the request's? */
enum token_status confirming_verify(const struct setup *setup,
				    const struct resident_request *request,
				    const char *text, size_t length, int64_t now);

#endif
