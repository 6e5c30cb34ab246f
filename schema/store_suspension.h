/*
 * Suspensions of the service or of single broadcasts (Art. 7).
 */
#ifndef KAIRAN_SCHEMA_STORE_SUSPENSION_H
#define KAIRAN_SCHEMA_STORE_SUSPENSION_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "schema/store.h"
#include "schema/store_audit.h"

/* A suspension as it is kept. Strings are owned by a row that was read
 * (suspension_free()), borrowed in one that is put. */
struct suspension {
	char *broadcast; /* address, case folded; "": all of them */
	int64_t since;
	int64_t until; /* 0: until it is resumed */
	char *reason;
	char *uid;   /* the administrator */
	bool notify; /* the people of the sections are told (store_suspension_news.h) */
};

void suspension_free(struct suspension *suspension);

/* SQL for other store_*.c: is there a row for the broadcast in this column? One whose end
 * has passed still stands until store_suspension_lift_past() has given back its time. */
#define SUSPENSION_STANDS(column) \
	"EXISTS (SELECT 1 FROM suspension WHERE suspension.broadcast IN ('', " column "))"

/* Suspend, with the audit row (store_suspension_plan.h: later). Where a suspension stands already, it gets the new end,
 * reason and administrator, and keeps its beginning. */
bool store_suspension_put(struct store *store, const struct suspension *suspension,
			  const struct audit_event *event, struct kairan_error *error_r);

/* Is this broadcast, or everything, suspended at a time? YES with the suspension that
 * ends last. */
enum answer store_suspension_find(struct store *store, const char *broadcast, int64_t now,
				  struct suspension **suspension_r,
				  struct kairan_error *error_r);

/* All that stand (struct suspension), by broadcast, or NULL with the error. Free with
 * g_ptr_array_unref(). */
GPtrArray *store_suspension_list(struct store *store, struct kairan_error *error_r);

/* End a suspension at a time, by the clock by which it began (store_clock_find_own()), with the audit row: held drafts get the time back that they
 * could not go out in, and are brought to mind at once when it was remind_after seconds
 * or more. Time during which another suspension stands as well is given back when that
 * one ends. */
bool store_suspension_lift(struct store *store, const struct suspension *suspension,
			   int64_t end, int64_t remind_after,
			   const struct audit_event *event, struct kairan_error *error_r);

/* End all whose time has passed, each at its own time. */
bool store_suspension_lift_past(struct store *store, int64_t now, int64_t remind_after,
				int64_t *count_r, struct kairan_error *error_r);

/* When the next one ends by itself: YES with the time, NO when none does. */
enum answer store_suspension_next_end(struct store *store, int64_t *at_r,
				      struct kairan_error *error_r);

#endif
