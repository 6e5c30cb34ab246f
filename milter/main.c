/*
 * NAME
 *	kairan-milter - hold broadcasts until they are approved
 *
 * DESCRIPTION
 *	kairan-milter [-c FILE] [-n]
 *	kairan-milter -h | -V
 *
 *	Reads settings, keys, templates and patterns; becomes an ordinary user, where root
 *	started it; opens the store and the socket as that user; and serves until SIGTERM.
 *	SIGHUP reads the same anew, as that user. -n only checks them, and prints the
 *	settings.
 *
 *	libmilter has a thread of its own that ends the daemon on SIGHUP as well as on
 *	SIGTERM. So libmilter runs in a second thread, and the main thread keeps the signals
 *	unblocked: the kernel prefers the main thread for a signal to the process. The
 *	handlers write one octet to a pipe, which the main thread reads.
 *
 * DIAGNOSTICS
 *	Exit status by sysexits(3): 78 for settings, keys or templates that are wrong, 71 for
 *	what the system did not let us do, 69 for a library that is not the one it was built
 *	for, 0 after a drained stop.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "milter/core/kairan.h"
#include "milter/courier/courier.h"
#include "milter/daemon.h"
#include "milter/mail/message.h"
#include "milter/mlfi.h"
#include "milter/round/directory_watch.h"
#include "milter/round/rounds.h"
#include "milter/round/slow_rounds.h"
#include "milter/round/snapshot_round.h"
#include "milter/round/store_watch.h"
#include "schema/store_copy.h"

/* More hand-overs at once than any MTA has a use for. */
#define SHARD_THREADS_MOST 32
#define THREADS_MOST       (6 + SHARD_THREADS_MOST)

/* The threads beside those of libmilter. */
struct crew {
	pthread_t threads[THREADS_MOST];
	size_t count;
};

struct options {
	const char *path;
	bool check_only;
	bool help;
	bool version;
};

static bool read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = { { "help", no_argument, NULL, 'h' },
					       { "version", no_argument, NULL, 'V' },
					       { NULL, 0, NULL, 0 } };
	int letter;

	*options = (struct options){ .path = settings_default_path() };
	while ((letter = getopt_long(argc, argv, "c:nhV", names, NULL)) != -1) {
		switch (letter) {
		case 'c':
			options->path = optarg;
			break;
		case 'n':
			options->check_only = true;
			break;
		case 'h':
			options->help = true;
			break;
		case 'V':
			options->version = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc;
}

static int print_usage(FILE *out, int status)
{
	fputs("usage: kairan-milter [-c FILE] [-n]\n"
	      "  -c FILE  settings (kairan.conf(5))\n"
	      "  -n       check them, print all of them, and end\n"
	      "  -h, -V   this help; the version\n",
	      out);
	return status;
}

static void reload(struct kairan *kairan, const char *path)
{
	struct setup *setup = NULL;
	struct kairan_error error;

	daemon_notify_state("RELOADING=1");
	if (setup_load(path, &setup, &error)) {
		kairan_set_setup(kairan, setup);
		/* It may be another directory, or be asked more often from now on. */
		kairan_note_directory(kairan);
		log_info("settings, keys and templates read anew from %s", path);
	} else {
		log_error("reload: %s; what was in force stays in force", error.text);
	}
	kairan_wake_all(kairan);
	daemon_notify_state("READY=1");
}

static struct timespec deadline_after(int64_t seconds)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += (time_t)seconds;
	return deadline;
}

static bool is_past(const struct timespec *deadline)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec >= deadline->tv_sec;
}

/* Wait until messages under way are taken in, or the time for it is over. */
static void drain(const struct timespec *deadline)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };

	bool busy;

	/* One tick more than the last message: libmilter writes its answer. */
	do {
		busy = mlfi_count_busy() > 0;
		(void)nanosleep(&tick, NULL);
	} while (busy && !is_past(deadline));
	if (mlfi_count_busy() > 0)
		log_warning(
		    "stopping with %d messages under way; the MTA will defer them",
		    mlfi_count_busy());
}

static void *serve(void *context)
{
	bool *ok = context;

	daemon_leave_signals();
	*ok = mlfi_serve();
	daemon_raise_event(DAEMON_STOP);
	return NULL;
}

static void run_until_stopped(struct kairan *kairan, const char *path)
{
	enum daemon_event event;

	do {
		event = daemon_wait_event();
		if (event == DAEMON_RELOAD)
			reload(kairan, path);
	} while (event != DAEMON_STOP);
}

/* End the threads before the filter: a hand-over under way goes through the MTA, which asks
 * this very filter about it. What does not end in time is cut off with the process, as by
 * a crash, which loses nothing. */
static void stop_all(struct kairan *kairan, const struct crew *crew, pthread_t server,
		     int64_t drain_timeout)
{
	const struct timespec deadline = deadline_after(drain_timeout);
	bool ended = true;

	kairan_stop_all(kairan);
	for (size_t i = 0; i < crew->count; i++)
		ended =
		    pthread_timedjoin_np(crew->threads[i], NULL, &deadline) == 0 && ended;
	mlfi_close();
	drain(&deadline);
	mlfi_stop();
	ended = pthread_timedjoin_np(server, NULL, &deadline) == 0 && ended;
	if (!ended)
		log_warning(
		    "stopped in the middle of a hand-over; it will be tried again");
	/* What still runs would use what is freed next. */
	if (!ended || mlfi_count_busy() > 0)
		_exit(EX_OK);
}

static bool start_thread(struct crew *crew, struct kairan *kairan, void *(*run)(void *))
{
	if (pthread_create(&crew->threads[crew->count], NULL, run, kairan) != 0)
		return false;
	crew->count++;
	return true;
}

static bool start_crew(struct crew *crew, struct kairan *kairan)
{
	struct setup *setup = kairan_get_setup(kairan);
	const int64_t shards = MIN(setup->settings->shards_at_once, SHARD_THREADS_MOST);
	bool ok;

	setup_unref(setup);
	crew->count = 0;
	ok = start_thread(crew, kairan, courier_run_notices) &&
	     start_thread(crew, kairan, rounds_run) &&
	     start_thread(crew, kairan, snapshot_round_run) &&
	     start_thread(crew, kairan, store_watch_run) &&
	     start_thread(crew, kairan, slow_rounds_run) &&
	     start_thread(crew, kairan, directory_watch_run);
	for (int64_t i = 0; ok && i < shards; i++)
		ok = start_thread(crew, kairan, courier_run_shards);
	return ok;
}

/* From the open socket to the end. */
static int serve_all(struct kairan *kairan, const char *path, int64_t drain_timeout)
{
	struct crew crew;
	pthread_t server;
	bool served = true;

	if (!start_crew(&crew, kairan)) {
		log_error("cannot start a thread");
		return EX_OSERR;
	}
	/* Before libmilter's thread can take what has been waiting: it would end the daemon. */
	daemon_open_signals();
	if (pthread_create(&server, NULL, serve, &served) != 0) {
		log_error("cannot start a thread");
		return EX_OSERR;
	}
	daemon_notify_state("READY=1");
	run_until_stopped(kairan, path);

	daemon_notify_state("STOPPING=1");
	log_info("stopping");
	stop_all(kairan, &crew, server, drain_timeout);
	return served ? EX_OK : EX_OSERR;
}

/* Art. 8: what the store has is in the log too, which may be on another machine. */
static void log_audit(const char *line)
{
	log_info("%s", line);
}

/* Become the user first: whatever is opened or made from here on is theirs. */
static int start(struct setup *setup, struct kairan **kairan_r)
{
	const struct settings *settings = setup->settings;
	struct keyring *seals = NULL;
	struct store *store = NULL;
	struct kairan_error error;

	if (!daemon_prepare_user(settings, &error) ||
	    !keyring_load("audit_key_file", settings->audit_key_file, &seals, &error) ||
	    !store_copy_keep_older(settings->store_path, &error) ||
	    !store_open(settings->store_path, STORE_JOURNAL_BEST, &store, &error)) {
		log_error("%s", error.text);
		keyring_free(seals);
		setup_unref(setup);
		return EX_OSERR;
	}
	store_set_seals(store, seals);
	store_set_audit_sink(store, log_audit);
	log_info("store %s: journal mode %s", settings->store_path,
		 store_journal_name(store));
	*kairan_r = kairan_new(setup, store);
	snapshot_round_restore(*kairan_r);
	snapshot_round_refresh(*kairan_r);
	if (!alarm_board_load(kairan_get_alarm_board(*kairan_r), store, &error) ||
	    !courier_resume(*kairan_r, &error) ||
	    !mlfi_open(*kairan_r, settings, &error) ||
	    !daemon_write_pid(settings->pid_file, &error)) {
		log_error("%s", error.text);
		return EX_OSERR;
	}
	return EX_OK;
}

static bool check_readable(const char *setting, const char *path,
			   struct kairan_error *error_r)
{
	return *path == '\0' || access(path, R_OK) == 0 ||
	       error_set(error_r, "%s: cannot read %s: %s", setting, path,
			 strerror(errno));
}

/* Once more as the user that the daemon is, who has to be able to read all of it, also when it
 * is reloaded; and what is read later than the setup. */
static int check(const char *path, const struct setup *setup)
{
	const struct settings *settings = setup->settings;
	struct setup *again = NULL;
	struct keyring *seals = NULL;
	struct kairan_error error;
	const bool ok =
	    daemon_prepare_user(settings, &error) && setup_load(path, &again, &error) &&
	    keyring_load("audit_key_file", settings->audit_key_file, &seals, &error) &&
	    check_readable("ldap_password_file", settings->ldap_password_file, &error);

	if (ok)
		settings_print(settings, stdout);
	else
		fprintf(stderr, "kairan-milter: as user %s: %s\n", g_get_user_name(),
			error.text);
	keyring_free(seals);
	setup_unref(again);
	return ok ? EX_OK : EX_CONFIG;
}

int main(int argc, char **argv)
{
	struct options options;
	struct setup *setup = NULL;
	struct kairan *kairan = NULL;
	struct kairan_error error;
	char *pid_file;
	int64_t drain_timeout;
	int status;

	if (!read_options(argc, argv, &options))
		return print_usage(stderr, EX_USAGE);
	if (options.help)
		return print_usage(stdout, EX_OK);
	if (options.version)
		return puts(PACKAGE_STRING) < 0 ? EX_IOERR : EX_OK;
	if (!message_init(&error)) {
		fprintf(stderr, "kairan-milter: %s\n", error.text);
		return EX_UNAVAILABLE;
	}
	if (!setup_load(options.path, &setup, &error)) {
		fprintf(stderr, "kairan-milter: %s\n", error.text);
		return EX_CONFIG;
	}
	if (options.check_only) {
		status = check(options.path, setup);
		setup_unref(setup);
		return status;
	}
	log_open("kairan-milter", (enum log_target)setup->settings->log_target);
	clock_open_test(setup->settings->test_clock);
	fault_open(setup->settings->test_clock, "daemon");
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	pid_file = strdup(setup->settings->pid_file);
	drain_timeout = setup->settings->drain_timeout;

	/* What comes while the directory is waited for is handled afterwards. Threads inherit
	 * blocked signals; only the main thread opens them. */
	daemon_block_signals();
	status = start(setup, &kairan);
	if (status == EX_OK) {
		log_info("ready");
		status = serve_all(kairan, options.path, drain_timeout);
		daemon_remove_pid(pid_file);
	}
	kairan_free(kairan);
	free(pid_file);
	curl_global_cleanup();
	message_shutdown();
	return status;
}
