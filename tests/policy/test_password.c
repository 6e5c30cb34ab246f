/*
 * NAME
 *	test_password - who must change their password first (Art. 12)
 *
 * DESCRIPTION
 *	Day 90 and day 91, what the registrar has set, and the days on which warnings fall due.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/password.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DAY     INT64_C(86400)
#define MAX_AGE (90 * DAY)
#define BEGIN   INT64_C(1700000000) /* a person was registered */
#define CHANGED (BEGIN + 10 * DAY)  /* and changed the password */

static const struct password_rule lenient = { MAX_AGE, false };
static const struct password_rule strict = { MAX_AGE, true };

static const struct password_facts good = { CHANGED, BEGIN, false, false, false };
static const struct password_facts unregistered = { CHANGED, 0, false, false, false };
static const struct password_facts reset = { CHANGED, BEGIN, true, false, false };
static const struct password_facts locked = { CHANGED, BEGIN, false, true, false };
static const struct password_facts locked_reset = { CHANGED, BEGIN, true, true, false };
static const struct password_facts garbled = { CHANGED, BEGIN, false, true, true };
static const struct password_facts unknown = { 0, BEGIN, false, false, false };
static const struct password_facts nothing = { 0, 0, false, false, false };
static const struct password_facts unknown_reset = { 0, 0, true, false, false };

static const struct password_facts same = { BEGIN, BEGIN, false, false, false };
static const struct password_facts after_5 = { BEGIN + 5, BEGIN, false, false, false };
static const struct password_facts after_6 = { BEGIN + 6, BEGIN, false, false, false };
static const struct password_facts before_5 = { BEGIN - 5, BEGIN, false, false, false };
static const struct password_facts before_6 = { BEGIN - 6, BEGIN, false, false, false };

static void test_judge(void **state)
{
	static const struct {
		const struct password_facts *facts;
		const struct password_rule *rule;
		int64_t now;
		enum reason reason;
	} rows[] = {
		{ &good, &lenient, CHANGED, REASON_NONE },
		{ &good, &strict, CHANGED, REASON_NONE },
		{ &good, &lenient, CHANGED + MAX_AGE - 1, REASON_NONE },
		{ &good, &lenient, CHANGED + MAX_AGE, REASON_NONE },
		{ &good, &lenient, CHANGED + MAX_AGE + 1, REASON_PASSWORD_OLD },
		{ &good, &lenient, CHANGED + 10 * MAX_AGE, REASON_PASSWORD_OLD },
		/* A directory whose clock is ahead of ours. */
		{ &good, &lenient, CHANGED - 60, REASON_NONE },
		{ &unregistered, &strict, CHANGED + MAX_AGE, REASON_NONE },
		{ &unregistered, &strict, CHANGED + MAX_AGE + 1, REASON_PASSWORD_OLD },

		{ &reset, &lenient, CHANGED, REASON_PASSWORD_INITIAL },
		{ &reset, &lenient, CHANGED + MAX_AGE + 1, REASON_PASSWORD_INITIAL },
		{ &unknown_reset, &lenient, CHANGED, REASON_PASSWORD_INITIAL },
		{ &same, &lenient, BEGIN + 1, REASON_PASSWORD_INITIAL },
		{ &same, &lenient, BEGIN + MAX_AGE + 1, REASON_PASSWORD_INITIAL },
		{ &after_5, &lenient, BEGIN + DAY, REASON_PASSWORD_INITIAL },
		{ &after_6, &lenient, BEGIN + DAY, REASON_NONE },
		{ &before_5, &lenient, BEGIN + DAY, REASON_PASSWORD_INITIAL },
		/* Registered anew with the password that they had: a move of directories. */
		{ &before_6, &lenient, BEGIN + DAY, REASON_NONE },

		{ &locked, &lenient, CHANGED, REASON_PASSWORD_LOCKED },
		{ &locked, &lenient, CHANGED + MAX_AGE + 1, REASON_PASSWORD_LOCKED },
		{ &locked_reset, &lenient, CHANGED, REASON_PASSWORD_LOCKED },

		{ &unknown, &lenient, CHANGED, REASON_NONE },
		{ &unknown, &strict, CHANGED, REASON_PASSWORD_UNKNOWN },
		{ &nothing, &lenient, CHANGED, REASON_NONE },
		{ &nothing, &strict, CHANGED, REASON_PASSWORD_UNKNOWN },
		/* What cannot be understood is never a no, and never a yes. */
		{ &garbled, &lenient, CHANGED, REASON_DIRECTORY },
		{ &garbled, &strict, CHANGED, REASON_DIRECTORY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict verdict;

		memset(&verdict, 0x55, sizeof(verdict));
		password_judge(rows[i].facts, rows[i].rule, rows[i].now, &verdict);
		if (verdict.reason != rows[i].reason)
			fail_msg("row %zu: %s", i, reason_name(verdict.reason));
	}
}

static void test_old_says_which_day(void **state)
{
	struct verdict verdict;

	(void)state;
	password_judge(&good, &lenient, CHANGED + MAX_AGE + 1, &verdict);
	assert_string_equal(
	    verdict.text,
	    "Art.12: the password is too old, change it: day 91, limit 90 days");
	password_judge(&good, &lenient, CHANGED + MAX_AGE + DAY, &verdict);
	assert_non_null(strstr(verdict.text, "day 92,"));
}

static void test_warnings(void **state)
{
	static const int64_t end = CHANGED + MAX_AGE;
	static const struct {
		const struct password_facts *facts;
		int64_t now;
		int days;
		int64_t next;
	} rows[] = {
		{ &good, CHANGED, 0, end - 14 * DAY },
		{ &good, end - 14 * DAY - 1, 0, end - 14 * DAY },
		{ &good, end - 14 * DAY, 14, end - 7 * DAY },
		{ &good, end - 7 * DAY - 1, 14, end - 7 * DAY },
		{ &good, end - 7 * DAY, 7, end - 1 * DAY },
		{ &good, end - 1 * DAY - 1, 7, end - 1 * DAY },
		{ &good, end - 1 * DAY, 1, 0 },
		{ &good, end, 1, 0 },
		{ &good, end + 1, 0, 0 },
		{ &locked, end - 7 * DAY, 7, end - 1 * DAY },
		{ &unknown, end - DAY, 0, 0 },
		{ &garbled, end - DAY, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (password_find_warning(rows[i].facts, MAX_AGE, rows[i].now) !=
		    rows[i].days)
			fail_msg("row %zu: wrong warning", i);
		if (password_next_warning(rows[i].facts, MAX_AGE, rows[i].now) !=
		    rows[i].next)
			fail_msg("row %zu: wrong next time", i);
	}
}

/* Where the town asks for a change every ten days, a warning 14 days before would come at
 * once. */
static void test_warnings_of_a_short_time(void **state)
{
	(void)state;
	assert_int_equal(password_find_warning(&good, 10 * DAY, CHANGED + DAY), 14);
	assert_int_equal(password_find_warning(&good, 10 * DAY, CHANGED + 3 * DAY), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_old_says_which_day),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_warnings_of_a_short_time),
	};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
