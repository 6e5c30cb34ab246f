/*
 * NAME
 *	ctl_drafts - kairanctl list, kairanctl show
 *
 * DESCRIPTION
 *	Prints drafts from the store.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no such draft. EX_USAGE: no such state. EX_UNAVAILABLE: the store cannot be
 *	read.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/ctl.h"
#include "schema/store_audit.h"
#include "schema/store_draft.h"
#include "schema/store_release.h"

#define LIST_MOST 1000

static void print_line(const struct draft *draft, void *context)
{
	const struct settings *settings = context;
	char when[32];

	clock_format(draft->submitted_at, settings->time_zone, "%Y-%m-%d %H:%M", when,
		     sizeof(when));
	printf("%5lld  %s  %-9s  %-28s  %s\n", (long long)draft->id, when,
	       lifecycle_name(draft->state), draft->broadcast, draft->subject);
}

static bool find_state(const char *name, int *state_r)
{
	for (int state = DRAFT_HELD; state <= DRAFT_STOPPED; state++) {
		if (strcmp(lifecycle_name((enum draft_state)state), name) == 0) {
			*state_r = state;
			return true;
		}
	}
	return false;
}

static int print_states(const char *wrong)
{
	fprintf(stderr, "kairanctl: there is no state \"%s\"; there are:", wrong);
	for (int state = DRAFT_HELD; state <= DRAFT_STOPPED; state++)
		fprintf(stderr, " %s", lifecycle_name((enum draft_state)state));
	fputc('\n', stderr);
	return EX_USAGE;
}

int ctl_drafts_list(const struct ctl_call *call)
{
	struct store *store = NULL;
	struct kairan_error error;
	int state = 0;
	bool ok;

	if (call->argc > 0 && !find_state(call->argv[0], &state))
		return print_states(call->argv[0]);
	if (!store_open(call->settings->store_path, STORE_JOURNAL_BEST, &store, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	ok = store_begin(store, &error);
	if (ok) {
		ok = store_draft_visit(store, state, LIST_MOST, print_line,
				       (void *)call->settings, &error);
		store_rollback(store);
	}
	store_close(store);
	return ok ? EX_OK : ctl_fail(EX_UNAVAILABLE, "%s", error.text);
}

static void print_parties(const GPtrArray *parties)
{
	for (guint i = 0; i < parties->len; i++) {
		const struct party *party = g_ptr_array_index(parties, i);

		printf("  %-9s  %-16s  %s <%s>\n", party->role, party->uid, party->name,
		       party->mail);
	}
}

static void print_event(const struct audit_row *row, void *context)
{
	const struct settings *settings = context;
	char when[32];

	clock_format(row->at, settings->time_zone, "%Y-%m-%d %H:%M:%S", when,
		     sizeof(when));
	printf("  %s  %-10s  %-12s  %-10s  %s%s%s\n", when, row->action, row->outcome,
	       row->uid, row->detail, *row->queue_id != '\0' ? "  queue id " : "",
	       row->queue_id);
}

static void print_time(const char *name, int64_t when, const struct settings *settings)
{
	char text[64];

	if (when == 0)
		return;
	clock_format(when, settings->time_zone, "%Y-%m-%d %H:%M:%S %Z", text,
		     sizeof(text));
	printf("%-12s %s\n", name, text);
}

static void print_draft(const struct draft *draft, const struct settings *settings)
{
	printf("draft        %lld\n", (long long)draft->id);
	printf("state        %s\n", lifecycle_name(draft->state));
	printf("broadcast    %s <%s>, list %s\n", draft->broadcast_ja, draft->broadcast,
	       draft->list);
	printf("section      %s (%s)\n", draft->section_ja, draft->section);
	print_time("submitted", draft->submitted_at, settings);
	print_time("expires", draft->expires_at, settings);
	print_time("decided", draft->decided_at, settings);
	print_time("released", draft->released_at, settings);
	if (*draft->decided_by != '\0')
		printf("decided by   %s (%s)\n", draft->decided_by, draft->decided_name);
	if (*draft->reason != '\0')
		printf("reason       %s\n", draft->reason);
	if (draft->recipients != 0)
		printf("recipients   %lld\n", (long long)draft->recipients);
	printf("characters   %lld\n", (long long)draft->characters);
	printf("subject      %s\n\n%s\n", draft->subject, draft->text);
}

static void print_shard(const struct shard *shard, void *context)
{
	(void)context;
	printf("  %5lld  %6lld recipients  %s%s%s\n", (long long)shard->number,
	       (long long)shard->recipients, shard_state_name(shard->state),
	       *shard->queue_id != '\0' ? "  queue id " : "", shard->queue_id);
}

static bool print_shards(struct store *store, const struct draft *draft,
			 struct kairan_error *error_r)
{
	if (draft->recipients == 0)
		return true;
	puts("\nshards");
	return store_release_visit_shards(store, draft->id, print_shard, NULL, error_r);
}

static bool show(struct store *store, const struct draft *draft,
		 const struct settings *settings, struct kairan_error *error_r)
{
	GPtrArray *parties = store_draft_list_parties(store, draft->id, error_r);

	if (parties == NULL)
		return false;
	print_draft(draft, settings);
	puts("\npeople");
	print_parties(parties);
	g_ptr_array_unref(parties);
	if (!print_shards(store, draft, error_r))
		return false;
	puts("\nhistory");
	return store_audit_visit_draft(store, draft->id, print_event, (void *)settings,
				       error_r);
}

int ctl_drafts_show(const struct ctl_call *call)
{
	struct store *store = NULL;
	struct draft *draft = NULL;
	struct kairan_error error;
	char *end = NULL;
	long long id = call->argc == 1 ? strtoll(call->argv[0], &end, 10) : 0;
	int status = EX_UNAVAILABLE;

	if (call->argc != 1 || *end != '\0' || id < 1)
		return ctl_fail(EX_USAGE, "show wants the number of a draft");
	if (!store_open(call->settings->store_path, STORE_JOURNAL_BEST, &store, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (store_begin(store, &error)) {
		switch (store_draft_find(store, id, &draft, &error)) {
		case ANSWER_YES:
			if (show(store, draft, call->settings, &error))
				status = EX_OK;
			break;
		case ANSWER_NO:
			(void)error_set(&error, "there is no draft %lld", id);
			status = EX_NOINPUT;
			break;
		case ANSWER_UNKNOWN:
			break;
		}
		store_rollback(store);
	}
	draft_free(draft);
	store_close(store);
	return status == EX_OK ? EX_OK : ctl_fail(status, "%s", error.text);
}
