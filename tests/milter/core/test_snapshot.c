/*
 * NAME
 *	test_snapshot - the table of broadcast addresses
 *
 * DESCRIPTION
 *	Nothing is known before the first list, and everything after it, empty or not; a list
 *	differs by each of its fields and not by its order; a failure is the first one once.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>

#include "milter/core/snapshot.h"

static struct snapshot *snapshot;

static int setup(void **state)
{
	(void)state;
	snapshot = snapshot_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snapshot_free(snapshot);
	return 0;
}

static struct broadcast *make(const char *mail)
{
	struct broadcast *broadcast = g_new0(struct broadcast, 1);

	broadcast->mail = g_strdup(mail);
	broadcast->name_ja = g_strdup("防災");
	broadcast->name_en = g_strdup("Disasters");
	broadcast->list = g_strdup("bosai");
	broadcast->sections = g_strsplit("cn=one cn=two", " ", -1);
	broadcast->quiet_hours = g_strdup("22:00-06:00");
	broadcast->footer = g_strdup("");
	broadcast->reply_to = g_strdup("");
	broadcast->drill = g_strdup("bosai-drill");
	broadcast->twins = g_strsplit("en bosai-en", "\n", -1);
	return broadcast;
}

/* A list of at most two. */
static struct broadcast **list(struct broadcast *one, struct broadcast *two)
{
	struct broadcast **broadcasts = g_new0(struct broadcast *, 3);

	broadcasts[0] = one;
	broadcasts[1] = two;
	return broadcasts;
}

static enum answer find(const char *path, struct broadcast **broadcast_r)
{
	struct address address;

	assert_true(address_read(path, &address, NULL));
	return snapshot_find(snapshot, &address, broadcast_r);
}

static void test_find(void **state)
{
	struct broadcast *found = NULL;

	(void)state;
	assert_int_equal(find("<bosai@town.example>", &found), ANSWER_UNKNOWN);
	snapshot_take(snapshot, list(NULL, NULL));
	assert_int_equal(find("<bosai@town.example>", &found), ANSWER_NO);
	snapshot_take(snapshot, list(make("bosai@town.example"), NULL));
	assert_int_equal(find("<kosodate@town.example>", &found), ANSWER_NO);
	assert_null(found);
	assert_int_equal(find("<BOSAI@Town.example>", &found), ANSWER_YES);
	/* A copy, which stays when the list is replaced. */
	snapshot_take(snapshot, list(make("kosodate@town.example"), NULL));
	assert_string_equal(found->mail, "bosai@town.example");
	assert_string_equal(found->sections[1], "cn=two");
	broadcast_free(found);
	found = NULL;
	assert_int_equal(find("<bosai@town.example>", &found), ANSWER_NO);
}

/* By a list, whichever language it is in: the broadcast is that list's then. */
static void test_find_list(void **state)
{
	static const char *const rows[][2] = {
		{ "bosai", "bosai" },
		{ "BOSAI", "bosai" },
		{ "Bosai-EN", "bosai-en" },
		{ "en", NULL },
	};

	(void)state;
	snapshot_take(snapshot, list(make("bosai@town.example"), NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct broadcast *found = NULL;

		assert_int_equal(snapshot_find_list(snapshot, rows[i][0], &found),
				 rows[i][1] != NULL ? ANSWER_YES : ANSWER_NO);
		if (rows[i][1] != NULL)
			assert_string_equal(found->list, rows[i][1]);
		broadcast_free(found);
	}
}

static void check_differs(struct broadcast *one, struct broadcast *two, bool differs)
{
	struct broadcast **broadcasts = list(one, two);

	assert_int_equal(snapshot_differs(snapshot, broadcasts), differs);
	broadcasts_free(broadcasts);
}

static void replace(char **text, const char *with)
{
	g_free(*text);
	*text = g_strdup(with);
}

static void test_differs(void **state)
{
	struct broadcast *changed;

	(void)state;
	/* An empty list is something else than none. */
	check_differs(NULL, NULL, true);
	snapshot_take(snapshot,
		      list(make("bosai@town.example"), make("kosodate@town.example")));
	check_differs(make("bosai@town.example"), make("kosodate@town.example"), false);
	check_differs(make("kosodate@town.example"), make("bosai@town.example"), false);
	check_differs(make("bosai@town.example"), NULL, true);
	check_differs(NULL, NULL, true);
	for (int field = 0; field < 9; field++) {
		changed = make("bosai@town.example");
		char **const texts[] = { &changed->name_ja,     &changed->name_en,
					 &changed->list,        &changed->quiet_hours,
					 &changed->sections[1], &changed->footer,
					 &changed->reply_to,    &changed->twins[0] };

		if (field < 8)
			replace(texts[field], "other");
		else
			changed->urgent = true;
		check_differs(changed, make("kosodate@town.example"), true);
	}
}

static void test_fail(void **state)
{
	(void)state;
	assert_true(snapshot_fail(snapshot));
	assert_false(snapshot_fail(snapshot));
	snapshot_take(snapshot, list(NULL, NULL));
	assert_true(snapshot_fail(snapshot));
	assert_false(snapshot_fail(snapshot));
	/* What was known stays. */
	assert_int_equal(find("<bosai@town.example>", NULL), ANSWER_NO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_find),
		TEST(test_find_list),
		TEST(test_differs),
		TEST(test_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
