/*
 * NAME
 *	rows_log - does kairan read the mail system's log?
 *
 * DESCRIPTION
 *	The daemon notes in the store when it cannot. Whether it is a mail system's log, and in a
 *	form that is understood, the check sees by itself: the log's end is looked for before mails
 *	are sent, and what stands behind it must tell of some.
 *
 * DIAGNOSTICS
 *	None; what is found is an answer.
 */
#include "config.h"

#include "ctl/check/facts.h"
#include "ctl/check/rows.h"
#include "ctl/check/say.h"
#include "policy/delivery_line.h"
#include "schema/store_position.h"

/* What a mail system writes may be a moment on its way. */
#define LOOKS             30
#define LOOK_MICROSECONDS (G_USEC_PER_SEC / 10)

/* Lines behind the end that there was. */
struct lines {
	int64_t all, understood;
};

static void count_line(int64_t at, const char *text, void *context)
{
	struct lines *lines = context;
	struct delivery_line line;

	(void)at;
	lines->all++;
	if (delivery_line_read(text, &line))
		lines->understood++;
}

/* What the daemon says of it; "": nothing is wrong. UNKNOWN: found says why. */
static bool read_fault(struct check *check, char **fault_r, struct check_words *said)
{
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	*fault_r = NULL;
	if (store_begin(check->store, &error)) {
		answer = store_position_find(check->store, STORE_POSITION_MTA_LOG_FAULT,
					     fault_r, &error);
		store_rollback(check->store);
	}
	if (answer == ANSWER_UNKNOWN)
		g_string_append(said->found, error.text);
	return answer != ANSWER_UNKNOWN;
}

/* UNKNOWN: it cannot be read, with the error. */
static enum answer count_lines(struct check *check, struct lines *lines,
			       struct kairan_error *error_r)
{
	enum answer answer = ANSWER_YES;

	for (int i = 0; i < LOOKS && lines->understood == 0; i++) {
		if (i > 0)
			g_usleep(LOOK_MICROSECONDS);
		do
			answer = mta_log_read(check->log, count_line, lines, error_r);
		while (answer == ANSWER_YES);
		if (answer == ANSWER_UNKNOWN)
			return answer;
	}
	return lines->understood > 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer check_ask_mta_log(struct check *check, struct check_words *said)
{
	const char *name = check->setup->settings->mta_log;
	struct lines lines = { 0, 0 };
	struct kairan_error error = check->log_error;
	g_autofree char *fault = NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (*name == '\0')
		return ANSWER_YES;
	if (!read_fault(check, &fault, said))
		return ANSWER_UNKNOWN;
	if (fault != NULL && *fault != '\0') {
		g_string_append(said->found, fault);
		return ANSWER_NO;
	}
	if (check->log != NULL)
		answer = count_lines(check, &lines, &error);
	if (answer == ANSWER_UNKNOWN)
		g_string_append(said->found, error.text);
	if (answer == ANSWER_NO)
		g_string_printf(
		    said->found,
		    check_say("%s says nothing of the mails that were just sent "
			      "(%lld lines)"),
		    name, (long long)lines.all);
	return answer;
}
