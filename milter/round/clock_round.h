/*
 * Has the machine's clock jumped?
 */
#ifndef KAIRAN_MILTER_ROUND_CLOCK_ROUND_H
#define KAIRAN_MILTER_ROUND_CLOCK_ROUND_H

#include "milter/core/kairan.h"

/* Every second, and before anything that a wrong clock would do. From any thread. */
void clock_round_look(struct kairan *kairan);

/* Has it jumped, and nobody has confirmed it? Nothing is let go of by it then. */
enum answer clock_round_is_in_doubt(struct store *store, struct kairan_error *error_r);

#endif
