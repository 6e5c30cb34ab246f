/*
 * NAME
 *	delivery_round - what the mail system's log says of releases
 *
 * DESCRIPTION
 *	Reads the log on, a page at a time, each with one short transaction that has its counts and
 *	its place: nothing is counted twice, whenever this ends. While a release is awaited it looks
 *	every few seconds.
 *
 *	Where a domain takes nothing of what it is offered, the administrators are told as with what
 *	comes back (bounce_round.c), and by the same limits, without waiting for the days after which
 *	a mail system gives up. Delays count when nothing was taken for a minute; what is over,
 *	the next delivery shows.
 *
 *	A log that cannot be read holds up nothing: nobody knows then, and `kairanctl status` says
 *	so.
 *
 * DIAGNOSTICS
 *	The alarm "refusing". Warning: the log cannot be read, once. Error: the store cannot be
 *	used; tried again.
 */
#include "config.h"

#include "milter/round/delivery_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/round/delivery_tally.h"
#include "milter/round/mta_log.h"
#include "policy/bounce.h"
#include "policy/carrier.h"
#include "schema/store_delivery.h"
#include "schema/store_position.h"

#define POSITION        "mta-log"
#define AWAITED_SECONDS 5
#define IDLE_SECONDS    15
#define NONE_SECONDS    3600
#define PAGES_MOST      64
#define DELAY_SECONDS   60
#define QUEUE_SECONDS   (8 * (int64_t)86400) /* longer than mail waits anywhere */

struct round {
	struct kairan *kairan;
	struct store *store;
	const struct setup *setup;
	int64_t now;
};

/* ---- the log ---- */

static bool read_position(const struct round *round, char **position_r,
			  struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(round->store, error_r))
		return false;
	answer = store_position_find(round->store, POSITION, position_r, error_r);
	store_rollback(round->store);
	return answer != ANSWER_UNKNOWN;
}

/* What `kairanctl status` says of the log. Written when it is another word than before. */
static bool note_fault(const struct round *round, const char *fault,
		       struct kairan_error *error_r)
{
	g_autofree char *before = NULL;
	enum answer answer;

	if (!store_begin(round->store, error_r))
		return false;
	answer = store_position_find(round->store, STORE_POSITION_MTA_LOG_FAULT, &before,
				     error_r);
	if (answer == ANSWER_UNKNOWN || g_strcmp0(before, fault) == 0) {
		store_rollback(round->store);
		return answer != ANSWER_UNKNOWN;
	}
	if (*fault != '\0')
		log_warning("mta_log: %s", fault);
	return store_end(round->store,
			 store_position_put(round->store, STORE_POSITION_MTA_LOG_FAULT,
					    fault, error_r),
			 error_r);
}

static bool write_page(const struct round *round, struct delivery_tally *tally,
		       const struct mta_log *log, struct kairan_error *error_r)
{
	g_autofree char *position = mta_log_position(log);

	if (!store_begin(round->store, error_r))
		return false;
	return store_end(
	    round->store,
	    delivery_tally_write(tally, round->store, error_r) &&
		store_position_put(round->store, POSITION, position, error_r),
	    error_r);
}

/* Does another domain of the same carrier refuse the release as before? */
static enum answer others_refuse(const struct round *round, int64_t draft,
				 const char *domain, struct kairan_error *error_r)
{
	const char *first = carrier_find_first(domain);
	enum answer answer = ANSWER_NO;
	GPtrArray *told;

	if (!carrier_has_several(domain))
		return ANSWER_NO;
	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	told = store_delivery_list_told(round->store, draft, error_r);
	store_rollback(round->store);
	if (told == NULL)
		return ANSWER_UNKNOWN;
	for (guint i = 0; i < told->len; i++) {
		const struct delivery_domain *other = g_ptr_array_index(told, i);

		if (strcmp(carrier_find_first(other->domain), first) == 0)
			answer = ANSWER_YES;
	}
	g_ptr_array_unref(told);
	return answer;
}

static void note_taking(int64_t draft, const char *domain, void *context)
{
	const struct round *round = context;
	struct kairan_error error = { "" };

	switch (others_refuse(round, draft, domain, &error)) {
	case ANSWER_NO:
		alarm_clear(round->kairan, ALARM_REFUSING, carrier_find_first(domain));
		break;
	case ANSWER_YES:
		break;
	case ANSWER_UNKNOWN:
		log_error("deliveries: %s", error.text);
		break;
	}
}

/* NO: the end, for now. */
static enum answer read_page(const struct round *round, struct mta_log *log,
			     bool *is_readable_r, struct kairan_error *error_r)
{
	struct delivery_tally *tally = delivery_tally_new(round->setup);
	enum answer answer = mta_log_read(log, delivery_tally_take, tally, error_r);

	*is_readable_r = answer != ANSWER_UNKNOWN;
	if (answer == ANSWER_YES && !write_page(round, tally, log, error_r))
		answer = ANSWER_UNKNOWN;
	if (answer == ANSWER_YES)
		delivery_tally_visit_taking(tally, note_taking, (void *)round);
	delivery_tally_free(tally);
	return answer;
}

/* The place of a log that is read for the first time is kept before anything stands behind it. */
static bool keep_place(const struct round *round, const struct mta_log *log,
		       const char *before, struct kairan_error *error_r)
{
	g_autofree char *position = mta_log_position(log);

	if (g_strcmp0(before, position) == 0)
		return true;
	if (!store_begin(round->store, error_r))
		return false;
	return store_end(round->store,
			 store_position_put(round->store, POSITION, position, error_r) &&
			     store_delivery_drop_old(round->store,
						     round->now - QUEUE_SECONDS, error_r),
			 error_r);
}

/* YES: there may be more. */
static enum answer read_log(const struct round *round, struct kairan_error *error_r)
{
	g_autofree char *position = NULL;
	struct mta_log *log = NULL;
	struct kairan_error fault = { "" };
	bool is_readable;
	enum answer answer = ANSWER_YES;

	if (!read_position(round, &position, error_r))
		return ANSWER_UNKNOWN;
	is_readable =
	    mta_log_open(round->setup->settings->mta_log, position, &log, &fault);
	if (is_readable && !keep_place(round, log, position, error_r))
		answer = ANSWER_UNKNOWN;
	for (int i = 0; is_readable && answer == ANSWER_YES && i < PAGES_MOST; i++)
		answer = read_page(round, log, &is_readable, &fault);
	mta_log_close(log);
	if (is_readable && answer == ANSWER_UNKNOWN)
		*error_r = fault;
	if (!is_readable)
		answer = ANSWER_NO;
	return answer != ANSWER_UNKNOWN &&
		       note_fault(round, is_readable ? "" : fault.text, error_r)
		   ? answer
		   : ANSWER_UNKNOWN;
}

/* ---- who refuses ---- */

/* It takes nothing: it says so for good, or for a while already. */
static bool refuses(const struct round *round, const struct delivery_domain *domain)
{
	const struct settings *settings = round->setup->settings;
	const struct bounce_domain_limit limit = { settings->refusal_failures,
						   settings->refusal_percent };
	const struct bounce_domain_facts facts = {
		domain->recipients,
		MIN(domain->refused, domain->recipients - domain->sent)
	};

	return bounce_is_refusal(&facts, &limit) &&
	       (domain->failed >= settings->refusal_failures ||
		round->now - domain->refused_since >= DELAY_SECONDS);
}

static void warn(const struct round *round, const struct delivery_domain *domain)
{
	g_autofree char *detail = g_strdup_printf(
	    "%lld: %lld/%lld: %s", (long long)domain->draft,
	    (long long)MIN(domain->refused, domain->recipients - domain->sent),
	    (long long)domain->recipients, domain->words);

	alarm_raise(round->kairan, ALARM_REFUSING, carrier_find_first(domain->domain),
		    domain->failed >= round->setup->settings->refusal_failures
			? "domain-refuses"
			: "domain-defers",
		    detail);
}

/* Raised before it is marked: a crash in between raises it once more, which is counted. */
static bool warn_of(const struct round *round, const struct delivery_domain *domain,
		    struct kairan_error *error_r)
{
	if (!refuses(round, domain))
		return true;
	warn(round, domain);
	if (!store_begin(round->store, error_r))
		return false;
	return store_end(round->store,
			 store_delivery_mark_told(round->store, domain, error_r),
			 error_r);
}

static bool warn_of_all(const struct round *round, struct kairan_error *error_r)
{
	GPtrArray *domains;
	bool ok = true;

	if (round->setup->settings->refusal_failures == 0)
		return true;
	if (!store_begin(round->store, error_r))
		return false;
	domains = store_delivery_list_refusing(
	    round->store, round->setup->settings->refusal_failures, error_r);
	/* How many recipients there are is kept. */
	if (!store_end(round->store, domains != NULL, error_r))
		ok = false;
	for (guint i = 0; ok && i < domains->len; i++)
		ok = warn_of(round, g_ptr_array_index(domains, i), error_r);
	if (domains != NULL)
		g_ptr_array_unref(domains);
	return ok;
}

/* ---- when to look again ---- */

static enum answer is_awaited(const struct round *round, struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(round->store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_delivery_is_awaited(round->store, error_r);
	store_rollback(round->store);
	return answer;
}

int64_t delivery_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	const struct round round = { kairan, kairan_get_store(kairan), setup, now };
	struct kairan_error error = { "" };
	enum answer answer;

	if (*setup->settings->mta_log == '\0')
		return now + NONE_SECONDS;
	answer = read_log(&round, &error);
	if (answer == ANSWER_YES)
		return now;
	if (answer == ANSWER_NO && warn_of_all(&round, &error))
		answer = is_awaited(&round, &error);
	if (answer == ANSWER_UNKNOWN || error.text[0] != '\0')
		log_error("deliveries: %s", error.text);
	return now + (answer == ANSWER_YES ? AWAITED_SECONDS : IDLE_SECONDS);
}
