/*
 * NAME
 *	publication_exec - run the administrator's program
 *
 * DESCRIPTION
 *	posix_spawn(3) with an argument vector, in a process group of its own, with the signals as
 *	they are at the start of a program, an environment of PATH and LANG, the folder /, and no
 *	descriptor of the daemon's but one: 3 is the lock, which it holds as long as it lives. Its
 *	input is a file without a name, so that nobody waits for it to be read; its complaints
 *	are read as they come, however many they are.
 *
 *	What takes too long gets SIGTERM, and SIGKILL two seconds later; so does what it has
 *	started in its group, and whatever of that is left behind an end in peace.
 *
 * DIAGNOSTICS
 *	All failures are returned, with the first words of the program's complaints.
 */
#include "config.h"

#include "milter/round/publication_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_DESCRIPTOR 3
#define GRACE_SECONDS   2
#define LOOK_MILLIS     200
#define WORDS_OCTETS    300

struct run {
	const struct publication_exec *exec;
	pid_t pid;
	int process;    /* readable when it has ended */
	int complaints; /* -1: at their end */
	GString *words; /* the first of them */
	int64_t end;    /* of the monotonic clock: when it is ended, or killed */
	int signal;     /* that it was sent; 0: none */
	bool stopped;   /* because the daemon ends */
};

/* A file without a name that has the text; -1 with errno. */
static int make_input(const char *text)
{
	const int file = memfd_create("on_release", MFD_CLOEXEC);
	size_t left = strlen(text);

	while (file >= 0 && left > 0) {
		const ssize_t count = write(file, text, left);

		if (count < 0 && errno != EINTR) {
			(void)close(file);
			return -1;
		}
		text += MAX(count, 0);
		left -= (size_t)MAX(count, 0);
	}
	if (file >= 0)
		(void)lseek(file, 0, SEEK_SET);
	return file;
}

static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t signals;

	(void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
						       POSIX_SPAWN_SETSIGMASK |
						       POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setpgroup(attributes, 0);
	sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(attributes, &signals);
	sigfillset(&signals);
	(void)posix_spawnattr_setsigdefault(attributes, &signals);
}

/* 0, or what is wrong, as errno has it. */
static int spawn(const struct publication_exec *exec, int input, int complaints,
		 pid_t *pid_r)
{
	static char *const environment[] = {
		(char
		     *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		(char *)"LANG=C.UTF-8", NULL
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failure;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	set_attributes(&attributes);
	(void)posix_spawn_file_actions_adddup2(&actions, input, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, complaints, 2);
	(void)posix_spawn_file_actions_adddup2(&actions, exec->lock, LOCK_DESCRIPTOR);
	(void)posix_spawn_file_actions_addclosefrom_np(&actions, LOCK_DESCRIPTOR + 1);
	(void)posix_spawn_file_actions_addchdir_np(&actions, "/");
	failure = posix_spawn(pid_r, exec->words[0], &actions, &attributes, exec->words,
			      environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	return failure;
}

static bool start(struct run *run, struct kairan_error *error_r)
{
	const char *path = run->exec->words[0];
	const int input = make_input(run->exec->input);
	int ends[2] = { -1, -1 };
	int failure = errno;

	if (input >= 0)
		failure = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
	if (input >= 0 && failure == 0)
		failure = spawn(run->exec, input, ends[1], &run->pid);
	if (input >= 0)
		(void)close(input);
	if (ends[1] >= 0)
		(void)close(ends[1]);
	run->complaints = ends[0];
	if (failure == 0) {
		run->process = pidfd_open(run->pid, 0);
		(void)fcntl(run->complaints, F_SETFL, O_NONBLOCK);
	}
	return failure == 0 ||
	       error_set(error_r, "%s: cannot be started: %s", path, g_strerror(failure));
}

/* All that is there, of which the first words are kept. */
static void read_complaints(struct run *run)
{
	char block[4096];
	/* Somebody who never ends to complain does not keep us from looking at the clock. */
	int blocks = 16;
	ssize_t count = 1;

	while (count > 0 && blocks-- > 0) {
		count = read(run->complaints, block, sizeof(block));
		if (count > 0 && run->words->len < WORDS_OCTETS)
			g_string_append_len(
			    run->words, block,
			    MIN(count, (ssize_t)(WORDS_OCTETS - run->words->len)));
	}
	if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
		(void)close(run->complaints);
		run->complaints = -1;
	}
}

static int64_t monotonic_millis(void)
{
	return g_get_monotonic_time() / 1000;
}

/* Its time is over, or the daemon's. */
static void end_it(struct run *run)
{
	if (run->signal == 0 && waker_is_stopped(run->exec->waker)) {
		run->stopped = true;
		run->end = 0;
	}
	if (monotonic_millis() < run->end)
		return;
	run->signal = run->signal == 0 ? SIGTERM : SIGKILL;
	run->end = monotonic_millis() + GRACE_SECONDS * 1000;
	(void)kill(-run->pid, run->signal);
}

/* Without a descriptor of the process its end is looked for by the clock. */
static bool has_ended(const struct run *run)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid != 0;
}

/* Until it has ended. */
static void watch(struct run *run)
{
	run->end = monotonic_millis() + run->exec->seconds * 1000;
	while (!has_ended(run)) {
		struct pollfd ends[] = { { .fd = run->process, .events = POLLIN },
					 { .fd = run->complaints, .events = POLLIN } };

		if (poll(ends, G_N_ELEMENTS(ends), LOOK_MILLIS) > 0 &&
		    ends[1].revents != 0)
			read_complaints(run);
		end_it(run);
	}
	if (run->complaints >= 0)
		read_complaints(run);
}

/* What it said, on one line. */
static const char *tidy_words(struct run *run)
{
	char *text = g_utf8_make_valid(run->words->str, -1);

	g_strdelimit(text, "\r\n\t", ' ');
	g_string_assign(run->words, g_strstrip(text));
	g_free(text);
	return run->words->str;
}

static enum answer judge(struct run *run, int status, struct kairan_error *error_r)
{
	const char *path = run->exec->words[0];
	const char *words = tidy_words(run);

	if (run->stopped) {
		(void)error_set(error_r, "%s: was ended with the daemon", path);
		return ANSWER_UNKNOWN;
	}
	if (run->signal != 0)
		(void)error_set(error_r, "%s: took longer than %lld s: %s", path,
				(long long)run->exec->seconds, words);
	else if (WIFSIGNALED(status))
		(void)error_set(error_r, "%s: was ended by signal %d: %s", path,
				WTERMSIG(status), words);
	else if (WEXITSTATUS(status) != 0)
		(void)error_set(error_r, "%s: ended with status %d: %s", path,
				WEXITSTATUS(status), words);
	else
		return ANSWER_YES;
	return ANSWER_NO;
}

enum answer publication_exec_run(const struct publication_exec *exec,
				 struct kairan_error *error_r)
{
	struct run run = { .exec = exec, .process = -1, .complaints = -1 };
	enum answer answer = ANSWER_NO;
	int status = 0;

	run.words = g_string_new(NULL);
	if (start(&run, error_r)) {
		watch(&run);
		/* While it has not been waited for, nobody else has its number. */
		(void)kill(-run.pid, SIGKILL);
		while (waitpid(run.pid, &status, 0) < 0 && errno == EINTR)
			continue;
		answer = judge(&run, status, error_r);
	}
	if (run.process >= 0)
		(void)close(run.process);
	if (run.complaints >= 0)
		(void)close(run.complaints);
	g_string_free(run.words, TRUE);
	return answer;
}
