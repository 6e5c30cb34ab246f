/*
 * Being a daemon: user, pid file, signals, and telling the service manager.
 */
#ifndef KAIRAN_MILTER_DAEMON_H
#define KAIRAN_MILTER_DAEMON_H

#include <stdbool.h>

#include "conf/settings.h"
#include "policy/error.h"

enum daemon_event {
	DAEMON_STOP,
	DAEMON_RELOAD,
};

/* When started by root, become the user of the settings, for good. Otherwise nothing. */
bool daemon_prepare_user(const struct settings *settings, struct kairan_error *error_r);

/* As many file descriptors as this process may have: each connection of the MTA takes one. */
void daemon_raise_limits(void);

/* Write the process id; "" writes none. */
bool daemon_write_pid(const char *path, struct kairan_error *error_r);
/* Remove the file that was written, if one was. */
void daemon_remove_pid(void);

/* Block SIGTERM, SIGINT and SIGHUP in this thread and those it starts; then install the
 * handlers and open the signals in this thread, which must be the main one. */
void daemon_block_signals(void);
void daemon_open_signals(void);
/* In a thread that was made afterwards: they are not for it. */
void daemon_leave_signals(void);

/* Wait for the next event; raise one from another thread. */
enum daemon_event daemon_wait_event(void);
void daemon_raise_event(enum daemon_event event);

/* Tell systemd, where it listens ("READY=1"). */
void daemon_notify_state(const char *state);

#endif
