/*
 * libmilter's side of the daemon.
 */
#ifndef KAIRAN_MILTER_MLFI_H
#define KAIRAN_MILTER_MLFI_H

#include <stdbool.h>

#include "conf/settings.h"
#include "milter/kairan.h"
#include "policy/error.h"

/* Register the filter and open its socket. A socket file that nobody listens on any more
 * is removed; one that is in use is an error. Called once in a process. */
bool mlfi_open(struct kairan *kairan, const struct settings *settings,
	       struct kairan_error *error_r);

/* Serve until mlfi_stop(). False when libmilter failed. */
bool mlfi_serve(void);

/* Stop taking connections (from any thread). */
void mlfi_stop(void);

/* How many messages are under way. */
int mlfi_count_busy(void);

#endif
