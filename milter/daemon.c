/*
 * NAME
 *	daemon - user, limits, pid file, signals
 *
 * DESCRIPTION
 *	Signals become octets in a pipe, so that they are handled where nothing is locked.
 *
 * DIAGNOSTICS
 *	Failures to change the user or to write the pid file are returned.
 */
#include "config.h"

#include "milter/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#define GROUPS_MOST 64

static int daemon_pipe[2] = { -1, -1 };
static char *daemon_pid_file; /* NULL: none was made */

static const struct {
	int signal;
	enum daemon_event event;
} daemon_signals[] = {
	{ SIGTERM, DAEMON_STOP },
	{ SIGINT, DAEMON_STOP },
	{ SIGHUP, DAEMON_RELOAD },
};

#define SIGNALS_COUNT (sizeof(daemon_signals) / sizeof(daemon_signals[0]))

/* The user's groups, and the socket's: only a member may give a file to a group. */
static bool set_groups(const struct passwd *user, const char *socket_group,
		       struct kairan_error *error_r)
{
	const struct group *group;
	gid_t groups[GROUPS_MOST + 1];
	int count = GROUPS_MOST;

	if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		return error_set(error_r, "user: %s is in more than %d groups",
				 user->pw_name, GROUPS_MOST);
	if (*socket_group != '\0') {
		group = getgrnam(socket_group);
		if (group == NULL)
			return error_set(error_r, "socket_group: there is no group %s",
					 socket_group);
		groups[count++] = group->gr_gid;
	}
	return setgroups((size_t)count, groups) == 0 ||
	       error_set(error_r, "user %s: %s", user->pw_name, strerror(errno));
}

bool daemon_prepare_user(const struct settings *settings, struct kairan_error *error_r)
{
	const struct passwd *user;

	/* Nothing that kairan makes is for everybody. */
	(void)umask(0027);
	if (geteuid() != 0)
		return true;
	user = getpwnam(settings->user);
	if (user == NULL)
		return error_set(error_r, "user: there is no user %s", settings->user);
	if (user->pw_uid == 0)
		return error_set(error_r, "user: %s is root; kairan must not be",
				 settings->user);
	if (!set_groups(user, settings->socket_group, error_r))
		return false;
	if (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		return error_set(error_r, "user %s: %s", settings->user, strerror(errno));
	return true;
}

void daemon_raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	/* Where a service manager forbids it, its own LimitNOFILE counts. */
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

bool daemon_write_pid(const char *path, struct kairan_error *error_r)
{
	FILE *file;

	if (*path == '\0')
		return true;
	file = fopen(path, "we");
	if (file == NULL)
		return error_set(error_r, "pid_file %s: %s", path, strerror(errno));
	daemon_pid_file = strdup(path);
	fprintf(file, "%d\n", (int)getpid());
	if (fclose(file) != 0)
		return error_set(error_r, "pid_file %s: %s", path, strerror(errno));
	return true;
}

void daemon_remove_pid(void)
{
	if (daemon_pid_file != NULL)
		(void)unlink(daemon_pid_file);
	free(daemon_pid_file);
	daemon_pid_file = NULL;
}

/* Only libmilter calls it here, in a thread of its own that ends the daemon on SIGHUP, too. The kernel
 * prefers the main thread for a signal, but not one that has been stopped just now, or is in the
 * handler of the signal before: so that thread is given none. */
int sigwait(const sigset_t *set, int *signal_r)
{
	(void)set;
	*signal_r = 0;
	for (;;)
		(void)pause();
}

static void on_signal(int signal_number)
{
	int saved = errno;

	for (size_t i = 0; i < SIGNALS_COUNT; i++)
		if (daemon_signals[i].signal == signal_number)
			daemon_raise_event(daemon_signals[i].event);
	errno = saved;
}

static void change_mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < SIGNALS_COUNT; i++)
		sigaddset(&set, daemon_signals[i].signal);
	(void)pthread_sigmask(how, &set, NULL);
}

void daemon_block_signals(void)
{
	if (pipe2(daemon_pipe, O_CLOEXEC) != 0)
		abort();
	(void)signal(SIGPIPE, SIG_IGN);
	change_mask(SIG_BLOCK);
}

void daemon_open_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_NODEFER | SA_RESTART };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS_COUNT; i++)
		(void)sigaction(daemon_signals[i].signal, &action, NULL);
	change_mask(SIG_UNBLOCK);
}

void daemon_leave_signals(void)
{
	change_mask(SIG_BLOCK);
}

void daemon_raise_event(enum daemon_event event)
{
	char octet = (char)event;

	while (write(daemon_pipe[1], &octet, 1) < 0 && errno == EINTR)
		continue;
}

enum daemon_event daemon_wait_event(void)
{
	struct pollfd end = { .fd = daemon_pipe[0], .events = POLLIN };
	char octet = DAEMON_STOP;

	/* Not in read(): the thread sanitizer keeps a handler back until that has returned. */
	while (poll(&end, 1, -1) < 0 && errno == EINTR)
		continue;
	while (read(daemon_pipe[0], &octet, 1) < 0 && errno == EINTR)
		continue;
	return (enum daemon_event)octet;
}

void daemon_notify_state(const char *state)
{
#ifdef HAVE_LIBSYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}
