/*
 * NAME
 *	suspension - suspended broadcasts
 *
 * DESCRIPTION
 *	The store is asked each time, so that kairanctl suspend and resume need no word with
 *	the daemon. What rests meanwhile is left out by the store's own look-ups.
 *
 * DIAGNOSTICS
 *	Info: a draft that was deferred; a suspension that has ended by itself. Error: the
 *	store cannot be used.
 */
#include "config.h"

#include "milter/intake/suspension.h"

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/notice.h"
#include "schema/store_outbox.h"
#include "schema/store_suspension_plan.h"

static enum answer find(const struct intake_context *context, const char *broadcast,
			struct suspension **suspension_r)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error;
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin_grouped(store, &error)) {
		answer = store_suspension_find(store, broadcast, clock_now(),
					       suspension_r, &error);
		store_rollback(store);
	}
	if (answer == ANSWER_UNKNOWN)
		log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s",
			  error.text);
	return answer;
}

/* What of a text may stand in an SMTP reply, with single spaces. Free with g_free(). */
static char *keep_ascii(const char *text)
{
	GString *kept = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		const bool blank = kept->len == 0 || kept->str[kept->len - 1] == ' ';

		if (g_ascii_isprint(*text) && !(*text == ' ' && blank))
			g_string_append_c(kept, *text);
	}
	return g_strchomp(g_string_free(kept, FALSE));
}

/* "suspended until 2026-12-01 09:00 JST: reason". */
static char *describe(const struct setup *setup, const struct suspension *suspension)
{
	GString *text = g_string_new("suspended");
	g_autofree char *reason = keep_ascii(suspension->reason);
	char when[64];

	if (suspension->until != 0) {
		clock_format(suspension->until, setup->settings->time_zone,
			     "%Y-%m-%d %H:%M %Z", when, sizeof(when));
		g_string_append_printf(text, " until %s", when);
	}
	if (*reason != '\0')
		g_string_append_printf(text, ": %s", reason);
	return g_string_free(text, FALSE);
}

void suspension_judge(const struct intake_context *context, const char *broadcast,
		      struct verdict *verdict_r)
{
	struct suspension *suspension = NULL;
	g_autofree char *detail = NULL;

	switch (find(context, broadcast, &suspension)) {
	case ANSWER_YES:
		detail = describe(context->setup, suspension);
		verdict_set(verdict_r, REASON_OUT_OF_SERVICE, detail);
		log_event(LOG_LEVEL_INFO, context->envelope->queue_id, 0,
			  "mail to %s deferred: %s", broadcast, verdict_r->text);
		break;
	case ANSWER_NO:
		break;
	case ANSWER_UNKNOWN:
		verdict_set(verdict_r, REASON_STORE, NULL);
		break;
	}
	suspension_free(suspension);
}

/* One notice, if there was none in this suspension. */
static enum answer add_notice(struct store *store, const struct person *person,
			      const char *broadcast, const struct suspension *suspension,
			      struct kairan_error *error_r)
{
	g_autofree char *until = g_strdup_printf("%lld", (long long)suspension->until);
	enum answer told = store_outbox_was_mailed(
	    store, NOTICE_OUT_OF_SERVICE, person->mails[0], suspension->since, error_r);
	char *facts;

	if (told != ANSWER_NO)
		return told;
	facts = notice_make_facts("broadcast", broadcast, "suspended_until", until,
				  "suspended_reason", suspension->reason, NULL);
	if (!notice_add_person(
		store, &(struct notice){ NOTICE_OUT_OF_SERVICE, 0, facts, clock_now() },
		person, error_r))
		told = ANSWER_UNKNOWN;
	free(facts);
	return told;
}

static bool tell(const struct intake_context *context, const struct person *person,
		 const char *broadcast, const struct suspension *suspension)
{
	struct store *store = kairan_get_store(context->kairan);
	struct kairan_error error;
	bool ok = store_begin_grouped(store, &error);

	if (ok) {
		ok =
		    add_notice(store, person, broadcast, suspension, &error) == ANSWER_NO;
		ok = store_end(store, ok, &error);
	}
	return ok;
}

void suspension_tell(const struct intake_context *context, const struct person *person,
		     const char *broadcast)
{
	struct suspension *suspension = NULL;

	if (person->mails[0] != NULL &&
	    find(context, broadcast, &suspension) == ANSWER_YES &&
	    tell(context, person, broadcast, suspension))
		waker_wake(kairan_get_waker(context->kairan, KAIRAN_NOTICES));
	suspension_free(suspension);
}

enum answer suspension_is_on(const struct intake_context *context, const char *broadcast)
{
	struct suspension *suspension = NULL;
	enum answer answer = find(context, broadcast, &suspension);

	suspension_free(suspension);
	return answer;
}

bool suspension_advance(struct kairan *kairan, const struct setup *setup,
			struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	const int64_t now = clock_as_looked();
	int64_t begun = 0, ended = 0;

	if (!store_begin(store, error_r))
		return false;
	if (!store_end(store,
		       store_suspension_plan_begin(store, now, &begun, error_r) &&
			   store_suspension_lift_past(store, now,
						      setup->settings->remind_first,
						      &ended, error_r),
		       error_r))
		return false;
	if (begun > 0)
		log_info("%lld suspensions have begun, as planned", (long long)begun);
	if (ended > 0)
		log_info("%lld suspensions have ended: their time has passed",
			 (long long)ended);
	if (begun + ended > 0)
		kairan_wake_all(kairan);
	return true;
}
