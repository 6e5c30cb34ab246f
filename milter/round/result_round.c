/*
 * NAME
 *	result_round - what came of a release, a day later
 *
 * DESCRIPTION
 *	The history of the draft has how many were delivered and how many were not. Where some were not, the
 *	people of the draft get a mail that says why, domain by domain. Where the mail system's log is
 *	read (delivery_round.c), they get it in every case, with when the first, half, nearly all and the
 *	last had it, and where some still wait; else, where all were delivered, the report of the
 *	release was whole.
 *
 * DIAGNOSTICS
 *	Info: each. Error: the store cannot be used; tried again.
 */
#include "config.h"

#include "milter/round/result_round.h"

#include <glib.h>
#include <stdlib.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "schema/store_audit.h"
#include "schema/store_delivery.h"
#include "schema/store_result.h"

#define IDLE_SECONDS    3600
#define TROUBLE_SECONDS 60
#define DOMAINS_SHOWN   20

struct release_result {
	const struct draft *draft;
	GPtrArray *domains; /* struct result_domain */
	int64_t failures;
	int64_t delivered;
	struct delivery_summary log; /* all 0: it is not read */
	GPtrArray *waiting;          /* struct delivery_domain */
};

/* notice_result.h */
static char *pack(const GPtrArray *domains)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < domains->len; i++) {
		const struct result_domain *domain = g_ptr_array_index(domains, i);

		g_string_append_printf(text, "%s%s %lld %lld", i > 0 ? "\n" : "",
				       domain->domain, (long long)domain->recipients,
				       (long long)domain->failures);
		for (int kind = 0; kind < BOUNCE_KINDS; kind++)
			if (domain->kinds[kind] > 0)
				g_string_append_printf(
				    text, " %s %lld",
				    bounce_kind_name((enum bounce_kind)kind),
				    (long long)domain->kinds[kind]);
	}
	return g_string_free(text, FALSE);
}

/* notice_result.h */
static char *pack_times(const struct release_result *result)
{
	const struct delivery_summary *log = &result->log;

	if (log->sent == 0)
		return g_strdup("");
	return g_strdup_printf("%lld %lld %lld %lld %lld %lld",
			       (long long)result->draft->due_at, (long long)log->sent,
			       (long long)log->first_at, (long long)log->median,
			       (long long)log->most, (long long)log->last_at);
}

static char *pack_waiting(const GPtrArray *domains)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < domains->len; i++) {
		const struct delivery_domain *domain = g_ptr_array_index(domains, i);
		const int64_t waiting =
		    domain->recipients - domain->sent - domain->failed;

		if (waiting > 0)
			g_string_append_printf(
			    text, "%s%s %lld %lld %s", text->len > 0 ? "\n" : "",
			    domain->domain, (long long)waiting,
			    (long long)domain->recipients, domain->words);
	}
	return g_string_free(text, FALSE);
}

static bool tell(struct store *store, const struct release_result *result, int64_t now,
		 struct kairan_error *error_r)
{
	g_autofree char *rows = pack(result->domains);
	g_autofree char *failed = g_strdup_printf("%lld", (long long)result->failures);
	g_autofree char *delivered =
	    g_strdup_printf("%lld", (long long)result->delivered);
	g_autofree char *times = pack_times(result);
	g_autofree char *waiting = pack_waiting(result->waiting);
	char *facts =
	    notice_make_facts("result_rows", rows, "result_failed", failed,
			      "result_delivered", *times == '\0' ? delivered : "",
			      "delivery_times", times, "delivery_rows", waiting, NULL);
	const struct notice notice = { NOTICE_RESULT, result->draft->id, facts, now };
	const bool ok = notice_inform_parties(store, &notice, error_r);

	free(facts);
	return ok;
}

static bool record(struct store *store, const struct release_result *result, int64_t now,
		   struct kairan_error *error_r)
{
	g_autofree char *detail =
	    g_strdup_printf("delivered %lld, failed %lld", (long long)result->delivered,
			    (long long)result->failures);
	const bool is_told = result->failures > 0 || result->log.sent > 0;
	const struct audit_event event = {
		.at = now,
		.uid = "kairan",
		.role = "system",
		.draft = result->draft->id,
		.action = "result",
		.outcome = is_told ? "told" : "complete",
		.detail = detail,
	};

	log_event(LOG_LEVEL_INFO, NULL, event.draft, "result: %s", detail);
	return store_result_record(store, event.draft, now, error_r) &&
	       store_audit_append(store, &event, error_r) &&
	       (!is_told || tell(store, result, now, error_r));
}

static bool complete(struct store *store, int64_t id, int64_t now,
		     struct kairan_error *error_r)
{
	struct draft *draft = NULL;
	struct release_result result = { 0 };
	bool ok = store_draft_find(store, id, &draft, error_r) == ANSWER_YES;

	if (ok) {
		result.draft = draft;
		result.domains = store_result_list(store, id, DOMAINS_SHOWN,
						   &result.failures, error_r);
		result.delivered = MAX(draft->recipients - result.failures, 0);
		ok = result.domains != NULL &&
		     store_delivery_summarize(store, id, &result.log, error_r);
		result.waiting =
		    ok ? store_delivery_list_waiting(store, id, DOMAINS_SHOWN, error_r)
		       : NULL;
		ok = result.waiting != NULL && record(store, &result, now, error_r);
	}
	g_clear_pointer(&result.domains, g_ptr_array_unref);
	g_clear_pointer(&result.waiting, g_ptr_array_unref);
	draft_free(draft);
	return ok;
}

static enum answer complete_next(struct store *store, int64_t before, int64_t now,
				 struct kairan_error *error_r)
{
	int64_t draft;
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_result_find_due(store, before, &draft, error_r);
	if (answer == ANSWER_YES && !complete(store, draft, now, error_r))
		answer = ANSWER_UNKNOWN;
	return store_finish(store, answer, error_r);
}

static bool find_next(struct store *store, int64_t after, int64_t *next,
		      struct kairan_error *error_r)
{
	int64_t released;
	enum answer answer;

	if (!store_begin(store, error_r))
		return false;
	answer = store_result_next(store, &released, error_r);
	store_rollback(store);
	if (answer == ANSWER_YES)
		*next = MIN(*next, released + after);
	return answer != ANSWER_UNKNOWN;
}

int64_t result_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	const int64_t after = setup->settings->result_after;
	int64_t next = now + IDLE_SECONDS;
	struct kairan_error error = { "" };
	enum answer answer;

	if (after == 0)
		return next;
	do {
		answer = complete_next(store, now - after, now, &error);
		waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	} while (answer == ANSWER_YES);
	if (answer == ANSWER_NO && find_next(store, after, &next, &error))
		return next;
	log_error("results: %s", error.text);
	return now + TROUBLE_SECONDS;
}
