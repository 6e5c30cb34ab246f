/*
 * NAME
 *	test_stay - approved drafts that do not go out yet
 *
 * DESCRIPTION
 *	What stays is approved still, is looked at again at its time or when all are, and is
 *	told once; whatever step it takes ends that.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_draft.h"
#include "tests/schema/store_fixture.h"

#define DUE 50

static struct audit_event event_at(int64_t now)
{
	return (struct audit_event){
		.at = now, .uid = "kairan", .role = "system", .action = "release"
	};
}

static struct draft *make_due(unsigned char key_octet)
{
	struct draft *draft = insert_draft(&at, key_octet);
	struct draft *kept = NULL;

	enter_state(&at, draft, DRAFT_APPROVED, DUE);
	assert_int_equal(store_draft_find(at.store, draft->id, &kept, &at.error),
			 ANSWER_YES);
	draft_free(draft);
	return kept;
}

/* The draft as it is then. */
static enum answer stay(struct draft **draft, const char *reason, int64_t now)
{
	const struct audit_event event = event_at(now);
	const int64_t id = (*draft)->id;
	const enum answer answer =
	    store_draft_stay(at.store, *draft, reason, now + 60, &event, &at.error);

	if (answer != ANSWER_UNKNOWN) {
		draft_free(*draft);
		assert_int_equal(store_draft_find(at.store, id, draft, &at.error),
				 ANSWER_YES);
	}
	return answer;
}

/* The first that is due; 0: none. */
static int64_t find(int64_t now)
{
	struct draft *draft = NULL;
	enum answer answer =
	    store_draft_find_due(at.store, DRAFT_APPROVED, now, &draft, &at.error);
	const int64_t id = draft != NULL ? draft->id : 0;

	assert_true(answer != ANSWER_UNKNOWN);
	draft_free(draft);
	return id;
}

static int64_t next(void)
{
	int64_t when = 0;

	assert_true(store_draft_next_due(at.store, DRAFT_APPROVED, &when, &at.error) !=
		    ANSWER_UNKNOWN);
	return when;
}

static void test_stays(void **state)
{
	struct draft *draft, *kept = NULL;
	GArray *staying;

	(void)state;
	begin(&at);
	draft = make_due(1);
	assert_int_equal(find(DUE), draft->id);
	assert_int_equal(stay(&draft, "nobody", 100), ANSWER_YES);
	assert_int_equal(stay(&draft, "nobody", 160), ANSWER_NO);
	assert_int_equal(stay(&draft, "not-theirs", 220), ANSWER_YES);
	assert_int_equal(find(279), 0);
	assert_int_equal(next(), 280);
	assert_int_equal(find(280), draft->id);
	assert_int_equal(store_draft_find(at.store, draft->id, &kept, &at.error),
			 ANSWER_YES);
	assert_int_equal(kept->state, DRAFT_APPROVED);
	assert_string_equal(kept->stays, "not-theirs");
	assert_int_equal(kept->stays_since, 100);
	staying = store_draft_list_staying(at.store, &at.error);
	assert_int_equal(staying->len, 1);
	assert_int_equal(g_array_index(staying, int64_t, 0), draft->id);
	g_array_unref(staying);
	commit(&at);
	assert_int_equal(
	    raw_number(at.path, "SELECT count(*) FROM audit WHERE outcome = 'stays'"), 2);
	draft_free(draft);
	draft_free(kept);
}

static void test_looked_at_now(void **state)
{
	struct draft *one, *other;

	(void)state;
	begin(&at);
	one = make_due(1);
	other = make_due(2);
	assert_int_equal(stay(&one, "nobody", 100), ANSWER_YES);
	/* It could not be asked about. */
	assert_int_equal(stay(&other, "", 55), ANSWER_NO);
	assert_int_equal(next(), 115);
	assert_int_equal(find(101), 0);
	assert_true(store_draft_look_now(at.store, 99, &at.error));
	assert_int_equal(find(101), one->id);
	assert_int_equal(stay(&one, "nobody", 101), ANSWER_NO);
	assert_int_equal(one->stays_since, 100);
	assert_true(store_draft_look_now(at.store, 100, &at.error));
	assert_int_equal(find(102), other->id);
	commit(&at);
	draft_free(one);
	draft_free(other);
}

static void test_a_step_ends_it(void **state)
{
	struct draft *draft, *kept = NULL;

	(void)state;
	begin(&at);
	draft = make_due(1);
	assert_int_equal(stay(&draft, "nobody", 100), ANSWER_YES);
	enter_state(&at, draft, DRAFT_WITHDRAWN, 0);
	assert_int_equal(store_draft_find(at.store, draft->id, &kept, &at.error),
			 ANSWER_YES);
	assert_string_equal(kept->stays, "");
	assert_int_equal(kept->stays_since, 0);
	commit(&at);
	draft_free(draft);
	draft_free(kept);
}

static void test_put_off(void **state)
{
	const struct audit_event event = event_at(100);
	struct draft *draft, *kept = NULL;

	(void)state;
	begin(&at);
	draft = make_due(1);
	assert_int_equal(stay(&draft, "nobody", 100), ANSWER_YES);
	assert_true(store_draft_use_list(at.store, draft, "another", &at.error));
	assert_true(store_draft_put_off(at.store, draft, 500, &event, &at.error));
	assert_int_equal(find(499), 0);
	assert_int_equal(next(), 500);
	assert_int_equal(store_draft_find(at.store, draft->id, &kept, &at.error),
			 ANSWER_YES);
	assert_string_equal(kept->stays, "");
	assert_string_equal(kept->list, "another");
	commit(&at);
	draft_free(draft);
	draft_free(kept);
}

static void test_could_not_ask(void **state)
{
	const struct audit_event event = event_at(100);
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = make_due(1);
	commit(&at);
	raw_run(at.path, "ALTER TABLE draft RENAME TO gone");
	begin(&at);
	assert_int_equal(stay(&draft, "nobody", 100), ANSWER_UNKNOWN);
	assert_false(store_draft_look_now(at.store, 99, &at.error));
	assert_false(store_draft_put_off(at.store, draft, 100, &event, &at.error));
	assert_false(store_draft_use_list(at.store, draft, "another", &at.error));
	assert_null(store_draft_list_staying(at.store, &at.error));
	store_rollback(at.store);
	draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stays),   TEST(test_looked_at_now), TEST(test_a_step_ends_it),
		TEST(test_put_off), TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("stay", tests, NULL, NULL);
}
