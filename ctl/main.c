/*
 * NAME
 *	kairanctl - administer kairan
 *
 * DESCRIPTION
 *	kairanctl [-c FILE] COMMAND [ARGUMENTS]
 *
 *	One table has the commands. They work while the daemon runs and while it does not.
 *
 * DIAGNOSTICS
 *	Exit status by sysexits(3). A wrong command prints what is possible.
 */
#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "ctl/ctl.h"

static const struct {
	const char *words[2]; /* the second may be NULL */
	const char *arguments;
	const char *meaning;
	int (*run)(const struct ctl_call *call);
} ctl_commands[] = {
	{ { "list", NULL }, "[STATE]", "the drafts, newest first", ctl_drafts_list },
	{ { "show", NULL },
	  "ID",
	  "one draft, its people and its history",
	  ctl_drafts_show },
	{ { "explain", NULL },
	  "FILE | ID [--to BROADCAST] [--from LOGIN]",
	  "what each rule says of a draft",
	  ctl_explain },
	{ { "watch", NULL }, "ID", "a release under way", ctl_watch },
	{ { "stop", NULL },
	  "ID [--reason TEXT] | --list ID",
	  "stop a broadcast; say who has it and who has not",
	  ctl_stop },
	{ { "suspend", NULL },
	  "[BROADCAST...] [--until TIME] --reason TEXT | --list",
	  "suspend the service, or these broadcasts (Art. 7)",
	  ctl_suspension_suspend },
	{ { "resume", NULL }, "[BROADCAST...]", "end that", ctl_suspension_resume },
	{ { "subscribers", "import" },
	  "--list LIST FILE.csv",
	  "register the addresses of a file",
	  ctl_subscribers_import },
	{ { "audit", "verify" }, "", "check the audit trail", ctl_audit_verify },
	{ { "keys", "make" }, "", "make the file of token keys", ctl_keys_make },
	{ { "deliver", NULL },
	  "--sender S --recipient R [--queue-id Q]",
	  "take a mail from the MTA's pipe (on standard input)",
	  ctl_deliver },
};

#define COMMANDS_COUNT (sizeof(ctl_commands) / sizeof(ctl_commands[0]))

int ctl_fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("kairanctl: ", stderr);
	(void)vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

static int print_usage(FILE *out, int status)
{
	fputs("usage: kairanctl [-c FILE] COMMAND\n\n", out);
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		char words[96];

		(void)snprintf(
		    words, sizeof(words), "%s%s%s %s", ctl_commands[i].words[0],
		    ctl_commands[i].words[1] != NULL ? " " : "",
		    ctl_commands[i].words[1] != NULL ? ctl_commands[i].words[1] : "",
		    ctl_commands[i].arguments);
		fprintf(out, "  %-46s %s\n", words, ctl_commands[i].meaning);
	}
	return status;
}

/* How many words of the command line name this command; 0 when it is another. */
static int match_command(size_t command, int argc, char **argv)
{
	const char *const *words = ctl_commands[command].words;

	if (argc < 1 || strcmp(argv[0], words[0]) != 0)
		return 0;
	if (words[1] == NULL)
		return 1;
	return argc >= 2 && strcmp(argv[1], words[1]) == 0 ? 2 : 0;
}

static int run_command(size_t command, const char *path, int argc, char **argv)
{
	struct settings *settings = NULL;
	struct kairan_error error;
	int status;

	if (!settings_load(path, &settings, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	log_open("kairanctl", (enum log_target)settings->log_target);
	clock_open_test(settings->test_clock);
	fault_open(settings->test_clock, "ctl");
	const struct ctl_call call = { path, settings, argc, argv };
	status = ctl_commands[command].run(&call);
	settings_free(settings);
	return status;
}

int main(int argc, char **argv)
{
	const char *path = SYSCONFDIR "/kairan/kairan.conf";
	int letter;

	/* '+': options after the command are the command's. */
	while ((letter = getopt(argc, argv, "+c:h")) != -1) {
		if (letter == 'c')
			path = optarg;
		else if (letter == 'h')
			return print_usage(stdout, EX_OK);
		else
			return print_usage(stderr, EX_USAGE);
	}
	argc -= optind;
	argv += optind;
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		int words = match_command(i, argc, argv);

		if (words > 0)
			return run_command(i, path, argc - words, argv + words);
	}
	if (argc > 0)
		fprintf(stderr, "kairanctl: there is no command \"%s\"\n", argv[0]);
	return print_usage(stderr, EX_USAGE);
}
