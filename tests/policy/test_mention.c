/*
 * NAME
 *	test_mention - an address within a text
 *
 * DESCRIPTION
 *	A table of texts, with where the address stands in each.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/mention.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_find(void **state)
{
	static const struct {
		const char *address, *text;
		const char *found; /* NULL: not */
	} rows[] = {
		{ "a@docomo.ne.jp", "a@docomo.ne.jp", "a@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "550 <A@Docomo.NE.JP>: unknown", "A@Docomo.NE.JP" },
		{ "a@docomo.ne.jp", "宛先はa@docomo.ne.jpです", "a@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "It is 'a@docomo.ne.jp'.", "a@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "Write to a@docomo.ne.jp.", "a@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "\"a\"@docomo.ne.jp", "a\"@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "rfc822;a@docomo.ne.jp", "a@docomo.ne.jp" },
		{ "a@docomo.ne.jp", "bounce+x-a=docomo.ne.jp@i.example",
		  "a=docomo.ne.jp" },
		{ "a@docomo.ne.jp", "aa@docomo.ne.jp", NULL },
		{ "a@docomo.ne.jp", "b.a@docomo.ne.jp", NULL },
		{ "a@docomo.ne.jp", "b+a@docomo.ne.jp", NULL },
		{ "a@docomo.ne.jp", "b-a@docomo.ne.jp", NULL },
		{ "a@docomo.ne.jp", "bounce+xa=docomo.ne.jp@i.example", NULL },
		{ "a@docomo.ne.jp", "a@docomo.ne.jp.example", NULL },
		{ "a@docomo.ne.jp", "a@docomo.ne.jpx", NULL },
		{ "a@docomo.ne.jp", "a@docomo.ne.jp-x", NULL },
		{ "a@docomo.ne.jp", "a@docomo.ne", NULL },
		{ "a@docomo.ne.jp", "a+x@docomo.ne.jp", NULL },
		{ "a@docomo.ne.jp", "", NULL },
		{ "a@docomo.ne.jp", "aa@docomo.ne.jp, a@docomo.ne.jp", "a@docomo.ne.jp" },
		{ "-a..@docomo.ne.jp", "{\"to\": \"\\\"-a..\\\"@docomo.ne.jp\"}",
		  "-a..\\\"@docomo.ne.jp" },
		{ "-a..@docomo.ne.jp", "<-A..@docomo.ne.jp>", "-A..@docomo.ne.jp" },
		{ "-a..@docomo.ne.jp", "a..@docomo.ne.jp", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mention found = { 0, 0 };
		struct address key;
		bool is_found;

		assert_true(address_read(rows[i].address, &key, NULL));
		address_fold(&key);
		is_found =
		    mention_find(rows[i].text, strlen(rows[i].text), 0, &key, &found);
		if (is_found != (rows[i].found != NULL) ||
		    (is_found && (found.end - found.start != strlen(rows[i].found) ||
				  strncmp(rows[i].text + found.start, rows[i].found,
					  found.end - found.start) != 0)))
			fail_msg("row %zu: %s: %zu to %zu", i, rows[i].text, found.start,
				 found.end);
	}
}

/* The next one is looked for behind the first; octets are no string, a NUL is one of them. */
static void test_next(void **state)
{
	static const char octets[] = "x\0a@ne.jp A@NE.JP";
	struct mention found;
	struct address key;

	(void)state;
	assert_true(address_read("a@ne.jp", &key, NULL));
	assert_true(mention_find(octets, sizeof(octets) - 1, 0, &key, &found));
	assert_int_equal(found.start, 2);
	assert_true(mention_find(octets, sizeof(octets) - 1, found.end, &key, &found));
	assert_int_equal(found.start, 10);
	assert_int_equal(found.end, sizeof(octets) - 1);
	assert_false(mention_find(octets, sizeof(octets) - 1, found.end, &key, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_find),
					    cmocka_unit_test(test_next) };

	return cmocka_run_group_tests_name("mention", tests, NULL, NULL);
}
