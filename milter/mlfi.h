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
 * is removed; one that is in use is an error. Who connects from now on waits for
 * mlfi_serve(). Called once in a process. */
bool mlfi_open(const struct settings *settings, struct kairan_error *error_r);

/* Remove the socket of a start that failed, if mlfi_open() made it. Whoever waited there is
 * told by the end of the process, and tries again later. */
void mlfi_abandon(void);

/* Serve until mlfi_stop(). False when libmilter failed. kairan is borrowed until then. */
bool mlfi_serve(struct kairan *kairan);

/* Put off messages that begin from now on; those under way go on (from any thread). */
void mlfi_close(void);

/* End libmilter (from any thread). It forgets conversations that wait for the MTA's next
 * word, whatever is under way in them: so mlfi_close() and mlfi_count_busy() come first. */
void mlfi_stop(void);

/* How many messages are under way. */
int mlfi_count_busy(void);

#endif
