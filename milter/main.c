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
 *	SIGTERM. So libmilter runs in a second thread, its thread waits for no signal (sigwait()
 *	in daemon.c), and the main thread keeps the signals unblocked. The handlers write one octet to a pipe, which the main thread reads.
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
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "conf/rights.h"
#include "milter/core/kairan.h"
#include "milter/crew.h"
#include "milter/daemon.h"
#include "milter/intake/tally.h"
#include "milter/mail/charset.h"
#include "milter/mail/message.h"
#include "milter/mlfi.h"
#include "milter/round/snapshot_round.h"
#include "milter/round/store_opening.h"
#include "schema/ldap_server.h"
#include "schema/store_lock.h"

/* What runs from the open socket to the end. */
struct service {
	struct kairan *kairan;
	struct crew crew;
	pthread_t server; /* libmilter's, while serving */
	bool serving;
	bool served; /* libmilter ended because it was told to */
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

/* Whoever may write the settings says where kairan's mail goes, and who may read them where all of
 * it is kept; and so it is with what they name (conf/rights.c). */
static bool load_setup(const char *path, struct setup **setup_r,
		       struct kairan_error *error_r)
{
	struct stat status;

	if (stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
		return error_set(error_r, "%s: others may read or write it; chmod o-rwx",
				 path);
	if (!setup_load(path, setup_r, error_r))
		return false;
	if (rights_check(path, (*setup_r)->settings, error_r))
		return true;
	setup_unref(*setup_r);
	*setup_r = NULL;
	return false;
}

static void reload(struct kairan *kairan, const char *path)
{
	struct setup *setup = NULL;
	struct kairan_error error;

	daemon_notify_state("RELOADING=1");
	if (load_setup(path, &setup, &error)) {
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
	struct service *service = context;

	daemon_leave_signals();
	service->served = mlfi_serve(service->kairan);
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
 * a crash, which loses nothing. False then: what still runs would use what is freed next. */
static bool stop_all(struct service *service, int64_t drain_timeout)
{
	const struct timespec deadline = deadline_after(drain_timeout);
	bool ended;

	kairan_stop_all(service->kairan);
	ended = crew_join(&service->crew, &deadline);
	if (service->serving) {
		mlfi_close();
		drain(&deadline);
		mlfi_stop();
		ended =
		    pthread_timedjoin_np(service->server, NULL, &deadline) == 0 && ended;
	}
	if (!ended)
		log_warning(
		    "stopped in the middle of a hand-over; it will be tried again");
	return ended && mlfi_count_busy() == 0;
}

static bool start_service(struct service *service)
{
	struct kairan_error error;
	int code;

	if (!crew_start(&service->crew, service->kairan, &error)) {
		log_error("%s", error.text);
		return false;
	}
	/* Before libmilter's thread can take what has been waiting: it would end the daemon. */
	daemon_open_signals();
	code = pthread_create(&service->server, NULL, serve, service);
	if (code != 0)
		log_error("cannot start a thread: %s", strerror(code));
	service->serving = code == 0;
	return service->serving;
}

/* What was done until now is what the next start is to find. */
static void note_end(struct kairan *kairan)
{
	struct setup *setup = kairan_get_setup(kairan);

	(void)tally_walk(kairan, setup, clock_now());
	(void)store_opening_mark(kairan, setup, 0);
	setup_unref(setup);
}

/* From the open socket to the end. *ended_r: nothing runs any more. */
static int serve_all(struct kairan *kairan, const char *path, int64_t drain_timeout,
		     bool *ended_r)
{
	struct service service = { .kairan = kairan };

	if (start_service(&service)) {
		log_info("ready");
		daemon_notify_state("READY=1");
		run_until_stopped(kairan, path);
		daemon_notify_state("STOPPING=1");
		log_info("stopping");
	}
	*ended_r = stop_all(&service, drain_timeout);
	note_end(kairan);
	return service.served ? EX_OK : EX_OSERR;
}

static bool check_keys(const struct settings *settings, struct kairan_error *error_r)
{
	struct keyring *seals = NULL;
	const bool ok =
	    keyring_load("audit_key_file", settings->audit_key_file, &seals, error_r);

	keyring_free(seals);
	return ok;
}

/* Nobody else has the store, nor the socket: where a daemon runs already, nothing is touched.
 * Whether the store can be opened is another question. */
static bool is_alone(const struct settings *settings, struct kairan_error *error_r)
{
	struct store_lock *lock = NULL;
	const enum answer answer = store_lock_take(settings->store_path, &lock, error_r);
	const bool ok = answer != ANSWER_NO && mlfi_open(settings, error_r);

	store_lock_free(lock);
	return ok;
}

/* Become the user first: whatever is opened or made from here on is theirs. */
static int start(struct setup *setup, struct kairan **kairan_r)
{
	const struct settings *settings = setup->settings;
	struct kairan_error error;

	if (!daemon_prepare_user(settings, &error) || !check_keys(settings, &error) ||
	    !ldap_server_check(settings, &error) || !is_alone(settings, &error)) {
		log_error("%s", error.text);
		setup_unref(setup);
		return EX_OSERR;
	}
	*kairan_r = kairan_new(setup, store_opening_begin());
	/* One that is not to be had now may be later: all other mail passes meanwhile. */
	if (store_opening_try(*kairan_r, &error) == ANSWER_NO)
		return EX_OSERR;
	snapshot_round_restore(*kairan_r);
	snapshot_round_refresh(*kairan_r);
	if (!daemon_write_pid(settings->pid_file, &error)) {
		log_error("%s", error.text);
		return EX_OSERR;
	}
	return EX_OK;
}

/* Once more as the user that the daemon is, who has to be able to read all of it, also when it
 * is reloaded; and what is read later than the setup. */
static int check(const char *path, const struct setup *setup)
{
	const struct settings *settings = setup->settings;
	struct setup *again = NULL;
	struct kairan_error error;
	const bool ok =
	    daemon_prepare_user(settings, &error) && load_setup(path, &again, &error) &&
	    check_keys(settings, &error) && ldap_server_check(settings, &error);

	if (ok)
		settings_print(settings, stdout);
	else
		fprintf(stderr, "kairan-milter: as user %s: %s\n", g_get_user_name(),
			error.text);
	setup_unref(again);
	return ok ? EX_OK : EX_CONFIG;
}

int main(int argc, char **argv)
{
	struct options options;
	struct setup *setup = NULL;
	struct kairan *kairan = NULL;
	struct kairan_error error;
	int64_t drain_timeout;
	bool ended = true;
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
	if (!load_setup(options.path, &setup, &error)) {
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
	drain_timeout = setup->settings->drain_timeout;

	/* What comes while the directory is waited for is handled afterwards. Threads inherit
	 * blocked signals; only the main thread opens them. */
	daemon_block_signals();
	daemon_raise_limits();
	charset_load();
	status = start(setup, &kairan);
	if (status == EX_OK)
		status = serve_all(kairan, options.path, drain_timeout, &ended);
	if (status != EX_OK)
		mlfi_abandon();
	daemon_remove_pid();
	if (!ended)
		_exit(status);
	kairan_free(kairan);
	curl_global_cleanup();
	charset_unload();
	message_shutdown();
	return status;
}
