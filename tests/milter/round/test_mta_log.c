/*
 * NAME
 *	test_mta_log - the mail system's log as a file
 *
 * DESCRIPTION
 *	Every line is read once, whatever becomes of the file between two looks.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <time.h>

#include "milter/round/mta_log.h"
#include "milter/round/mta_log_time.h"
#include "tests/scratch.h"

#define STAMP "2026-11-27T10:00:00.5+09:00 "

static struct scratch scratch;
static char *name, *position;

static int setup(void **state)
{
	(void)state;
	scratch_make(&scratch);
	name = g_strdup(scratch_path(&scratch, "mail.log"));
	position = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	g_free(name);
	g_free(position);
	scratch_remove(&scratch);
	return 0;
}

static void add(const char *text)
{
	FILE *file = fopen(name, "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void note(int64_t at, const char *text, void *context)
{
	assert_true(at != 0);
	g_string_append_printf(context, "%s|", text);
}

/* One look: what it found is this. */
static void look(const char *wanted)
{
	GString *found = g_string_new(NULL);
	struct mta_log *log = NULL;
	struct kairan_error error = { "" };
	enum answer answer = ANSWER_YES;

	if (!mta_log_open(name, position, &log, &error))
		fail_msg("%s", error.text);
	while (answer == ANSWER_YES)
		answer = mta_log_read(log, note, found, &error);
	assert_int_equal(answer, ANSWER_NO);
	g_free(position);
	position = mta_log_position(log);
	mta_log_close(log);
	assert_string_equal(found->str, wanted);
	(void)g_string_free(found, TRUE);
}

static void test_goes_on(void **state)
{
	(void)state;
	add(STAMP "before\n");
	look("");
	look("");
	add(STAMP "one\n" STAMP "two\nno time\n" STAMP "ha");
	look("one|two|");
	add("lf\n");
	look("half|");
	look("");
}

static void test_is_rotated(void **state)
{
	g_autofree char *old = g_strconcat(name, ".1", NULL);

	(void)state;
	add(STAMP "before\n");
	look("");
	add(STAMP "old\n");
	assert_int_equal(rename(name, old), 0);
	add("");
	/* Whoever writes may still write to the old one. */
	look("old|");
	add(STAMP "new\n");
	look("new|");
	add(STAMP "newer\n");
	look("newer|");
	/* Twice between two looks, or packed: what is gone is gone. */
	assert_int_equal(rename(name, old), 0);
	add(STAMP "newest\n");
	assert_int_equal(unlink(old), 0);
	look("newest|");
}

static void test_is_emptied(void **state)
{
	(void)state;
	add(STAMP "a line that is long enough\n");
	look("");
	assert_int_equal(truncate(name, 0), 0);
	add(STAMP "x\n");
	look("x|");
}

static void test_long_lines(void **state)
{
	g_autofree char *endless = g_strnfill(600000, 'x');

	(void)state;
	add(STAMP "before\n");
	look("");
	add(endless);
	add("\n" STAMP "after\n");
	look("after|");
}

static void test_another_log(void **state)
{
	(void)state;
	add(STAMP "before\n");
	position = g_strdup("1 2 /another/log");
	look("");
	add(STAMP "one\n");
	look("one|");
}

static void test_cannot_be_read(void **state)
{
	struct mta_log *log = NULL;
	struct kairan_error error = { "" };

	(void)state;
	assert_false(mta_log_open(name, NULL, &log, &error));
	assert_non_null(strstr(error.text, name));
	assert_false(mta_log_open(scratch.folder, NULL, &log, &error));
	assert_non_null(strstr(error.text, "not a file"));
	assert_false(mta_log_open("journal:/nonexistent", NULL, &log, &error));
}

static void test_times(void **state)
{
	/* 2027-01-01 00:00:30, in UTC. */
	const int64_t now = INT64_C(1798761630);
	static const struct {
		const char *line;
		int64_t at; /* 0: no time */
	} rows[] = {
		{ "Jan  1 00:00:29 mail x", 1798761629 },
		{ "Dec 31 23:59:59 mail x", 1798761599 },
		{ "Jan  1 12:00:00 mail x", 1798804800 },
		{ "2027-01-01T09:00:29.123456+09:00 mail x", 1798761629 },
		{ "2027-01-01T00:00:29Z mail x", 1798761629 },
		{ "Foo 31 23:59:59 mail x", 0 },
		{ "2027-13-01T00:00:29Z mail x", 0 },
		{ "2027", 0 },
		{ "", 0 },
	};

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t at = 0;
		const char *rest = mta_log_time_read(rows[i].line, now, &at);

		if ((rest != NULL) != (rows[i].at != 0))
			fail_msg("%s", rows[i].line);
		if (rest == NULL)
			continue;
		assert_int_equal(at, rows[i].at);
		assert_string_equal(rest, "mail x");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_goes_on),           TEST(test_is_rotated),
		TEST(test_is_emptied),        TEST(test_long_lines),
		TEST(test_another_log),       TEST(test_cannot_be_read),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("mta_log", tests, NULL, NULL);
}
