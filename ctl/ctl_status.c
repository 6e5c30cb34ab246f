/*
 * NAME
 *	ctl_status - kairanctl status
 *
 * DESCRIPTION
 *	status [--check | --prometheus] [--json]
 *
 *	Says how daemon, MTA, directory, store and drafts are, and whether the MTA sends urgent
 *	mail by a way of its own. With --check one line and the
 *	exit status that Nagios and its kin want: 0 well, 1 to be looked at, 2 something does
 *	not answer, 3 unknown. The store is checked for soundness, which reads all of it, but
 *	not with --prometheus.
 *
 * DIAGNOSTICS
 *	Without --check: EX_OK, or EX_UNAVAILABLE when something does not answer.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "conf/keyring.h"
#include "ctl/check/check.h"
#include "ctl/check/say.h"
#include "ctl/commands.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "ctl/ctl_time.h"
#include "milter/round/status.h"
#include "schema/store_name.h"

enum nagios { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

static const struct ctl_column columns[] = {
	{ "daemon", CTL_FLAG },         { "mta", CTL_FLAG },
	{ "directory", CTL_FLAG },      { "addresses read", CTL_TIME },
	{ "store", CTL_FLAG },          { "store sound", CTL_FLAG },
	{ "store octets", CTL_NUMBER }, { "held", CTL_NUMBER },
	{ "oldest held", CTL_TIME },    { "approved", CTL_NUMBER },
	{ "releasing", CTL_NUMBER },    { "due since", CTL_TIME },
	{ "notices", CTL_NUMBER },      { "subscribers", CTL_NUMBER },
	{ "suspensions", CTL_NUMBER },  { "alarms", CTL_NUMBER },
	{ "audit rows", CTL_NUMBER },   { "probe sent", CTL_TIME },
	{ "probe", CTL_TEXT },          { "mail log", CTL_TEXT },
	{ "urgent mail", CTL_TEXT },    { "trouble", CTL_TEXT },
};

/* What the mail system does with urgent mail, in words. Free with g_free(). */
static char *describe_urgent_way(struct setup *setup, bool json)
{
	const struct check_options options = { .wait = 0 };
	struct check *check = check_read(setup, &options);
	struct check_words said = { g_string_new(NULL), g_string_new(NULL), false };
	const char *word = NULL;
	char *text = NULL;

	check_say_by(json ? NULL : ctl_say);
	switch (check_urgent_way(check, &said)) {
	case ANSWER_YES:
		text = g_strdup(check_say("goes by a way of its own"));
		break;
	case ANSWER_NO:
		word = check_say("waits with all other");
		break;
	case ANSWER_UNKNOWN:
		word = check_say("could not ask");
		break;
	}
	if (word != NULL)
		text = g_strdup_printf("%s: %s", word, said.found->str);
	(void)g_string_free(said.found, TRUE);
	(void)g_string_free(said.cure, TRUE);
	check_free(check);
	return text;
}

static void print(const struct ctl_call *call, struct setup *setup,
		  const struct status *status, bool sound, bool json)
{
	g_autofree char *urgent = describe_urgent_way(setup, json);
	struct ctl_table *table =
	    ctl_table_new(call->settings, columns, G_N_ELEMENTS(columns));

	ctl_table_put_flag(table, status->has_daemon);
	ctl_table_put_flag(table, status->has_mta);
	ctl_table_put_flag(table, status->has_directory);
	ctl_table_put_time(table, status->snapshot_at);
	ctl_table_put_flag(table, status->has_store);
	ctl_table_put_flag(table, sound);
	ctl_table_put_number(table, status->counts.octets);
	ctl_table_put_number(table, status->counts.drafts[DRAFT_HELD]);
	ctl_table_put_time(table, status->counts.oldest_held);
	ctl_table_put_number(table, status->counts.drafts[DRAFT_APPROVED]);
	ctl_table_put_number(table, status->counts.drafts[DRAFT_RELEASING]);
	ctl_table_put_time(table, status->counts.oldest_due);
	ctl_table_put_number(table, status->counts.notices);
	ctl_table_put_number(table, status->counts.subscribers);
	ctl_table_put_number(table, status->counts.suspensions);
	ctl_table_put_number(table, status->counts.alarms);
	ctl_table_put_number(table, status->counts.audit_rows);
	ctl_table_put_time(table, status->probe_at);
	ctl_table_put_text(table, status->probe_text);
	ctl_table_put_text(table, status->mta_log);
	ctl_table_put_text(table, urgent);
	ctl_table_put_text(table, status->trouble.text);
	if (json)
		ctl_table_print(table, true);
	else
		ctl_table_print_one(table);
	ctl_table_free(table);
}

static enum nagios judge(const struct status *status, bool sound,
			 const struct settings *settings)
{
	if (!status->has_daemon || !status->has_mta || !status->has_store || !sound)
		return NAGIOS_CRITICAL;
	/* With approval given and nothing going out, somebody waits for a warning. */
	if (status->counts.drafts[DRAFT_RELEASING] > 0 &&
	    status->counts.oldest_due != 0 &&
	    status->at - status->counts.oldest_due >= settings->stuck_after)
		return NAGIOS_CRITICAL;
	if (!status->has_directory || status->counts.alarms > 0 ||
	    (status->counts.notices > 0 &&
	     status->at - status->counts.oldest_notice >= settings->stuck_after) ||
	    status->counts.suspensions > 0)
		return NAGIOS_WARNING;
	return NAGIOS_OK;
}

static int check(const struct ctl_call *call, const struct status *status, bool sound)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const enum nagios result = judge(status, sound, call->settings);

	printf("KAIRAN %s - %lld held, %lld approved, %lld releasing, %lld alarms, %lld "
	       "suspensions%s%s | held=%lld approved=%lld releasing=%lld notices=%lld\n",
	       words[result], (long long)status->counts.drafts[DRAFT_HELD],
	       (long long)status->counts.drafts[DRAFT_APPROVED],
	       (long long)status->counts.drafts[DRAFT_RELEASING],
	       (long long)status->counts.alarms, (long long)status->counts.suspensions,
	       status->trouble.text[0] != '\0' ? "; " : "", status->trouble.text,
	       (long long)status->counts.drafts[DRAFT_HELD],
	       (long long)status->counts.drafts[DRAFT_APPROVED],
	       (long long)status->counts.drafts[DRAFT_RELEASING],
	       (long long)status->counts.notices);
	return (int)result;
}

static bool check_store(struct store *store, struct status *status)
{
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	(void)error_set(&error, "%s", ctl_say("the store cannot be read"));
	if (store != NULL && store_begin(store, &error)) {
		answer = store_counts_check(store, &error);
		store_rollback(store);
	}
	if (answer != ANSWER_YES && status->trouble.text[0] == '\0')
		status->trouble = error;
	return answer == ANSWER_YES;
}

/* The store, without what needs the keys: a monitor may not read them. */
static struct store *open_store(const struct settings *settings)
{
	struct store *store = NULL;
	struct kairan_error error;

	if ((!store_is_file(settings->store_path) ||
	     g_file_test(settings->store_path, G_FILE_TEST_EXISTS)) &&
	    ctl_store_open_unsealed(settings, &store, &error))
		return store;
	return NULL;
}

static int report(const struct ctl_call *call, struct setup *setup, bool nagios,
		  bool prometheus, bool json)
{
	struct store *store = open_store(call->settings);
	struct status status;
	bool sound;
	int result = EX_OK;

	status_collect(setup, store, &status);
	if (prometheus) {
		status_print_prometheus(&status, stdout);
	} else {
		sound = check_store(store, &status);
		if (nagios)
			result = check(call, &status, sound);
		else
			print(call, setup, &status, sound, json);
		if (!nagios && (!sound || !status.has_daemon || !status.has_mta ||
				!status.has_directory))
			result = EX_UNAVAILABLE;
	}
	store_close(store);
	return result;
}

int ctl_status_fail(const struct ctl_call *call, int status, const char *why)
{
	for (int i = 0; i < call->argc; i++) {
		if (strcmp(call->argv[i], "--check") == 0) {
			printf("KAIRAN UNKNOWN - %s\n", why);
			return (int)NAGIOS_UNKNOWN;
		}
	}
	return ctl_fail(status, "%s", why);
}

int ctl_status(const struct ctl_call *call)
{
	bool nagios = false, prometheus = false, json = false;
	const struct ctl_option options[] = { { "check", NULL, &nagios },
					      { "prometheus", NULL, &prometheus },
					      { "json", NULL, &json } };
	struct setup *setup = NULL;
	struct kairan_error error;
	int rest, result;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || nagios + prometheus + json > 1)
		return ctl_usage(call);
	if (!setup_load(call->path, &setup, &error))
		return ctl_status_fail(call, EX_CONFIG, error.text);
	result = report(call, setup, nagios, prometheus, json);
	setup_unref(setup);
	return result;
}
