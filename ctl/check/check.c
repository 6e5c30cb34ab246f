/*
 * NAME
 *	check - what an installation must have
 *
 * DESCRIPTION
 *	What takes time is done first, and once: the mail system's configuration is read, and
 *	mails are sent and waited for. The rows' questions look at what has come of it.
 *
 *	Nobody is told anything, and nothing is changed but the rows of the probes in the store.
 *
 * DIAGNOSTICS
 *	All failures are returned, or are answers.
 */
#include "config.h"

#include "ctl/check/check.h"

#include <sys/stat.h>

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/way.h"

#define DEFAULT_SENDMAIL_CF "/etc/mail/sendmail.cf"

/* The sendmail.cf that is named, or is in the folder that is; NULL: neither. Free with
 * g_free(). */
static char *find_sendmail_cf(const char *path)
{
	g_autofree char *inside = g_build_filename(path, "sendmail.cf", NULL);
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
		return g_strdup(path);
	return stat(inside, &status) == 0 ? g_steal_pointer(&inside) : NULL;
}

/* What was named, or what is installed. */
static void read_mta(struct check *check)
{
	const char *set = check->setup->settings->mta_config;
	const char *path = check->options->mta_config != NULL ? check->options->mta_config
			   : *set != '\0'                     ? set
							      : NULL;
	g_autofree char *named = path != NULL ? find_sendmail_cf(path) : NULL;
	struct kairan_error error;
	struct stat status;

	if (named != NULL) {
		(void)sendmail_read(named, &check->sendmail, &check->mta_error);
	} else if (!postfix_read(path, &check->postfix, &check->mta_error) &&
		   path == NULL && stat(DEFAULT_SENDMAIL_CF, &status) == 0) {
		if (!sendmail_read(DEFAULT_SENDMAIL_CF, &check->sendmail, &error))
			check->mta_error = error;
	}
}

struct check *check_read(struct setup *setup, const struct check_options *options)
{
	struct check *check = g_new0(struct check, 1);

	check->setup = setup;
	check->options = options;
	check->probes = check_probes_new();
	read_mta(check);
	return check;
}

enum answer check_urgent_way(struct check *check, struct check_words *said)
{
	if (check->postfix != NULL)
		return check_ask_postfix_urgent(check, said);
	if (check->sendmail != NULL)
		return check_ask_sendmail_urgent(check, said);
	g_string_append(said->found, check->mta_error.text);
	return ANSWER_UNKNOWN;
}

bool check_begin(struct setup *setup, struct store *store,
		 const struct check_options *options, struct check **check_r,
		 struct kairan_error *error_r)
{
	struct check *check = check_read(setup, options);

	check->store = store;
	*check_r = check;
	if (*setup->settings->mta_log != '\0')
		(void)mta_log_open(setup->settings->mta_log, NULL, &check->log,
				   &check->log_error);
	if (check_way_run(check, error_r))
		return true;
	check_free(check);
	*check_r = NULL;
	return false;
}

void check_free(struct check *check)
{
	if (check == NULL)
		return;
	g_ptr_array_unref(check->probes);
	mta_log_close(check->log);
	postfix_free(check->postfix);
	sendmail_free(check->sendmail);
	g_free(check);
}

bool check_applies(const struct check *check, const struct check_row *row)
{
	switch (row->applies) {
	case CHECK_POSTFIX:
		return check->postfix != NULL;
	case CHECK_SENDMAIL:
		return check->sendmail != NULL;
	case CHECK_ALWAYS:
		break;
	}
	return true;
}
