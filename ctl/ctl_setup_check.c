/*
 * NAME
 *	ctl_setup_check - kairanctl setup check
 *
 * DESCRIPTION
 *	setup check [--login UID --password-file FILE] [--submission URL] [--mta-config PATH]
 *	[--nameserver ADDRESS] [--wait TIME] [--json]
 *
 *	Goes the way of a mail with probes to kairan itself, and looks at what mail system,
 *	directory and DNS have to be for kairan's promises to hold. A line for each question
 *	(ctl/check/table.c): ok, missing, a warning, or could not ask; and what to do.
 *
 *	Nobody gets a mail, no alarm is raised, and no draft is touched.
 *
 * DIAGNOSTICS
 *	EX_CONFIG: something is missing. EX_TEMPFAIL: nothing is, but something could not be
 *	asked. Warnings alone are EX_OK.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <sysexits.h>

#include "ctl/check/check.h"
#include "ctl/check/say.h"
#include "ctl/check/table.h"
#include "ctl/commands.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_say.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "milter/mail/message.h"
#include "policy/columns.h"

#define DEFAULT_WAIT 30
#define NAME_WIDTH   23
#define STATUS_WIDTH 15

enum status { STATUS_OK, STATUS_WARNING, STATUS_UNKNOWN, STATUS_MISSING };

static const struct {
	const char *en;
	const char *ja;
} status_words[] = {
	[STATUS_OK] = { "ok", "よし" },
	[STATUS_WARNING] = { "warning", "注意" },
	[STATUS_UNKNOWN] = { "could not ask", "確かめられず" },
	[STATUS_MISSING] = { "missing", "不備" },
};

static const struct ctl_column columns[] = {
	{ "status", CTL_TEXT }, { "name", CTL_TEXT }, { "asked", CTL_TEXT },
	{ "found", CTL_TEXT },  { "cure", CTL_TEXT },
};

static void print_padded(const char *text, int width)
{
	printf("%s%*s ", text, MAX(width - columns_count(text), 0), "");
}

/* What to do about it. Free with g_free(). */
static char *make_cure(const struct check_row *row, enum status status,
		       const struct check_words *said, bool japanese)
{
	switch (status) {
	case STATUS_OK:
		return g_strdup("");
	case STATUS_UNKNOWN:
		return g_strdup(japanese ? "まずこれを直し、もう一度確かめる"
					 : "mend that first, and ask again");
	case STATUS_WARNING:
	case STATUS_MISSING:
		break;
	}
	return g_strconcat(japanese ? row->cure_ja : row->cure_en,
			   said->cure->len > 0 ? " " : "", said->cure->str, NULL);
}

static void print_line(const struct check_row *row, enum status status,
		       const struct check_words *said)
{
	const bool japanese = ctl_is_japanese();
	g_autofree char *cure = make_cure(row, status, said, japanese);

	print_padded(japanese ? status_words[status].ja : status_words[status].en,
		     STATUS_WIDTH);
	print_padded(row->name, NAME_WIDTH);
	fputs(japanese ? row->asked_ja : row->asked_en, stdout);
	if (status != STATUS_OK)
		printf(japanese ? "　結果: %s　対処: %s" : " - found: %s - cure: %s",
		       said->found->str, cure);
	putchar('\n');
}

/* For programs, in English. */
static void put(struct ctl_table *table, const struct check_row *row, enum status status,
		const struct check_words *said)
{
	g_autofree char *cure = make_cure(row, status, said, false);

	ctl_table_put_text(table, status_words[status].en);
	ctl_table_put_text(table, row->name);
	ctl_table_put_text(table, row->asked_en);
	ctl_table_put_text(table, status == STATUS_OK ? "" : said->found->str);
	ctl_table_put_text(table, cure);
}

static enum status judge(const struct check_row *row, enum answer answer,
			 const struct check_words *said)
{
	if (answer == ANSWER_YES)
		return STATUS_OK;
	if (answer == ANSWER_UNKNOWN)
		return STATUS_UNKNOWN;
	return row->weight == CHECK_ADVICE || said->is_advice ? STATUS_WARNING
							      : STATUS_MISSING;
}

/* The worst of all. */
static enum status ask_all(const struct ctl_call *call, struct check *check, bool json)
{
	struct ctl_table *table =
	    ctl_table_new(call->settings, columns, G_N_ELEMENTS(columns));
	enum status worst = STATUS_OK;
	const struct check_row *row;

	check_say_by(json ? NULL : ctl_say);
	for (size_t i = 0; (row = check_get_row(i)) != NULL; i++) {
		struct check_words said = { g_string_new(NULL), g_string_new(NULL),
					    false };
		enum status status;

		if (check_applies(check, row)) {
			status = judge(row, row->ask(check, &said), &said);
			worst = MAX(worst, status);
			if (json)
				put(table, row, status, &said);
			else
				print_line(row, status, &said);
		}
		(void)g_string_free(said.found, TRUE);
		(void)g_string_free(said.cure, TRUE);
	}
	if (json)
		ctl_table_print(table, true);
	ctl_table_free(table);
	return worst;
}

static int run(const struct ctl_call *call, const struct check_options *options,
	       bool json)
{
	static const int exits[] = {
		[STATUS_OK] = EX_OK,
		[STATUS_WARNING] = EX_OK,
		[STATUS_UNKNOWN] = EX_TEMPFAIL,
		[STATUS_MISSING] = EX_CONFIG,
	};
	struct kairan_error error = { "" };
	struct setup *setup = NULL;
	struct store *store = NULL;
	struct check *check = NULL;
	int status;

	if (!setup_load(call->path, &setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	/* A hand-over that hangs is an answer, too. */
	setup->settings->mta_timeout = MIN(setup->settings->mta_timeout, options->wait);
	status = message_init(&error) ? ctl_store_open(call, &store)
				      : ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (status == EX_OK && !check_begin(setup, store, options, &check, &error))
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (status == EX_OK)
		status = exits[ask_all(call, check, json)];
	check_free(check);
	store_close(store);
	setup_unref(setup);
	return status;
}

int ctl_setup_check(const struct ctl_call *call)
{
	struct check_options check = { .wait = DEFAULT_WAIT };
	const char *wait = NULL;
	bool json = false;
	const struct ctl_option options[] = {
		{ "login", &check.login, NULL },
		{ "password-file", &check.password_file, NULL },
		{ "submission", &check.submission, NULL },
		{ "mta-config", &check.mta_config, NULL },
		{ "nameserver", &check.nameserver, NULL },
		{ "wait", &wait, NULL },
		{ "json", NULL, &json },
	};
	int rest;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc || (check.login == NULL) != (check.password_file == NULL))
		return ctl_usage(call);
	if (wait != NULL &&
	    (!setting_value_parse(TYPE_DURATION, wait, &check.wait) || check.wait == 0))
		return ctl_fail(EX_USAGE, "--wait: %s is %s", wait,
				setting_value_wants(TYPE_DURATION));
	return run(call, &check, json);
}
