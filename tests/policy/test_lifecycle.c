/*
 * NAME
 *	test_lifecycle - the steps of a draft, all of them and no others
 *
 * DESCRIPTION
 *	The matrix below was written from the design, not from the table it checks.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/lifecycle.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define STATES       9 /* and the number 0, which is none */

/* Row: from; column: to, in the order of the numbers, from 0. */
static const char matrix[STATES][STATES + 1] = {
	[0] = "---------",
	[DRAFT_HELD] = "--y--yyy-",
	[DRAFT_APPROVED] = "---y--yy-",
	[DRAFT_RELEASING] = "----y---y",
	[DRAFT_RELEASED] = "---------",
	[DRAFT_SENT_BACK] = "---------",
	[DRAFT_WITHDRAWN] = "---------",
	[DRAFT_EXPIRED] = "---------",
	[DRAFT_STOPPED] = "---------",
};

static void test_matrix(void **state)
{
	(void)state;
	for (int from = 0; from < STATES; from++)
		for (int to = 0; to < STATES; to++)
			if (lifecycle_allows((enum draft_state)from,
					     (enum draft_state)to) !=
			    (matrix[from][to] == 'y'))
				fail_msg("%s -> %s",
					 lifecycle_name((enum draft_state)from),
					 lifecycle_name((enum draft_state)to));
}

/* Numbers and names stand in stores and audit rows that are already written. */
static void test_numbers_and_names(void **state)
{
	static const struct {
		enum draft_state state;
		int number;
		const char *name;
	} rows[] = {
		{ DRAFT_HELD, 1, "held" },           { DRAFT_APPROVED, 2, "approved" },
		{ DRAFT_RELEASING, 3, "releasing" }, { DRAFT_RELEASED, 4, "released" },
		{ DRAFT_SENT_BACK, 5, "sent-back" }, { DRAFT_WITHDRAWN, 6, "withdrawn" },
		{ DRAFT_EXPIRED, 7, "expired" },     { DRAFT_STOPPED, 8, "stopped" },
	};

	(void)state;
	assert_int_equal(COUNT(rows), STATES - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(rows[i].state, rows[i].number);
		assert_string_equal(lifecycle_name(rows[i].state), rows[i].name);
	}
}

static void test_numbers_that_are_no_state(void **state)
{
	static const int numbers[] = { 0, 9, 10, 255, 65536, INT32_MAX, -1, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const enum draft_state none = (enum draft_state)numbers[i];

		assert_string_equal(lifecycle_name(none), "unknown");
		for (int known = 1; known < STATES; known++) {
			assert_false(lifecycle_allows(none, (enum draft_state)known));
			assert_false(lifecycle_allows((enum draft_state)known, none));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_numbers_and_names),
		cmocka_unit_test(test_numbers_that_are_no_state),
	};

	return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
