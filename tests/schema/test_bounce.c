/*
 * NAME
 *	test_bounce - what is kept of what came back
 *
 * DESCRIPTION
 *	Whose list it is, once for each recipient of a release, and what counts against an address.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_bounce.h"
#include "tests/schema/store_fixture.h"
#include "tests/schema/subscribe.h"

#define WHO "taro@phone.example"

static enum answer keep(int64_t draft, const char *key, int64_t when,
			enum bounce_kind kind, bool is_proven)
{
	const struct bounce_row row = {
		.draft = draft,
		.list = "bosai",
		.key = key,
		.domain = strchr(key, '@') + 1,
		.at = when,
		.kind = kind,
		.status = "5.1.1",
		.words = "user unknown",
		.is_proven = is_proven,
	};

	return store_bounce_add(at.store, &row, &at.error);
}

/* Judge all that came until a time. */
static void judge(int64_t until)
{
	struct bounce_group group;

	while (store_bounce_find_due(at.store, until, &group, &at.error) == ANSWER_YES) {
		GPtrArray *keys =
		    store_bounce_judge_page(at.store, &group, until, 10, &at.error);

		assert_non_null(keys);
		assert_true(keys->len > 0);
		g_ptr_array_unref(keys);
		bounce_group_clear(&group);
	}
}

static struct bounce_tally tally(int64_t since)
{
	struct bounce_tally tally;

	assert_true(store_bounce_count_failures(at.store, "bosai", WHO, since, &tally,
						&at.error));
	return tally;
}

static void test_what_counts(void **state)
{
	struct bounce_tally found;

	(void)state;
	begin(&at);
	assert_int_equal(subscribe("bosai", WHO, 1000), ANSWER_YES);
	assert_int_equal(keep(1, WHO, 2000, BOUNCE_NO_USER, false), ANSWER_YES);
	/* Once for each release, however often it is told; what is proven later is. */
	assert_int_equal(keep(1, WHO, 2100, BOUNCE_NO_USER, true), ANSWER_NO);
	assert_int_equal(keep(2, WHO, 3000, BOUNCE_FULL, true), ANSWER_YES);
	assert_int_equal(keep(3, WHO, 4000, BOUNCE_CLOSED, false), ANSWER_YES);
	assert_int_equal(keep(4, WHO, 5000, BOUNCE_NO_DOMAIN, false), ANSWER_YES);
	/* Before somebody is a subscriber, and before it is judged, nothing counts. */
	assert_int_equal(keep(5, WHO, 900, BOUNCE_NO_USER, false), ANSWER_YES);
	judge(4000);
	found = tally(0);
	assert_int_equal(found.failures, 2);
	assert_int_equal(found.no_user, 1);
	assert_int_equal(found.first, 2000);
	assert_int_equal(found.last, 4000);
	assert_true(found.is_proven);
	found = tally(3500);
	assert_int_equal(found.failures, 1);
	assert_false(found.is_proven);
	commit(&at);
}

static void test_a_domain(void **state)
{
	struct bounce_group group;
	struct bounce_domain_facts facts = { 0 };
	struct bounce_tally found;
	GArray *groups = g_array_new(FALSE, FALSE, sizeof(struct bounce_group));
	char *said = NULL;

	(void)state;
	begin(&at);
	assert_int_equal(subscribe("bosai", WHO, 1000), ANSWER_YES);
	keep(1, WHO, 2000, BOUNCE_NO_USER, true);
	keep(1, "b@phone.example", 2000, BOUNCE_POLICY, true);
	keep(1, "c@phone.example", 2000, BOUNCE_NO_USER, true);
	keep(1, "d@mail.example", 2000, BOUNCE_NO_USER, true);
	assert_true(store_bounce_list_many(at.store, 3, groups, &at.error));
	assert_int_equal(groups->len, 1);
	group = g_array_index(groups, struct bounce_group, 0);
	assert_string_equal(group.domain, "phone.example");
	assert_true(
	    store_bounce_count_domain(at.store, &group, &facts, &said, &at.error));
	assert_int_equal(facts.failures, 3);
	assert_string_equal(said, "no-user 2, refused 1: user unknown");
	assert_true(store_bounce_judge_refused(at.store, &group, &at.error));
	judge(9000);
	found = tally(0);
	assert_int_equal(found.failures, 0);
	commit(&at);
	g_free(said);
	bounce_group_clear(&group);
	g_array_unref(groups);
}

static const char *list_of(const struct draft *draft, const char *key)
{
	static char name[32];
	char *list = NULL;
	const struct bounce_recipient recipient = { draft->id, 1, draft->list, key };

	if (store_bounce_find_list(at.store, &recipient, &list, &at.error) != ANSWER_YES)
		return "";
	(void)g_strlcpy(name, list, sizeof(name));
	g_free(list);
	return name;
}

/* A release may go to lists in other languages, too. */
static void test_whose_list(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	subscribe("bosai", "own@phone.example", 1000);
	subscribe("bosai-en", "twin@phone.example", 1000);
	subscribe("bosai-en", "other@phone.example", 1000);
	commit(&at);
	raw_run(at.path,
		"INSERT INTO shard_recipient VALUES (1, 1, 1, 'own@phone.example'),"
		" (1, 1, 2, 'twin@phone.example'), (1, 2, 1, 'other@phone.example')");
	begin(&at);
	assert_string_equal(list_of(draft, "own@phone.example"), "bosai");
	assert_string_equal(list_of(draft, "twin@phone.example"), "bosai-en");
	assert_string_equal(list_of(draft, "other@phone.example"), "");
	assert_string_equal(list_of(draft, "nobody@phone.example"), "");
	commit(&at);
	draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_counts),
		TEST(test_a_domain),
		TEST(test_whose_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
