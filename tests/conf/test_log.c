/*
 * NAME
 *	test_log - one event, one line
 *
 * DESCRIPTION
 *	stderr is a file while an event is written. A sender's text must not be able to end a
 *	line, and so to forge another.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf/log.h"
#include "tests/scratch.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct scratch scratch;

static int make_scratch(void **state)
{
	(void)state;
	scratch_make(&scratch);
	log_open("kairan-test", LOG_TARGET_STDERR);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

/* Write one event, and return all of it behind "TIME PROGRAM[PID]: ", to free(). */
static char *capture(enum log_level level, const char *queue_id, int64_t draft,
		     const char *text)
{
	const char *path = scratch_path(&scratch, "stderr");
	const int kept = dup(STDERR_FILENO);
	const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char *all, *line, *start;
	char stamp[] = "0000-00-00T00:00:00+0000", program[64];
	size_t length;

	assert_true(kept >= 0 && file >= 0);
	(void)fflush(stderr);
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	log_event(level, queue_id, draft, "%s", text);
	(void)fflush(stderr);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	(void)close(kept);
	(void)close(file);

	all = scratch_read(path, &length);
	assert_int_equal(strlen(all), length);
	for (size_t i = 0; i < strlen(stamp); i++)
		if (stamp[i] == '0')
			assert_in_range(all[i], '0', '9');
		else
			assert_true(all[i] == stamp[i] ||
				    (stamp[i] == '+' && all[i] == '-'));
	(void)snprintf(program, sizeof(program), " kairan-test[%d]: ", (int)getpid());
	start = all + strlen(stamp);
	assert_memory_equal(start, program, strlen(program));
	line = strdup(start + strlen(program));
	free(all);
	return line;
}

static void test_lines(void **state)
{
	static const struct {
		enum log_level level;
		const char *queue_id;
		int64_t draft;
		const char *text, *line;
	} rows[] = {
		{ LOG_LEVEL_INFO, NULL, 0, "started", "started\n" },
		{ LOG_LEVEL_INFO, "", 0, "started", "started\n" },
		{ LOG_LEVEL_INFO, "4ABC", 0, "held", "4ABC: held\n" },
		{ LOG_LEVEL_INFO, NULL, 12, "expired", "draft 12: expired\n" },
		{ LOG_LEVEL_INFO, "4ABC", 12, "held", "4ABC: draft 12: held\n" },
		{ LOG_LEVEL_WARNING, "4ABC", 0, "x", "warning: 4ABC: x\n" },
		{ LOG_LEVEL_ERROR, NULL, 0, "x", "error: x\n" },
		{ LOG_LEVEL_INFO, NULL, INT64_MAX, "x",
		  "draft 9223372036854775807: x\n" },
		{ LOG_LEVEL_INFO, NULL, INT64_MIN, "x",
		  "draft -9223372036854775808: x\n" },
		{ LOG_LEVEL_INFO, NULL, 0, "", "\n" },
		{ LOG_LEVEL_INFO, NULL, 0, "防災 100%s%n", "防災 100%s%n\n" },
		/* What a sender can write. */
		{ LOG_LEVEL_INFO, NULL, 0, "a\nerror: b", "a?error: b\n" },
		{ LOG_LEVEL_INFO, NULL, 0, "a\r\nb\tc", "a??b?c\n" },
		{ LOG_LEVEL_INFO, NULL, 0, "\x1b[2J\x07\x7f\x01", "?[2J???\n" },
		{ LOG_LEVEL_INFO, "4A\nBC", 0, "x", "4A?BC: x\n" },
		/* NEL is a control character too, in two octets. */
		{ LOG_LEVEL_INFO, NULL, 0, "a\xc2\x85z\xc2\x9bm", "a??z??m\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *line =
		    capture(rows[i].level, rows[i].queue_id, rows[i].draft, rows[i].text);

		if (strcmp(line, rows[i].line) != 0)
			fail_msg("row %zu: %s", i, line);
		free(line);
	}
}

static void test_every_control_character(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'a', (char)c, 'z', '\0' };
		char *line = capture(LOG_LEVEL_INFO, NULL, 0, text);
		const bool control = c < 32 || c == 127;

		assert_int_equal(strlen(line), 4);
		assert_int_equal((unsigned char)line[1], control ? '?' : c);
		assert_int_equal(line[3], '\n');
		free(line);
	}
}

static void test_long_lines_are_cut(void **state)
{
	static const size_t lengths[] = { 2046, 2047, 2048, 2049, 10000, 100000 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		char *text = malloc(lengths[i] + 1);
		char *line;

		assert_non_null(text);
		memset(text, 'x', lengths[i]);
		text[lengths[i]] = '\0';
		line = capture(LOG_LEVEL_INFO, NULL, 0, text);
		assert_int_equal(strlen(line),
				 (lengths[i] < 2047 ? lengths[i] : 2047) + 1);
		assert_int_equal(strspn(line, "x"), strlen(line) - 1);
		free(line);
		/* A queue id as long cannot push the draft and the text out. */
		line = capture(LOG_LEVEL_INFO, text, 7, "text");
		assert_non_null(strstr(line, ": draft 7: text\n"));
		assert_int_equal(strspn(line, "x"), 100);
		free(line);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_every_control_character),
		cmocka_unit_test(test_long_lines_are_cut),
	};

	return cmocka_run_group_tests_name("log", tests, make_scratch, remove_scratch);
}
