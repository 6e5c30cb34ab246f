/*
 * NAME
 *	test_store_part - a draft is kept with its texts in other languages
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/part.h"
#include "schema/store_part.h"
#include "tests/schema/store_fixture.h"

static void add(GPtrArray *parts, const char *language, const char *subject,
		const char *text)
{
	struct part *part = part_new(language, "list-'of'-it");

	g_free(part->subject);
	part->subject = g_strdup(subject);
	g_free(part->text);
	part->text = g_strdup(text);
	part->characters = (int64_t)strlen(text);
	g_ptr_array_add(parts, part);
}

static void expect(const GPtrArray *found, const GPtrArray *expected)
{
	assert_int_equal(found->len, expected->len);
	for (guint i = 0; i < expected->len; i++) {
		const struct part *one = g_ptr_array_index(found, i);
		const struct part *other = g_ptr_array_index(expected, i);

		assert_string_equal(one->language, other->language);
		assert_string_equal(one->list, other->list);
		assert_string_equal(one->subject, other->subject);
		assert_string_equal(one->text, other->text);
		assert_int_equal(one->characters, other->characters);
		assert_string_equal(one->in_reply_to, other->in_reply_to);
		assert_string_equal(one->footer, other->footer);
	}
}

/* In the order in which they were written: the token is over them all. */
static void test_kept_with_the_draft(void **state)
{
	struct draft *draft, *found = NULL;
	GPtrArray *parts = part_new_list();

	(void)state;
	add(parts, "zh-hant", "水", "水來了。\n第二");
	add(parts, "en", "Water", "It's \"here\".");
	g_free(((struct part *)parts->pdata[1])->in_reply_to);
	((struct part *)parts->pdata[1])->in_reply_to = g_strdup("<a@b>");
	g_free(((struct part *)parts->pdata[1])->footer);
	((struct part *)parts->pdata[1])->footer = g_strdup("leave-bosai-en@x");
	begin(&at);
	draft = insert_draft(&at, 1);
	assert_true(store_part_insert(at.store, draft->id, parts, &at.error));
	assert_int_equal(store_draft_find(at.store, draft->id, &found, &at.error),
			 ANSWER_YES);
	expect(found->parts, parts);
	draft_free(found);
	g_free(((struct part *)parts->pdata[0])->list);
	((struct part *)parts->pdata[0])->list = g_strdup("other");
	assert_true(
	    store_part_use_list(at.store, draft->id, "zh-hant", "other", &at.error));
	assert_int_equal(
	    store_draft_find_due(at.store, DRAFT_HELD, INT64_MAX, &found, &at.error),
	    ANSWER_YES);
	expect(found->parts, parts);
	/* One text in each place. */
	assert_false(store_part_insert(at.store, draft->id, parts, &at.error));
	store_rollback(at.store);
	draft_free(found);
	draft_free(draft);
	g_ptr_array_unref(parts);
}

/* What is let go of a draft's own text is let go of the others. */
static void test_text_is_let_go(void **state)
{
	struct draft *draft;
	GPtrArray *parts = part_new_list();

	(void)state;
	add(parts, "en", "Water", "It's \"here\".");
	begin(&at);
	draft = insert_draft(&at, 1);
	assert_true(store_part_insert(at.store, draft->id, parts, &at.error));
	commit(&at);
	raw_run(at.path, "UPDATE draft SET text = 'other'");
	assert_int_equal(
	    raw_number(at.path, "SELECT count(*) FROM draft_text WHERE text <> ''"), 1);
	raw_run(at.path, "UPDATE draft SET text = ''");
	assert_int_equal(
	    raw_number(at.path, "SELECT count(*) FROM draft_text WHERE text <> ''"), 0);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft_text"), 1);
	draft_free(draft);
	g_ptr_array_unref(parts);
}

static void test_none(void **state)
{
	struct draft *draft, *found = NULL;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	assert_int_equal(store_draft_find(at.store, draft->id, &found, &at.error),
			 ANSWER_YES);
	assert_int_equal(found->parts->len, 0);
	commit(&at);
	draft_free(found);
	draft_free(draft);
}

static void test_could_not_ask(void **state)
{
	struct draft *draft, *found = NULL;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	raw_run(at.path, "DROP TABLE draft_text");
	begin(&at);
	assert_int_equal(store_draft_find(at.store, draft->id, &found, &at.error),
			 ANSWER_UNKNOWN);
	assert_null(found);
	store_rollback(at.store);
	draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kept_with_the_draft),
		TEST(test_text_is_let_go),
		TEST(test_none),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("store_part", tests, NULL, NULL);
}
