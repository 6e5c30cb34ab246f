/*
 * NAME
 *	ctl_stop - kairanctl drafts stop, drafts withdraw
 *
 * DESCRIPTION
 *	drafts stop ID [--reason TEXT], drafts stop --list ID [--json], drafts withdraw ID [--reason TEXT]
 *
 *	Stops a broadcast that is going out, or that is approved and has not begun: no further
 *	shard is handed to the MTA. What the MTA has taken is not called back. The draft's
 *	people are told, with the numbers; --list prints the addresses with what is known of
 *	each. "withdraw" takes back what is held or approved, and never what is going out.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft. EX_DATAERR: it is not in a state to be stopped.
 *	EX_UNAVAILABLE: the store cannot be used.
 */
#include "config.h"

#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_audience.h"
#include "ctl/ctl_drafts.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "milter/core/notice.h"
#include "schema/store_draft.h"
#include "schema/store_outbox.h"
#include "schema/store_release.h"

struct stop {
	struct store *store;
	long long id;
	const char *reason;
	bool list;
	bool json;
	bool withdraw; /* before it goes out, or not at all */
	struct release_summary summary;
};

static bool read_options(const struct ctl_call *call, struct stop *stop)
{
	const struct ctl_option options[] = { { "reason", &stop->reason, NULL },
					      { "list", NULL, &stop->list },
					      { "json", NULL, &stop->json } };
	int rest;

	return ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) &&
	       rest + 1 == call->argc &&
	       ctl_drafts_read_id(call->argv[rest], &stop->id) &&
	       (stop->list || !stop->json);
}

/* ---- who has it ---- */

/* Written page by page: there may be a million. */
struct listing {
	bool json;
	int64_t count;
};

static void print_json(const struct listing *listing, const struct shard *shard,
		       const char *address)
{
	json_t *object =
	    json_pack("{s:I,s:s,s:s}", "shard", (json_int_t)shard->number, "state",
		      shard_state_name(shard->state), "address", address);

	fputs(listing->count > 0 ? ",\n " : "[\n ", stdout);
	(void)json_dumpf(object, stdout, JSON_PRESERVE_ORDER);
	json_decref(object);
}

static void print_address(const struct shard *shard, const char *address, void *context)
{
	struct listing *listing = context;

	if (listing->json)
		print_json(listing, shard, address);
	else
		printf("%lld\t%s\t%s\n", (long long)shard->number,
		       ctl_say(shard_state_name(shard->state)), address);
	listing->count++;
}

/* Who looks at the addresses (Art. 8): before the first of them, in a transaction of its own. */
static int record_listing(struct store *store, void *context,
			  struct kairan_error *error_r)
{
	const struct stop *stop = context;
	struct release_summary summary = { 0 };
	struct ctl_reading reading = { stop->id, "drafts stop --list", 0 };
	bool ok = store_release_summarize(store, stop->id, &summary, error_r);

	reading.count = summary.served + summary.unknown + summary.unserved;
	release_summary_clear(&summary);
	if (!ok)
		return EX_UNAVAILABLE;
	/* Nothing is read where there is no such draft, or nobody to send it to yet. */
	return reading.count > 0 ? ctl_reading_record(store, &reading, error_r) : EX_OK;
}

static int list_recipients(struct store *store, const struct stop *stop)
{
	struct listing listing = { .json = stop->json };
	const int status = ctl_audience_visit(store, stop->id, print_address, &listing);

	if (status == EX_OK && stop->json)
		puts(listing.count > 0 ? "\n]" : "[]");
	return status;
}

/* ---- stopping ---- */

/* What was withdrawn has reached nobody, and there is nothing to correct. */
static bool tell_parties(const struct stop *stop, const struct draft *draft, int64_t now,
			 struct kairan_error *error_r)
{
	struct store *store = stop->store;
	GPtrArray *parties = store_draft_list_parties(store, draft->id, error_r);
	bool ok = parties != NULL;

	for (guint i = 0; ok && i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);
		const struct outbox_notice notice = {
			.kind =
			    (char *)(stop->withdraw ? NOTICE_WITHDRAWN : NOTICE_STOPPED),
			.draft = draft->id,
			.party = party->number,
			.mail = party->mail,
			.name = party->name,
			.language = party->language,
			.facts = (char *)"{}",
			.created_at = now,
		};

		ok = store_outbox_add(store, &notice, error_r);
	}
	if (parties != NULL)
		g_ptr_array_unref(parties);
	return ok;
}

static enum answer enter(const struct stop *stop, struct draft *draft,
			 struct kairan_error *error_r)
{
	const struct draft_step step = {
		/* What has not begun to go out has nothing to break off. */
		.to = stop->withdraw || draft->state == DRAFT_APPROVED ? DRAFT_WITHDRAWN
								       : DRAFT_STOPPED,
		.event = { .at = clock_now(),
			   .uid = ctl_operator_uid(),
			   .role = "administrator",
			   .action = stop->withdraw ? "withdraw" : "stop",
			   .detail = stop->reason },
		.reason = stop->reason,
	};
	enum answer answer = store_draft_enter(stop->store, draft, &step, error_r);

	if (answer == ANSWER_YES && !tell_parties(stop, draft, step.event.at, error_r))
		answer = ANSWER_UNKNOWN;
	return answer;
}

static int stop_draft(const struct stop *stop, struct draft *draft,
		      struct release_summary *summary_r, struct kairan_error *error_r)
{
	switch (enter(stop, draft, error_r)) {
	case ANSWER_YES:
		break;
	case ANSWER_NO:
		(void)error_set(
		    error_r,
		    stop->withdraw
			? ctl_say("draft %lld is %s; there is nothing to withdraw")
			: ctl_say("draft %lld is %s; there is nothing to stop"),
		    stop->id, ctl_say(lifecycle_name(draft->state)));
		return EX_DATAERR;
	case ANSWER_UNKNOWN:
		return EX_UNAVAILABLE;
	}
	return store_release_summarize(stop->store, draft->id, summary_r, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static int run_inside(const struct stop *stop, struct release_summary *summary_r,
		      struct kairan_error *error_r)
{
	struct draft *draft = NULL;
	int status = EX_UNAVAILABLE;

	switch (store_draft_find(stop->store, stop->id, &draft, error_r)) {
	case ANSWER_YES:
		status = stop_draft(stop, draft, summary_r, error_r);
		break;
	case ANSWER_NO:
		status = ctl_audience_find_no_draft(stop->id, error_r);
		break;
	case ANSWER_UNKNOWN:
		break;
	}
	draft_free(draft);
	return status;
}

static int run_work(struct store *store, void *context, struct kairan_error *error_r)
{
	struct stop *stop = context;

	stop->store = store;
	return run_inside(stop, &stop->summary, error_r);
}

int ctl_stop(const struct ctl_call *call)
{
	struct stop stop = { 0 };
	struct store *store = NULL;
	int status;

	if (!read_options(call, &stop))
		return ctl_usage(call);
	status = ctl_store_open(call, &store);
	if (status == EX_OK && stop.list)
		status = ctl_store_work(store, record_listing, &stop);
	if (status == EX_OK)
		status = stop.list ? list_recipients(store, &stop)
				   : ctl_store_work(store, run_work, &stop);
	store_close(store);
	if (status == EX_OK && !stop.list)
		ctl_print("draft %lld is stopped: sent to %lld, perhaps to %lld, not to "
			  "%lld recipients",
			  stop.id, (long long)stop.summary.served,
			  (long long)stop.summary.unknown,
			  (long long)stop.summary.unserved);
	release_summary_clear(&stop.summary);
	return status;
}

int ctl_drafts_withdraw(const struct ctl_call *call)
{
	struct stop stop = { .withdraw = true };
	int status;

	if (!read_options(call, &stop) || stop.list)
		return ctl_usage(call);
	status = ctl_store_run(call, run_work, &stop);
	if (status == EX_OK)
		ctl_print("draft %lld is withdrawn", stop.id);
	release_summary_clear(&stop.summary);
	return status;
}
