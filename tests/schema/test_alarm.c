/*
 * NAME
 *	test_alarm - alarms and warnings are told once
 *
 * DESCRIPTION
 *	What is known stays silent; what is new, different or cleared in between is told again.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_alarm.h"
#include "schema/store_password.h"
#include "tests/schema/store_fixture.h"

static int open_transaction(void **state)
{
	(void)setup(state);
	begin(&at);
	return 0;
}

static int end_transaction(void **state)
{
	store_rollback(at.store);
	return teardown(state);
}

static enum answer raise_alarm(const char *name, const char *reason, const char *detail,
			       int64_t now)
{
	const struct alarm alarm = {
		.name = (char *)name,
		.reason = (char *)reason,
		.detail = (char *)detail,
		.raised_at = now,
	};

	return store_alarm_raise(at.store, &alarm, &at.error);
}

/* Tell the first one that is untold, and insist that it is this. */
static void tell(const char *name, const char *detail)
{
	struct alarm *alarm = NULL;

	assert_int_equal(store_alarm_find_untold(at.store, &alarm, &at.error),
			 ANSWER_YES);
	assert_string_equal(alarm->name, name);
	assert_string_equal(alarm->detail, detail);
	assert_int_equal(store_alarm_record_told(at.store, alarm, 2000, &at.error),
			 ANSWER_YES);
	assert_int_equal(store_alarm_record_told(at.store, alarm, 2000, &at.error),
			 ANSWER_NO);
	alarm_free(alarm);
}

static void expect_all_told(void)
{
	struct alarm *alarm = NULL;

	assert_int_equal(store_alarm_find_untold(at.store, &alarm, &at.error), ANSWER_NO);
}

static void test_told_once(void **state)
{
	(void)state;
	expect_all_told();
	assert_int_equal(raise_alarm("section a", "no-approver", "", 1000), ANSWER_YES);
	assert_int_equal(raise_alarm("section a", "no-approver", "", 1001), ANSWER_NO);
	tell("section a", "");
	expect_all_told();
	assert_int_equal(raise_alarm("section a", "no-approver", "", 1002), ANSWER_NO);
	expect_all_told();
}

static void test_another_slip_is_told(void **state)
{
	(void)state;
	assert_int_equal(raise_alarm("section a", "both-duties", "x", 1000), ANSWER_YES);
	tell("section a", "x");
	assert_int_equal(raise_alarm("section a", "mail-twice", "y", 1002), ANSWER_YES);
	tell("section a", "y");
	/* Each is told once, however they take turns. */
	assert_int_equal(raise_alarm("section a", "both-duties", "x", 1003), ANSWER_NO);
	assert_int_equal(raise_alarm("section a", "mail-twice", "y", 1004), ANSWER_NO);
	expect_all_told();
}

/* However its details change, it is one until it is over; then it is told how often it was. */
static void test_counted_until_it_is_over(void **state)
{
	struct alarm *alarm = NULL;

	(void)state;
	for (int i = 0; i < 30; i++) {
		g_autofree char *detail = g_strdup_printf("token %d", i);

		assert_int_equal(
		    raise_alarm("tokens forged", "forged-tokens", detail, 1000 + i),
		    i == 0 ? ANSWER_YES : ANSWER_NO);
		if (i == 0)
			tell("tokens forged", "token 0");
		expect_all_told();
	}
	assert_int_equal(store_alarm_take_over(at.store, &alarm, &at.error), ANSWER_NO);
	assert_int_equal(store_alarm_clear(at.store, "tokens forged", 3000, &at.error),
			 ANSWER_YES);
	assert_int_equal(store_alarm_take_over(at.store, &alarm, &at.error), ANSWER_YES);
	assert_string_equal(alarm->name, "tokens forged");
	assert_string_equal(alarm->reason, "forged-tokens");
	assert_int_equal(alarm->count, 30);
	assert_int_equal(alarm->raised_at, 1000);
	assert_int_equal(alarm->last_at, 3000);
	alarm_free(alarm);
	assert_int_equal(store_alarm_take_over(at.store, &alarm, &at.error), ANSWER_NO);
	/* Of what nobody was told, nobody hears that it is over. */
	assert_int_equal(raise_alarm("tokens forged", "forged-tokens", "x", 4000),
			 ANSWER_YES);
	assert_int_equal(store_alarm_clear(at.store, "tokens forged", 5000, &at.error),
			 ANSWER_YES);
	assert_int_equal(store_alarm_take_over(at.store, &alarm, &at.error), ANSWER_NO);
}

static void test_cleared_and_again(void **state)
{
	(void)state;
	assert_int_equal(store_alarm_clear(at.store, "section a", 3000, &at.error),
			 ANSWER_NO);
	assert_int_equal(raise_alarm("section a", "mail-twice", "x", 1000), ANSWER_YES);
	tell("section a", "x");
	assert_int_equal(store_alarm_clear(at.store, "section a", 3000, &at.error),
			 ANSWER_YES);
	assert_int_equal(store_alarm_clear(at.store, "section a", 3000, &at.error),
			 ANSWER_NO);
	assert_int_equal(raise_alarm("section a", "mail-twice", "x", 1001), ANSWER_YES);
	tell("section a", "x");
}

static void test_one_does_not_hide_another(void **state)
{
	(void)state;
	assert_int_equal(raise_alarm("section b", "mail-twice", "x", 1001), ANSWER_YES);
	assert_int_equal(raise_alarm("section a", "mail-twice", "x", 1001), ANSWER_YES);
	assert_int_equal(raise_alarm("section c", "mail-twice", "x", 1000), ANSWER_YES);
	tell("section c", "x");
	tell("section a", "x");
	assert_int_equal(store_alarm_clear(at.store, "section a", 3000, &at.error),
			 ANSWER_YES);
	tell("section b", "x");
	expect_all_told();
}

/* Its details changed before it was told: it is told as it is. */
static void test_changed_meanwhile(void **state)
{
	(void)state;
	assert_int_equal(raise_alarm("section a", "mail-twice", "x", 1000), ANSWER_YES);
	assert_int_equal(raise_alarm("section a", "mail-twice", "y", 1000), ANSWER_NO);
	tell("section a", "y");
	expect_all_told();
}

static void test_warnings(void **state)
{
	static const struct {
		const char *uid;
		int64_t changed_at, days;
		enum answer answer;
	} rows[] = {
		{ "chief", 1000, 14, ANSWER_YES },
		{ "chief", 1000, 14, ANSWER_NO },
		{ "staff", 1000, 14, ANSWER_YES },
		{ "chief", 1000, 7, ANSWER_YES },
		{ "chief", 1000, 7, ANSWER_NO },
		/* A clock that went back. */
		{ "chief", 1000, 14, ANSWER_NO },
		{ "chief", 1000, 1, ANSWER_YES },
		{ "chief", 1000, 1, ANSWER_NO },
		{ "chief", 1001, 14, ANSWER_YES },
		{ "chief", 1001, 1, ANSWER_YES },
		{ "staff", 1000, 1, ANSWER_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (store_password_note_warning(at.store, rows[i].uid, rows[i].changed_at,
						rows[i].days,
						&at.error) != rows[i].answer)
			fail_msg("row %zu: %s", i, at.error.text);
}

#define TEST_WITHIN(name) \
	cmocka_unit_test_setup_teardown(name, open_transaction, end_transaction)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_WITHIN(test_told_once),
		cmocka_unit_test_setup_teardown(test_another_slip_is_told,
						open_transaction, teardown),
		TEST_WITHIN(test_cleared_and_again),
		cmocka_unit_test_setup_teardown(test_one_does_not_hide_another,
						open_transaction, teardown),
		TEST_WITHIN(test_changed_meanwhile),
		TEST_WITHIN(test_counted_until_it_is_over),
		TEST_WITHIN(test_warnings),
	};

	return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
