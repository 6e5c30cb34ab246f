/*
 * libmilter's side of the daemon.
 */
#ifndef KAIRAN_MILTER_MLFI_H
#define KAIRAN_MILTER_MLFI_H

#include <stdbool.h>

#include "conf/settings.h"
#include "milter/core/kairan.h"
#include "policy/error.h"

/* Register the filter and open its socket. A socket file that nobody listens on any more
 * is removed; one that is in use is an error. Called once in a process. */
bool mlfi_open(struct kairan *kairan, const struct settings *settings,
	       struct kairan_error *error_r);

/* Serve until mlfi_stop(). False when libmilter failed. */
bool mlfi_serve(void);

/* Put off messages that begin from now on; those under way go on (from any thread). */
void mlfi_close(void);

/* End libmilter (from any thread). It forgets conversations that wait for the MTA's next
 * word, whatever is under way in them: so mlfi_close() and mlfi_count_busy() come first. */
void mlfi_stop(void);

/* How many messages are under way. */
int mlfi_count_busy(void);

#endif
