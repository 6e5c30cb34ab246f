/*
 * Alarms: what the administrators must mend. Each is told once for each thing that is wrong with
 * it, and once more when it is over. All in a transaction.
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
	int64_t last_at; /* raised again; of one that is over: when it was */
	int64_t count;   /* how often it was raised */
};

/* YES: it is new, or something else is wrong now, and nobody has been told. NO: known, and
 * counted. */
enum answer store_alarm_raise(struct store *store, const struct alarm *alarm,
			      struct kairan_error *error_r);

/* YES: it was raised, and is not any more. Where the administrators had been told, they are to
 * be told of that. */
enum answer store_alarm_clear(struct store *store, const char *name, int64_t now,
			      struct kairan_error *error_r);

/* Take the first alarm that is over, to tell of it; without its detail. */
enum answer store_alarm_take_over(struct store *store, struct alarm **alarm_r,
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
