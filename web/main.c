/*
 * NAME
 *	kairan-web - leave a list by a link
 *
 * DESCRIPTION
 *	kairan-web [-c FILE] [-k FILE]
 *	kairan-web -h | -V
 *
 *	Serves the links of personal copies, behind the town's web server, as a user of its own:
 *	it is the part of kairan that the world can reach, and has neither the store, nor LDAP,
 *	nor the keys that sign decisions. Ends on SIGTERM and SIGINT.
 *
 * DIAGNOSTICS
 *	Exit status by sysexits(3): 78 for settings, keys or templates that are wrong, 77 when
 *	root runs it, 71 when it cannot listen.
 */
#include "config.h"

#include <curl/curl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/log.h"
#include "web/page.h"
#include "web/server.h"

struct options {
	const char *path;
	const char *keys; /* NULL: the setting */
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
	while ((letter = getopt_long(argc, argv, "c:k:hV", names, NULL)) != -1) {
		switch (letter) {
		case 'c':
			options->path = optarg;
			break;
		case 'k':
			options->keys = optarg;
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
	fputs("usage: kairan-web [-c FILE] [-k FILE]\n"
	      "  -c FILE  settings (kairan.conf(5))\n"
	      "  -k FILE  keys of leave links, in place of leave_key_file\n"
	      "  -h, -V   this help; the version\n",
	      out);
	return status;
}

/* Threads inherit the mask, so that the signals come here. */
static int serve(struct web *web, struct kairan_error *error_r)
{
	struct MHD_Daemon *server = NULL;
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (!server_start(web, &server, error_r))
		return EX_OSERR;
	log_info("ready on %s", web->settings->web_listen);
	(void)sigwait(&signals, &number);
	log_info("stopping");
	server_stop(server);
	return EX_OK;
}

static int run(const struct options *options, struct kairan_error *error_r)
{
	struct settings *settings = NULL;
	struct keyring *keys = NULL;
	struct templates *templates = NULL;
	struct web web;
	int status = EX_CONFIG;

	if (settings_load(options->path, &settings, error_r) &&
	    keyring_load("leave_key_file",
			 options->keys != NULL ? options->keys : settings->leave_key_file,
			 &keys, error_r) &&
	    page_load(settings, &templates, error_r)) {
		log_open("kairan-web", (enum log_target)settings->log_target);
		web = (struct web){ settings, keys, templates };
		status = serve(&web, error_r);
	}
	template_free_all(templates);
	keyring_free(keys);
	settings_free(settings);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct kairan_error error = { "" };
	int status;

	if (!read_options(argc, argv, &options))
		return print_usage(stderr, EX_USAGE);
	if (options.help)
		return print_usage(stdout, EX_OK);
	if (options.version)
		return puts(PACKAGE_STRING) < 0 ? EX_IOERR : EX_OK;
	if (geteuid() == 0) {
		fputs("kairan-web: not as root; see kairan-web(8)\n", stderr);
		return EX_NOPERM;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	status = run(&options, &error);
	if (status != EX_OK)
		fprintf(stderr, "kairan-web: %s\n", error.text);
	curl_global_cleanup();
	return status;
}
