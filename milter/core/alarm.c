/*
 * NAME
 *	alarm - what the administrators must mend
 *
 * DESCRIPTION
 *	One alarm of a kind about one thing is one mail for each thing that is wrong with it, and
 *	one when it is over, which says how often it was raised; its details change meanwhile.
 *
 *	Raising and telling are two steps: whoever finds something wrong answers an MTA that
 *	waits, and has just had an answer from LDAP that made no sense. The mails to all
 *	administrators, and the mark that they were told, are one transaction.
 *
 * DIAGNOSTICS
 *	Warning: a new alarm, with its entries; administrators who cannot be looked up, or of
 *	whom none has a mail address: tried again. Info: mended. Error: the store cannot be
 *	written.
 */
#include "config.h"

#include "milter/core/alarm.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/administrators.h"
#include "milter/core/notice.h"
#include "schema/store_alarm.h"

#define ALARM_IDLE_SECONDS 3600
/* How long an alarm stands that nobody can mend. */
static const struct {
	const char *kind;
	int64_t seconds;
} alarm_ends[] = {
	{ ALARM_TOKENS, 86400 },
	{ ALARM_REFUSALS, 86400 },
	{ ALARM_REPLIES, 3600 },
	{ ALARM_LIMIT, 86400 },
	{ ALARM_NOTICE, 86400 },
	{ ALARM_CHANGED, 7 * 86400 },
	{ ALARM_PROBE, 7 * 86400 },
	{ ALARM_RESIDENTS, 86400 },
	{ ALARM_BOUNCED, 86400 },
	{ ALARM_REFUSING, 86400 },
	/* Raised at each try: there is none of what was stopped. */
	{ ALARM_RELEASE, 86400 },
};

void alarm_raise(struct kairan *kairan, const char *kind, const char *id,
		 const char *reason, const char *detail)
{
	struct store *store = kairan_get_store(kairan);
	g_autofree char *name = g_strdup_printf("%s %s", kind, id);
	const struct alarm alarm = {
		.name = name,
		.reason = (char *)reason,
		.detail = (char *)detail,
		.raised_at = clock_now(),
	};
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (store_begin_grouped(store, &error)) {
		answer = store_alarm_raise(store, &alarm, &error);
		/* One that is known is counted. */
		if (!store_end(store, answer != ANSWER_UNKNOWN, &error))
			answer = ANSWER_UNKNOWN;
	}
	if (answer == ANSWER_UNKNOWN)
		log_error("alarm %s: %s: %s", name, reason, error.text);
	else
		alarm_board_put(kairan_get_alarm_board(kairan), name);
	if (answer != ANSWER_YES)
		return;
	log_warning("alarm %s: %s: %s", name, reason, detail);
	waker_wake(kairan_get_waker(kairan, KAIRAN_SLOW_ROUNDS));
}

void alarm_clear(struct kairan *kairan, const char *kind, const char *id)
{
	struct store *store = kairan_get_store(kairan);
	g_autofree char *name = g_strdup_printf("%s %s", kind, id);
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_UNKNOWN;

	if (!alarm_board_has(kairan_get_alarm_board(kairan), name))
		return;
	if (store_begin_grouped(store, &error))
		answer = store_finish(
		    store, store_alarm_clear(store, name, clock_now(), &error), &error);
	if (answer == ANSWER_UNKNOWN)
		log_error("alarm %s cannot be cleared: %s", name, error.text);
	else
		alarm_board_remove(kairan_get_alarm_board(kairan), name);
	if (answer != ANSWER_YES)
		return;
	log_info("alarm %s: over", name);
	waker_wake(kairan_get_waker(kairan, KAIRAN_SLOW_ROUNDS));
}

static bool has_kind(const struct alarm *alarm, const char *kind)
{
	const size_t length = strlen(kind);

	return strncmp(alarm->name, kind, length) == 0 && alarm->name[length] == ' ';
}

/* Let an alarm go whose time is over. Returns when that is; INT64_MAX: never. */
static int64_t expire(struct kairan *kairan, const struct alarm *alarm, int64_t now)
{
	for (size_t i = 0; i < G_N_ELEMENTS(alarm_ends); i++) {
		const char *kind = alarm_ends[i].kind;
		const int64_t end = alarm->last_at + alarm_ends[i].seconds;

		if (!has_kind(alarm, kind))
			continue;
		if (end > now)
			return end;
		/* kairanctl deliver may have raised it. */
		alarm_board_put(kairan_get_alarm_board(kairan), alarm->name);
		alarm_clear(kairan, kind, alarm->name + strlen(kind) + 1);
	}
	return INT64_MAX;
}

int64_t alarm_expire(struct kairan *kairan, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	GPtrArray *alarms = NULL;
	struct kairan_error error = { "" };
	int64_t next = INT64_MAX;
	bool ok = store_begin(store, &error);

	if (ok) {
		ok = store_alarm_list(store, &alarms, &error);
		store_rollback(store);
	}
	for (guint i = 0; ok && i < alarms->len; i++)
		next = MIN(next, expire(kairan, g_ptr_array_index(alarms, i), now));
	if (ok)
		g_ptr_array_unref(alarms);
	else
		log_error("alarms: %s", error.text);
	return ok ? next : now + ALARM_IDLE_SECONDS;
}

/* What helps: the directory is to be mended, but for what is not about it. */
static const char *find_advice(const struct alarm *alarm)
{
	static const char *const others[] = {
		ALARM_DESCRIPTORS, ALARM_LIMIT,      ALARM_MAIL,       ALARM_RELEASE,
		ALARM_AUDIT,       ALARM_TOKENS,     ALARM_REFUSALS,   ALARM_REPLIES,
		ALARM_FINDING,     ALARM_FOOTER,     ALARM_DIRECTORY,  ALARM_CHANGED,
		ALARM_PROBE,       ALARM_INSPECTION, ALARM_NOTICE,     ALARM_STAYS,
		ALARM_UNSENT,      ALARM_RESIDENTS,  ALARM_BOUNCED,    ALARM_CLOCK,
		ALARM_ARCHIVE,     ALARM_REFUSING,   ALARM_PUBLISHING,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (has_kind(alarm, others[i]))
			return strcmp(others[i], ALARM_DIRECTORY) == 0 ? "ldap"
								       : others[i];
	return "directory";
}

/* What it is about, where that has a name that says something to people. */
static const char *find_about(const struct alarm *alarm)
{
	static const char *const nameless[] = {
		ALARM_AUDIT,     ALARM_TOKENS,     ALARM_REPLIES,    ALARM_DESCRIPTORS,
		ALARM_DIRECTORY, ALARM_FINDING,    ALARM_FOOTER,     ALARM_CLOCK,
		ALARM_STORE,     ALARM_NOTICE,     ALARM_INSPECTION, ALARM_UNSENT,
		ALARM_ARCHIVE,   ALARM_PUBLISHING,
	};
	const char *space = strchr(alarm->name, ' ');

	for (size_t i = 0; i < G_N_ELEMENTS(nameless); i++)
		if (has_kind(alarm, nameless[i]))
			return "";
	return space != NULL ? space + 1 : "";
}

/* The domain, which the reader is told the carrier's name of; "": it is about none. */
static const char *find_refusing(const struct alarm *alarm)
{
	return has_kind(alarm, ALARM_REFUSING) ? find_about(alarm) : "";
}

/* Tell all administrators. Takes over the facts. */
static bool add_notices(struct store *store, const char *kind, char *facts,
			const GPtrArray *administrators, int64_t now,
			struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < administrators->len; i++)
		ok = notice_add_person(store, &(struct notice){ kind, 0, facts, now },
				       g_ptr_array_index(administrators, i), error_r);
	free(facts);
	return ok;
}

static char *make_facts(const struct alarm *alarm)
{
	g_autofree char *kind = g_strndup(alarm->name, strcspn(alarm->name, " "));

	return notice_make_facts(
	    "alarm_key", alarm->reason, "advice_key", find_advice(alarm), "kind_key",
	    kind, "alarm_about", find_about(alarm),
	    has_kind(alarm, ALARM_AUDIT) ? "audit_fault" : "detail", alarm->detail,
	    "refusing_domain", find_refusing(alarm), NULL);
}

static char *make_facts_of_end(const struct alarm *alarm)
{
	g_autofree char *kind = g_strndup(alarm->name, strcspn(alarm->name, " "));
	g_autofree char *count = g_strdup_printf("%lld", (long long)alarm->count);
	g_autofree char *since = g_strdup_printf("%lld", (long long)alarm->raised_at);
	g_autofree char *end = g_strdup_printf("%lld", (long long)alarm->last_at);

	return notice_make_facts("alarm_key", alarm->reason, "kind_key", kind,
				 "alarm_about", find_about(alarm), "alarm_count", count,
				 "alarm_since", since, "alarm_end", end,
				 "refusing_domain", find_refusing(alarm), NULL);
}

/* As tell_next(), of one that is over. */
static enum answer tell_next_end(struct store *store, const GPtrArray *administrators,
				 int64_t now, struct kairan_error *error_r)
{
	struct alarm *alarm = NULL;
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_alarm_take_over(store, &alarm, error_r);
	if (answer == ANSWER_YES &&
	    !add_notices(store, NOTICE_ALARM_OVER, make_facts_of_end(alarm),
			 administrators, now, error_r))
		answer = ANSWER_UNKNOWN;
	alarm_free(alarm);
	return store_finish(store, answer, error_r);
}

/* YES: told, or told by now in some other way. NO: none is left. */
static enum answer tell_next(struct store *store, const GPtrArray *administrators,
			     int64_t now, struct kairan_error *error_r)
{
	struct alarm *alarm = NULL;
	enum answer answer = ANSWER_UNKNOWN;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_alarm_find_untold(store, &alarm, error_r);
	if (answer == ANSWER_YES)
		answer = store_alarm_record_told(store, alarm, now, error_r);
	if (answer == ANSWER_YES && !add_notices(store, NOTICE_ALARM, make_facts(alarm),
						 administrators, now, error_r))
		answer = ANSWER_UNKNOWN;
	alarm_free(alarm);
	return store_finish(store, answer, error_r);
}

static enum answer has_untold(struct store *store, struct kairan_error *error_r)
{
	struct alarm *alarm = NULL;
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_alarm_find_untold(store, &alarm, error_r);
	if (answer == ANSWER_NO)
		answer = store_alarm_take_over(store, &alarm, error_r);
	store_rollback(store);
	alarm_free(alarm);
	return answer;
}

static int64_t tell_all(struct kairan *kairan, const struct setup *setup,
			const GPtrArray *administrators, int64_t now)
{
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	enum answer answer;

	if (!administrators_can_be_told(administrators)) {
		log_warning("there is no administrator who could be told of an alarm");
		return now + ALARM_IDLE_SECONDS;
	}
	do {
		answer = tell_next(store, administrators, now, &error);
		if (answer == ANSWER_NO)
			answer = tell_next_end(store, administrators, now, &error);
	} while (answer == ANSWER_YES);
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	if (answer == ANSWER_NO)
		return INT64_MAX;
	log_error("alarms: %s", error.text);
	return now + setup->settings->snapshot_refresh;
}

int64_t alarm_tell(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	GPtrArray *administrators = NULL;
	struct kairan_error error = { "" };
	enum answer answer = has_untold(kairan_get_store(kairan), &error);
	int64_t next;

	if (answer == ANSWER_NO)
		return INT64_MAX;
	if (answer == ANSWER_UNKNOWN ||
	    !administrators_find(kairan, setup, &administrators, &error)) {
		log_warning("administrators will be told later: %s", error.text);
		return now + setup->settings->snapshot_refresh;
	}
	next = tell_all(kairan, setup, administrators, now);
	g_ptr_array_unref(administrators);
	return next;
}
