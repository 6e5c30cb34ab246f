/*
 * NAME
 *	password_round - warn of passwords that get too old
 *
 * DESCRIPTION
 *	Asks LDAP for every approver, delegate, staff member and administrator. Each gets each
 *	warning once for a password; who could not be told in time gets the later warning only.
 *
 * DIAGNOSTICS
 *	Info: who is warned. Warning: LDAP could not be asked. Error: the store cannot be
 *	written. Both are tried again.
 */
#include "config.h"

#include "milter/round/password_round.h"

#include <glib.h>
#include <stdlib.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/round/clock_round.h"
#include "policy/password.h"
#include "schema/directory_people.h"
#include "schema/store_password.h"

#define DAY_SECONDS 86400

static bool add_notice(struct store *store, const struct person *person, int64_t max_age,
		       int64_t now, struct kairan_error *error_r)
{
	const int64_t end = person->password.changed_at + max_age;
	g_autofree char *until = g_strdup_printf("%lld", (long long)end);
	g_autofree char *days = g_strdup_printf(
	    "%lld", (long long)((end - now + DAY_SECONDS - 1) / DAY_SECONDS));
	char *facts = notice_make_facts("password_until", until, "days_left", days, NULL);
	bool ok = notice_add_person(
	    store, &(struct notice){ NOTICE_PASSWORD_WARNING, 0, facts, now }, person,
	    error_r);

	free(facts);
	return ok;
}

/* YES: warned. NO: had been. */
static enum answer warn(struct store *store, const struct person *person, int days,
			int64_t max_age, int64_t now, struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_password_note_warning(store, person->uid,
					     person->password.changed_at, days, error_r);
	if (answer == ANSWER_YES && !add_notice(store, person, max_age, now, error_r))
		answer = ANSWER_UNKNOWN;
	return store_finish(store, answer, error_r);
}

static bool look_at(struct kairan *kairan, const struct person *person, int64_t max_age,
		    int64_t now, struct kairan_error *error_r)
{
	const int days = password_find_warning(&person->password, max_age, now);
	enum answer answer = ANSWER_NO;

	if (days != 0)
		answer =
		    warn(kairan_get_store(kairan), person, days, max_age, now, error_r);
	if (answer == ANSWER_YES)
		log_info("%s is warned: the password gets too old in %d days",
			 person->uid, days);
	return answer != ANSWER_UNKNOWN;
}

static int64_t look_at_all(struct kairan *kairan, const struct setup *setup,
			   const GPtrArray *people, int64_t now)
{
	const int64_t max_age = setup->settings->password_max_age;
	int64_t next = now + DAY_SECONDS;

	for (guint i = 0; i < people->len; i++) {
		const struct person *person = g_ptr_array_index(people, i);
		const int64_t due =
		    password_next_warning(&person->password, max_age, now);
		struct kairan_error error = { "" };

		if (due != 0)
			next = MIN(next, due);
		if (!look_at(kairan, person, max_age, now, &error)) {
			log_error("password of %s: %s", person->uid, error.text);
			next = MIN(next, now + setup->settings->snapshot_refresh);
		}
	}
	waker_wake(kairan_get_waker(kairan, KAIRAN_NOTICES));
	return next;
}

int64_t password_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	GPtrArray *people = NULL;
	struct kairan_error error = { "" };
	int64_t next;

	/* Nobody is warned by a clock that has jumped. */
	if (clock_round_is_in_doubt(kairan_get_store(kairan), &error) != ANSWER_NO)
		return now + setup->settings->snapshot_refresh;
	if (!directory_list_people(setup->directory, &people, &error)) {
		log_warning("passwords will be looked at later: %s", error.text);
		return now + setup->settings->snapshot_refresh;
	}
	next = look_at_all(kairan, setup, people, now);
	g_ptr_array_unref(people);
	return next;
}
