/*
 * The store that each test of a file begins with and that is removed after it: TEST() in the
 * list of tests. Needs cmocka.h before it.
 */
#ifndef KAIRAN_TESTS_STORE_FIXTURE_H
#define KAIRAN_TESTS_STORE_FIXTURE_H

#include "tests/schema/store_scratch.h"

static struct store_scratch at;

static int setup(void **state)
{
	(void)state;
	store_scratch_make(&at);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_scratch_remove(&at);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
