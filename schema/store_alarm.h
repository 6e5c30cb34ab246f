/*
 * Alarms: what the administrators must mend. Each is told once, and forgotten when it is
 * mended. All in a transaction.
 */
#ifndef KAIRAN_SCHEMA_STORE_ALARM_H
#define KAIRAN_SCHEMA_STORE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "schema/store.h"

/* Strings are owned by one that was read (alarm_free()), borrowed in one that is raised. */
struct alarm {
	char *name;   /* what it is about; one alarm for each */
	char *reason; /* name of what is wrong */
	char *detail; /* where */
	int64_t raised_at;
};

/* YES: it is new, or something else is wrong now, and nobody has been told. NO: known. */
enum answer store_alarm_raise(struct store *store, const struct alarm *alarm,
			      struct kairan_error *error_r);

/* YES: it was raised, and is not any more. */
enum answer store_alarm_clear(struct store *store, const char *name,
			      struct kairan_error *error_r);

/* All that stand, oldest first: a new array of struct alarm. */
bool store_alarm_list(struct store *store, GPtrArray **alarms_r,
		      struct kairan_error *error_r);

/* The oldest alarm that nobody has been told of. */
enum answer store_alarm_find_untold(struct store *store, struct alarm **alarm_r,
				    struct kairan_error *error_r);

/* The administrators are told of this very alarm. NO: it was cleared or told meanwhile. */
enum answer store_alarm_record_told(struct store *store, const struct alarm *alarm,
				    int64_t now, struct kairan_error *error_r);

void alarm_free(struct alarm *alarm);

#endif
