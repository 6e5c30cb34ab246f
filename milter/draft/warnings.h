/*
 * What the approver is shown at the top of a request: kept with the draft as a JSON array of
 * objects with a key (a phrase "warning.KEY") and a detail.
 */
#ifndef KAIRAN_MILTER_DRAFT_WARNINGS_H
#define KAIRAN_MILTER_DRAFT_WARNINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "milter/core/kairan.h"
#include "schema/store_draft.h"

/* Add a warning to an array; the detail is made valid UTF-8. */
void draft_warnings_add(json_t *warnings, const char *key, const char *detail);

/* An array as it is kept. Free with g_free(). */
char *draft_warnings_pack(const json_t *warnings);

/* Look for slips (policy/guards.h) in a draft, and add them to draft->warnings. Inside a
 * transaction. */
bool draft_warnings_collect(const struct setup *setup, struct store *store,
			    struct draft *draft, struct kairan_error *error_r);

/* The warnings as lines "・sentence: detail" in a language, between two rules; "" when there
 * are none. Free with g_free(). */
char *draft_warnings_write(const struct setup *setup, const char *language,
			   const struct draft *draft);

#endif
