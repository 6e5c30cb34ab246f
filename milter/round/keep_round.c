/*
 * NAME
 *	keep_round - what is kept, and its end
 *
 * DESCRIPTION
 *	Every day, by a clock that nobody doubts, what is past its time goes (policy/retention.c): the recipients of releases,
 *	originals, texts, notices, who has left, and at last the drafts, with the trail that told of
 *	them. Page by page, each a transaction, so that mails need not wait, and so many pages at a
 *	time that an end of the daemon need not; then the file gives back what is empty in it.
 *	The audit trail says how much went of what, and never whose it was (Art. 8).
 *
 *	Addresses that kairanctl was told to forget, and that stand in a release under way, or were
 *	left over when it was stopped, are looked for until they stand nowhere.
 *
 * DIAGNOSTICS
 *	Info: how much went. Error: the store cannot be read or written; tried again.
 */
#include "config.h"

#include "milter/round/keep_round.h"

#include <glib.h>

#include "conf/fault.h"
#include "conf/log.h"
#include "milter/round/clock_round.h"
#include "policy/retention.h"
#include "schema/store_audit.h"
#include "schema/store_forget.h"
#include "schema/store_keep.h"

#define DAY_SECONDS 86400
#define PAGES_MOST  100
#define PAGE_PAUSE  2000 /* microseconds, in which another thread gets the store */
#define SHRINK_MOST 500  /* pages of the file */

/* One transaction. YES: there may be more of this kind. */
static enum answer prune_page(struct store *store, enum retention_kind kind,
			      int64_t before, struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer =
	    store_finish(store, store_keep_prune(store, kind, before, error_r), error_r);
	fault_point("keep.page");
	if (answer == ANSWER_YES)
		g_usleep(PAGE_PAUSE);
	return answer;
}

/* YES: there is more than is done at one time. */
static enum answer prune(struct store *store, const struct setup *setup, int64_t now,
			 struct kairan_error *error_r)
{
	const struct settings *settings = setup->settings;
	const struct retention_periods periods = {
		.recipients = settings->keep_recipients,
		.originals = settings->keep_originals,
		.texts = settings->keep_texts,
		.notices = settings->keep_notices,
		.left = settings->keep_left,
		.correction_window = settings->correction_window,
		.duplicate_window = settings->duplicate_window,
	};
	const int64_t trail =
	    retention_find_cutoff(now, (int)settings->fiscal_year_month, setup->zone);
	enum answer answer = clock_round_is_in_doubt(store, error_r);
	int pages = 0;

	if (answer != ANSWER_NO)
		return answer == ANSWER_YES ? ANSWER_NO : ANSWER_UNKNOWN;

	for (int kind = 0; answer != ANSWER_UNKNOWN && kind < RETENTION_KINDS; kind++) {
		const int64_t before =
		    retention_find_end((enum retention_kind)kind, &periods, now, trail);

		do {
			if (pages++ == PAGES_MOST)
				return ANSWER_YES;
			answer =
			    prune_page(store, (enum retention_kind)kind, before, error_r);
		} while (answer == ANSWER_YES);
	}
	return answer;
}

static char *describe(const struct keep_tally *tally)
{
	GString *text = g_string_new(NULL);

	for (int kind = 0; kind < RETENTION_KINDS; kind++)
		if (tally->gone[kind] > 0)
			g_string_append_printf(
			    text, "%s%lld %s", text->len > 0 ? ", " : "",
			    (long long)tally->gone[kind],
			    store_keep_name((enum retention_kind)kind));
	return g_string_free(text, FALSE);
}

/* The row that says how much went. YES: something did. */
static enum answer record(struct store *store, int64_t now, struct kairan_error *error_r)
{
	struct keep_tally tally;
	g_autofree char *detail = NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	if (store_keep_take_tally(store, &tally, error_r)) {
		const struct audit_event event = {
			.at = now,
			.uid = "kairan",
			.role = "system",
			.action = "prune-data",
			.outcome = "done",
			.detail = detail = describe(&tally),
		};

		answer = ANSWER_NO;
		if (*detail != '\0')
			answer = store_audit_append(store, &event, error_r)
				     ? ANSWER_YES
				     : ANSWER_UNKNOWN;
	}
	answer = store_finish(store, answer, error_r);
	if (answer == ANSWER_YES)
		log_info("let go of, at the end of their time: %s", detail);
	return answer;
}

/* Back to the disk, in steps. */
static bool shrink(struct store *store, struct kairan_error *error_r)
{
	enum answer answer;

	do {
		answer = store_shrink(store, SHRINK_MOST, error_r);
		if (answer == ANSWER_YES)
			g_usleep(PAGE_PAUSE);
	} while (answer == ANSWER_YES);
	return answer != ANSWER_UNKNOWN;
}

int64_t keep_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	enum answer answer = prune(store, setup, now, &error);

	if (answer == ANSWER_YES)
		return now;
	if (answer == ANSWER_NO && record(store, now, &error) != ANSWER_UNKNOWN &&
	    shrink(store, &error))
		return now + DAY_SECONDS;
	log_error("what is past its time: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

int64_t keep_round_forget(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	struct address key = { "", 0 };
	g_autofree char *after = g_strdup("");
	enum answer answer;
	int64_t draft;

	while ((answer = store_forget_next(store, after, &key, &error)) == ANSWER_YES) {
		g_free(after);
		after = g_strdup(key.spec);
		answer = store_forget_walk(store, &key, &draft, &error);
		if (answer == ANSWER_UNKNOWN)
			break;
		if (answer == ANSWER_YES)
			log_info("an address is forgotten, and stands nowhere any more");
	}
	if (answer == ANSWER_UNKNOWN)
		log_error("addresses to forget: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}
