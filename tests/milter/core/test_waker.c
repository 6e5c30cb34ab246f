/*
 * NAME
 *	test_waker - waits end when somebody wants them to
 *
 * DESCRIPTION
 *	A wake-up between two waits counts; the earliest time that anybody named ends a wait,
 *	and is forgotten then.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <time.h>

#include "conf/clock.h"
#include "milter/core/waker.h"

#define LONG 3600

static struct waker *waker;

static int setup(void **state)
{
	(void)state;
	waker = waker_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	waker_free(waker);
	return 0;
}

/* A wait that lasts as long as it should not would stop the test for an hour. */
static bool wait_long(void)
{
	return waker_wait_until(waker, clock_now() + LONG);
}

static void test_wake_before_wait(void **state)
{
	(void)state;
	waker_wake(waker);
	assert_true(wait_long());
}

static void test_time_has_come(void **state)
{
	(void)state;
	assert_true(waker_wait_until(waker, clock_now()));
	assert_true(waker_wait_until(waker, 0));
}

static void test_wake_by(void **state)
{
	(void)state;
	waker_wake_by(waker, clock_now() + LONG);
	waker_wake_by(waker, clock_now());
	waker_wake_by(waker, clock_now() + LONG);
	assert_true(wait_long());
}

static void *wake_soon(void *context)
{
	(void)context;
	waker_wake_by(waker, clock_now() + 1);
	return NULL;
}

static void test_wake_by_from_elsewhere(void **state)
{
	int64_t before = clock_now();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake_soon, NULL), 0);
	assert_true(wait_long());
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(clock_now() - before >= 1);
}

static void test_forgotten(void **state)
{
	int64_t before;

	(void)state;
	waker_wake_by(waker, clock_now());
	assert_true(wait_long());
	before = clock_now();
	assert_true(waker_wait_until(waker, before + 2));
	assert_true(clock_now() >= before + 2);
}

static void test_stop(void **state)
{
	(void)state;
	waker_stop(waker);
	assert_false(wait_long());
	assert_false(wait_long());
}

static bool is_readable(void)
{
	struct pollfd fd = { .fd = waker_get_descriptor(waker), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static void test_descriptor(void **state)
{
	(void)state;
	assert_false(is_readable());
	waker_wake(waker);
	waker_wake(waker);
	assert_true(is_readable());
	assert_true(wait_long());
	assert_false(is_readable());
	waker_stop(waker);
	assert_true(is_readable());
	assert_false(wait_long());
	assert_true(is_readable());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wake_before_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time_has_come, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wake_by, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wake_by_from_elsewhere, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_descriptor, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
