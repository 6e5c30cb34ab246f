/*
 * Suspensions that are to begin at a time (Art. 7).
 */
#ifndef KAIRAN_SCHEMA_STORE_SUSPENSION_PLAN_H
#define KAIRAN_SCHEMA_STORE_SUSPENSION_PLAN_H

#include "schema/store_suspension.h"

/* Plan one, with the audit row. It takes the place of another plan for the same broadcast. */
bool store_suspension_plan_put(struct store *store, const struct suspension *plan,
			       const struct audit_event *event,
			       struct kairan_error *error_r);

/* All of them (struct suspension), by broadcast, or NULL with the error. */
GPtrArray *store_suspension_plan_list(struct store *store, struct kairan_error *error_r);

/* It will not begin; with the audit row. */
bool store_suspension_plan_cancel(struct store *store, const struct suspension *plan,
				  const struct audit_event *event,
				  struct kairan_error *error_r);

/* Begin all whose time has come, each at its own time. */
bool store_suspension_plan_begin(struct store *store, int64_t now, int64_t *count_r,
				 struct kairan_error *error_r);

/* When the next one begins: YES with the time, NO when none does. */
enum answer store_suspension_plan_next(struct store *store, int64_t *at_r,
				       struct kairan_error *error_r);

#endif
