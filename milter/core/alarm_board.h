/*
 * The names of the alarms that stand, at hand without a question to the store: that nothing is
 * wrong is found out several times for each draft.
 */
#ifndef KAIRAN_MILTER_CORE_ALARM_BOARD_H
#define KAIRAN_MILTER_CORE_ALARM_BOARD_H

#include <stdbool.h>

#include "schema/store.h"

struct alarm_board; /* may be used from any thread */

struct alarm_board *alarm_board_new(void);
void alarm_board_free(struct alarm_board *board);

/* Take the names from the store, once, before anybody asks. Only the daemon raises and clears
 * alarms. */
bool alarm_board_load(struct alarm_board *board, struct store *store,
		      struct kairan_error *error_r);

/* Does it stand, as far as was committed? */
bool alarm_board_has(struct alarm_board *board, const char *name);

/* What was committed just now. */
void alarm_board_put(struct alarm_board *board, const char *name);
void alarm_board_remove(struct alarm_board *board, const char *name);

#endif
