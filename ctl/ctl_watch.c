/*
 * NAME
 *	ctl_watch - kairanctl watch: a release under way
 *
 * DESCRIPTION
 *	kairanctl watch ID [--delivered]
 *
 *	Shows one line until the draft is not on its way any more: a bar of recipients whom
 *	the MTA has taken (#) and of those it is being given (-), shards, rate, and time left; with
 *	the MTA's log (setting mta_log) also to how many of them it is delivered. --delivered goes on
 *	until each recipient has it, or it has failed.
 *	On a terminal the line is written over; elsewhere a line is added when something has
 *	changed. The store is looked at twice a second, since a rate wants a clock anyway.
 *
 * DIAGNOSTICS
 *	EX_OK: it was released. EX_DATAERR: it ended in another way, or is not approved.
 *	EX_NOINPUT: no such draft. EX_CONFIG: no log is read. EX_UNAVAILABLE: the store cannot be read.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "conf/clock.h"
#include "ctl/ctl_mask.h"
#include "ctl/commands.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_store.h"
#include "policy/lifecycle.h"
#include "schema/store_delivery.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

#define BAR_WIDTH   40
#define TICK_MILLIS 500

struct watch {
	const struct settings *settings;
	struct store *store;
	int64_t id;
	char *last; /* the line that was printed */
	bool is_terminal;
	bool to_the_last; /* --delivered */
	bool all_have_it;
};

static void draw_bar(const struct release_summary *summary, int64_t all,
		     char bar_r[BAR_WIDTH + 1])
{
	const int64_t served = all > 0 ? summary->served * BAR_WIDTH / all : 0;
	const int64_t offered =
	    all > 0 ? (summary->served + summary->unknown) * BAR_WIDTH / all : 0;

	for (int64_t i = 0; i < BAR_WIDTH; i++)
		bar_r[i] = i < served ? '#' : i < offered ? '-' : '.';
	bar_r[BAR_WIDTH] = '\0';
}

/* "3200/s, 2 s left"; nothing before anything was taken. */
static char *describe_rate(const struct draft *draft,
			   const struct release_summary *summary)
{
	const int64_t now = draft->released_at != 0 ? draft->released_at : clock_now();
	const int64_t seconds = MAX(now - draft->due_at, 1);
	const int64_t left = summary->unserved + summary->unknown;

	if (summary->served == 0)
		return g_strdup("");
	if (left == 0)
		return g_strdup_printf(ctl_say(", %lld/s, %lld s"),
				       (long long)(summary->served / seconds),
				       (long long)seconds);
	return g_strdup_printf(ctl_say(", %lld/s, %lld s left"),
			       (long long)(summary->served / seconds),
			       (long long)(left * seconds / summary->served));
}

static char *describe_progress(const struct draft *draft,
			       const struct release_summary *summary)
{
	const int64_t all = summary->served + summary->unknown + summary->unserved;
	g_autofree char *rate = describe_rate(draft, summary);
	char bar[BAR_WIDTH + 1];

	draw_bar(summary, all, bar);
	return g_strdup_printf(ctl_say("[%s] %lld/%lld, %lld/%lld shards%s"), bar,
			       (long long)summary->served, (long long)all,
			       (long long)summary->shards_done,
			       (long long)summary->shards, rate);
}

/* ", delivered 812/1000"; nothing where no log is read. */
static char *describe_delivery(const struct draft *draft,
			       const struct delivery_summary *delivery)
{
	if (delivery->sent == 0 && delivery->failed == 0)
		return g_strdup("");
	if (delivery->failed == 0)
		return g_strdup_printf(ctl_say(", delivered %lld/%lld"),
				       (long long)delivery->sent,
				       (long long)draft->recipients);
	return g_strdup_printf(ctl_say(", delivered %lld/%lld, failed %lld"),
			       (long long)delivery->sent, (long long)draft->recipients,
			       (long long)delivery->failed);
}

static char *describe(const struct watch *watch, const struct draft *draft,
		      const struct release_summary *summary,
		      const struct delivery_summary *delivery)
{
	g_autofree char *progress = NULL, *delivered = NULL;
	char when[64];

	if (draft->state == DRAFT_APPROVED) {
		clock_format(draft->due_at, watch->settings->time_zone,
			     "%Y-%m-%d %H:%M:%S %Z", when, sizeof(when));
		return g_strdup_printf(ctl_say("approved, goes out %s"), when);
	}
	if (summary->shards == 0)
		return g_strdup(ctl_say(lifecycle_name(draft->state)));
	progress = describe_progress(draft, summary);
	delivered = describe_delivery(draft, delivery);
	return g_strconcat(progress, delivered, NULL);
}

static void print_line(struct watch *watch, char *line)
{
	if (watch->last != NULL && strcmp(watch->last, line) == 0) {
		g_free(line);
		return;
	}
	/* Without what a longer line has left. */
	if (watch->is_terminal) {
		ctl_mask_move(false, "\r\033[K");
		fputs(line, stdout);
	} else {
		puts(line);
	}
	(void)fflush(stdout);
	g_free(watch->last);
	watch->last = line;
}

/* The draft as it is now, printed. */
static enum answer look(struct watch *watch, enum draft_state *state_r,
			struct kairan_error *error_r)
{
	struct release_summary summary = { 0 };
	struct delivery_summary delivery = { 0 };
	struct draft *draft = NULL;
	enum answer answer;

	if (!store_begin(watch->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_draft_find(watch->store, watch->id, &draft, error_r);
	if (answer == ANSWER_YES &&
	    (!store_release_summarize(watch->store, watch->id, &summary, error_r) ||
	     !store_delivery_summarize(watch->store, watch->id, &delivery, error_r)))
		answer = ANSWER_UNKNOWN;
	store_rollback(watch->store);
	if (answer == ANSWER_YES) {
		*state_r = draft->state;
		watch->all_have_it = delivery.sent + delivery.failed >= draft->recipients;
		print_line(watch, describe(watch, draft, &summary, &delivery));
	}
	release_summary_clear(&summary);
	draft_free(draft);
	return answer;
}

static int run(struct watch *watch)
{
	const struct timespec tick = { .tv_nsec = TICK_MILLIS * 1000 * 1000 };
	enum draft_state state = DRAFT_HELD;
	struct kairan_error error = { "" };
	enum answer answer;

	while ((answer = look(watch, &state, &error)) == ANSWER_YES &&
	       (state == DRAFT_APPROVED || state == DRAFT_RELEASING ||
		(state == DRAFT_RELEASED && watch->to_the_last && !watch->all_have_it)))
		(void)nanosleep(&tick, NULL);
	if (watch->is_terminal && watch->last != NULL)
		putchar('\n');
	if (answer == ANSWER_UNKNOWN)
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (answer == ANSWER_NO)
		return ctl_fail(EX_NOINPUT, "there is no draft %lld",
				(long long)watch->id);
	if (state == DRAFT_RELEASED)
		return EX_OK;
	return ctl_fail(EX_DATAERR, "draft %lld is %s", (long long)watch->id,
			ctl_say(lifecycle_name(state)));
}

int ctl_watch(const struct ctl_call *call)
{
	struct watch watch = {
		.settings = call->settings,
		.is_terminal = isatty(STDOUT_FILENO) != 0,
	};
	const struct ctl_option options[] = { { "delivered", NULL, &watch.to_the_last } };
	long long id;
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || !ctl_drafts_read_id(call->argv[rest], &id))
		return ctl_usage(call);
	if (watch.to_the_last && *call->settings->mta_log == '\0')
		return ctl_fail(EX_CONFIG, "--delivered wants the setting mta_log");
	watch.id = id;
	status = ctl_store_open(call, &watch.store);
	if (status == EX_OK)
		status = run(&watch);
	store_close(watch.store);
	g_free(watch.last);
	return status;
}
