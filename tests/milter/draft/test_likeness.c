/*
 * NAME
 *	test_likeness - what a draft is compared with, while others have the store
 *
 * DESCRIPTION
 *	Texts are compared outside of any transaction; what is approved or taken back meanwhile is
 *	seen all the same, and long texts are not all in memory at a time.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf/clock.h"
#include "milter/draft/likeness.h"
#include "tests/schema/store_fixture.h"

#define TEXT            "水道の工事のため、本町では十時から十二時まで水が出ません。"
#define LONG_CHARACTERS 200000 /* 600,000 octets */

static struct settings settings = { .duplicate_window = 86400 };
static const struct setup town = { .settings = &settings };

/* An approved draft with this text. */
static int64_t add_approved(unsigned char key, const char *text)
{
	struct draft *draft = make_draft(key);
	const struct draft_step step = {
		.to = DRAFT_APPROVED,
		.event = { .at = clock_now(), .uid = "bosai-chief", .action = "approve" },
		.decider_name = "長",
		.due_at = clock_now() + 3600,
	};
	int64_t id;

	g_free(draft->text);
	draft->text = g_strdup(text);
	begin(&at);
	assert_true(store_draft_insert(at.store, draft, "mail", 4, &at.error));
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	commit(&at);
	id = draft->id;
	draft_free(draft);
	return id;
}

static void take_back(int64_t id)
{
	g_autofree char *sql =
	    g_strdup_printf("UPDATE draft SET state = %d WHERE id = %lld",
			    DRAFT_WITHDRAWN, (long long)id);

	raw_run(at.path, sql);
}

static enum answer gather(struct likeness *likeness)
{
	enum answer answer;

	begin(&at);
	answer = likeness_gather(likeness, at.store, &at.error);
	store_rollback(at.store);
	return answer;
}

/* The id of what is most like it; 0: nothing. There is nothing left to compare. */
static int64_t find(struct likeness *likeness)
{
	struct draft *earlier = NULL;
	int percent;
	int64_t id = 0;

	begin(&at);
	assert_int_equal(likeness_gather(likeness, at.store, &at.error), ANSWER_YES);
	if (likeness_find(likeness, at.store, &earlier, &percent, &at.error) ==
	    ANSWER_YES) {
		id = earlier->id;
		assert_in_range(percent, 85, 100);
	}
	store_rollback(at.store);
	draft_free(earlier);
	return id;
}

static void test_approved_meanwhile(void **state)
{
	struct draft *draft = make_draft(9);
	struct likeness *likeness = likeness_new(&town, draft);
	int64_t id;

	(void)state;
	g_free(draft->text);
	draft->text = g_strdup(TEXT);
	(void)add_approved(1, "予防接種の会場が変わりました。");
	assert_int_equal(gather(likeness), ANSWER_NO);
	/* While it is compared, the store is others', who approve one like it. */
	id = add_approved(2, TEXT);
	likeness_compare(likeness);
	assert_int_equal(gather(likeness), ANSWER_NO);
	likeness_compare(likeness);
	assert_int_equal(find(likeness), id);
	likeness_free(likeness);
	draft_free(draft);
}

static void test_taken_back_meanwhile(void **state)
{
	struct draft *draft = make_draft(9);
	struct likeness *likeness = likeness_new(&town, draft);
	int64_t alike, same;

	(void)state;
	g_free(draft->text);
	draft->text = g_strdup(TEXT);
	alike = add_approved(1, TEXT "ご協力を");
	same = add_approved(2, TEXT);
	assert_int_equal(gather(likeness), ANSWER_NO);
	likeness_compare(likeness);
	assert_int_equal(find(likeness), same);
	take_back(same);
	assert_int_equal(find(likeness), alike);
	take_back(alike);
	assert_int_equal(find(likeness), 0);
	likeness_free(likeness);
	draft_free(draft);
}

static void test_what_it_corrects(void **state)
{
	struct draft *draft = make_draft(9);
	struct likeness *likeness = likeness_new(&town, draft);

	(void)state;
	draft->corrects = add_approved(1, draft->text);
	assert_int_equal(find(likeness), 0);
	likeness_free(likeness);
	draft_free(draft);
}

/* Two of them are more than is read at a time. */
static void test_long_texts(void **state)
{
	struct draft *draft = make_draft(9);
	struct likeness *likeness = likeness_new(&town, draft);
	GString *text = g_string_new(NULL);
	int64_t first;
	int passes = 0;

	(void)state;
	for (int i = 0; i < LONG_CHARACTERS; i++)
		g_string_append_unichar(text, 0x4e00 + (gunichar)(i * 37 % 9000));
	g_free(draft->text);
	draft->text = g_string_free(text, FALSE);
	first = add_approved(1, draft->text);
	for (unsigned char key = 2; key < 5; key++)
		(void)add_approved(key, key % 2 == 0 ? TEXT : draft->text + 3000);
	(void)add_approved(5, draft->text + 60000);
	for (; gather(likeness) == ANSWER_NO; passes++)
		likeness_compare(likeness);
	assert_int_equal(passes, 2);
	assert_int_equal(find(likeness), first);
	likeness_free(likeness);
	draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_approved_meanwhile),
		TEST(test_taken_back_meanwhile),
		TEST(test_what_it_corrects),
		TEST(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
