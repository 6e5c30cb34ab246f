/*
 * NAME
 *	test_snapshot - broadcast addresses that outlive a restart
 *
 * DESCRIPTION
 *	What was saved last is what is loaded, and "never saved" is not an empty
 *directory.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_snapshot.h"
#include "tests/schema/store_fixture.h"

static char *no_sections[] = { NULL };
static char *one_section[] = { "cn=bosai,ou=sections,dc=town,dc=example", NULL };
static char *two_sections[] = { "cn=a\\2Cb,dc=town", "cn=o'brien,dc=town", NULL };

static char *no_twins[] = { NULL };
static char *two_twins[] = { "en bosai-en", "zh-hant bosai-'zh", NULL };

static struct broadcast bosai = { NULL,
				  "bosai@info.town.example",
				  "防災 'O' \"Q\"",
				  "Disasters",
				  "bosai",
				  one_section,
				  "22:00-06:00",
				  true,
				  "防災課\n{phone}",
				  "kikaku@town.example",
				  two_twins,
				  (char *)"bosai-'drill'" };
static struct broadcast kosodate = { NULL,       "kosodate@info.town.example",
				     "子育て",   "",
				     "kosodate", two_sections,
				     "",         false,
				     "",         "",
				     no_twins,   (char *)"" };
static struct broadcast orphan = { NULL,     "orphan@info.town.example",
				   "",       "",
				   "",       no_sections,
				   "",       false,
				   "",       "",
				   no_twins, (char *)"" };

static void save(struct broadcast *const *broadcasts)
{
	begin(&at);
	if (!store_snapshot_save(at.store, broadcasts, &at.error))
		fail_msg("%s", at.error.text);
	commit(&at);
}

static enum answer load(struct broadcast ***broadcasts_r)
{
	enum answer answer;

	begin(&at);
	answer = store_snapshot_load(at.store, broadcasts_r, &at.error);
	store_rollback(at.store);
	return answer;
}

static void expect(struct broadcast *const *expected)
{
	struct broadcast **found = NULL;
	size_t count = 0;

	assert_int_equal(load(&found), ANSWER_YES);
	for (; expected[count] != NULL; count++) {
		assert_non_null(found[count]);
		assert_string_equal(found[count]->mail, expected[count]->mail);
		assert_string_equal(found[count]->list, expected[count]->list);
		assert_string_equal(found[count]->name_ja, expected[count]->name_ja);
		assert_string_equal(found[count]->name_en, expected[count]->name_en);
		assert_string_equal(found[count]->quiet_hours,
				    expected[count]->quiet_hours);
		assert_string_equal(found[count]->footer, expected[count]->footer);
		assert_string_equal(found[count]->reply_to, expected[count]->reply_to);
		assert_string_equal(found[count]->drill, expected[count]->drill);
		assert_int_equal(found[count]->urgent, expected[count]->urgent);
		assert_int_equal(g_strv_length(found[count]->sections),
				 g_strv_length(expected[count]->sections));
		for (size_t i = 0; expected[count]->sections[i] != NULL; i++)
			assert_string_equal(found[count]->sections[i],
					    expected[count]->sections[i]);
		assert_int_equal(g_strv_length(found[count]->twins),
				 g_strv_length(expected[count]->twins));
		for (size_t i = 0; expected[count]->twins[i] != NULL; i++)
			assert_string_equal(found[count]->twins[i],
					    expected[count]->twins[i]);
	}
	assert_null(found[count]);
	broadcasts_free(found);
}

static void test_never_saved(void **state)
{
	struct broadcast **found = (struct broadcast **)&at;

	(void)state;
	assert_int_equal(load(&found), ANSWER_NO);
	assert_null(found);
}

static void test_saved_and_replaced(void **state)
{
	struct broadcast *const all[] = { &bosai, &kosodate, &orphan, NULL };
	struct broadcast *const one[] = { &kosodate, NULL };
	struct broadcast renamed = bosai;
	struct broadcast *const other[] = { &renamed, NULL };

	(void)state;
	save(all);
	expect(all);
	/* Those that went from the directory go from here. */
	save(one);
	expect(one);
	renamed.list = "all";
	renamed.sections = two_sections;
	save(all);
	save(other);
	expect(other);
	store_close(at.store);
	assert_true(store_make(at.path, STORE_JOURNAL_ROLLBACK, &at.store, &at.error));
	expect(other);
}

static void test_none_left(void **state)
{
	struct broadcast *const all[] = { &bosai, NULL };
	struct broadcast *const none[] = { NULL };
	struct broadcast **found = NULL;

	(void)state;
	save(all);
	save(none);
	assert_int_equal(load(&found), ANSWER_NO);
	assert_null(found);
}

/* Two entries with one address: the directory contradicts itself, and one row is kept. */
static void test_one_address_twice(void **state)
{
	struct broadcast again = bosai;
	struct broadcast *const both[] = { &bosai, &again, NULL };
	struct broadcast *const last[] = { &again, NULL };

	(void)state;
	again.list = "again";
	save(both);
	expect(last);
}

static void test_rolled_back(void **state)
{
	struct broadcast *const first[] = { &bosai, NULL };
	struct broadcast *const second[] = { &kosodate, NULL };

	(void)state;
	save(first);
	begin(&at);
	assert_true(store_snapshot_save(at.store, second, &at.error));
	store_rollback(at.store);
	expect(first);
}

static void test_could_not_ask(void **state)
{
	struct broadcast *const all[] = { &bosai, NULL };
	struct broadcast **found = NULL;

	(void)state;
	raw_run(at.path, "DROP TABLE snapshot");
	assert_int_equal(load(&found), ANSWER_UNKNOWN);
	assert_null(found);
	begin(&at);
	assert_false(store_snapshot_save(at.store, all, &at.error));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_never_saved), TEST(test_saved_and_replaced),
		TEST(test_none_left),   TEST(test_one_address_twice),
		TEST(test_rolled_back), TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
