/*
 * NAME
 *	test_suspension - suspensions, and what rests meanwhile
 *
 * DESCRIPTION
 *	Which broadcast is suspended at which second; what is not found while a suspension
 *	stands; and how much time held drafts get back, with every overlap of the suspension
 *	of everything and of one broadcast.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/store_release.h"
#include "schema/store_reminder.h"
#include "schema/store_subscriber.h"
#include "schema/store_suspension_news.h"
#include "schema/store_suspension_plan.h"
#include "tests/schema/store_fixture.h"
#include "tests/schema/subscribe.h"

#define BOSAI    "bosai@info.town.example"
#define KOSODATE "kosodate@info.town.example"
#define NEVER    INT64_MAX /* no reminder by the end of a suspension */

static const struct audit_event *make_event(const char *action)
{
	static struct audit_event event;

	event = (struct audit_event){
		.at = 1, .uid = "sysadmin", .role = "administrator", .action = action
	};
	return &event;
}

static void put(const char *broadcast, int64_t since, int64_t until, const char *reason)
{
	const struct suspension suspension = {
		.broadcast = (char *)broadcast,
		.since = since,
		.until = until,
		.reason = (char *)reason,
		.uid = (char *)"sysadmin",
	};

	if (!store_suspension_put(at.store, &suspension, make_event("suspend"),
				  &at.error))
		fail_msg("%s", at.error.text);
}

static void lift(const char *broadcast, int64_t end, int64_t remind_after)
{
	GPtrArray *all = store_suspension_list(at.store, &at.error);
	bool found = false;

	assert_non_null(all);
	for (guint i = 0; i < all->len; i++) {
		const struct suspension *one = g_ptr_array_index(all, i);

		if (strcmp(one->broadcast, broadcast) != 0)
			continue;
		found = true;
		assert_true(store_suspension_lift(at.store, one, end, remind_after,
						  make_event("resume"), &at.error));
	}
	assert_true(found);
	g_ptr_array_unref(all);
}

static int64_t lift_past(int64_t now)
{
	int64_t count = -1;

	assert_true(store_suspension_lift_past(at.store, now, NEVER, &count, &at.error));
	return count;
}

/* The reason of the suspension that is found; "" when there is none. */
static const char *find_reason(const char *broadcast, int64_t now)
{
	static char reason[64];
	struct suspension *found = NULL;

	reason[0] = '\0';
	switch (store_suspension_find(at.store, broadcast, now, &found, &at.error)) {
	case ANSWER_YES:
		(void)snprintf(reason, sizeof(reason), "%s", found->reason);
		break;
	case ANSWER_NO:
		break;
	case ANSWER_UNKNOWN:
		fail_msg("%s", at.error.text);
	}
	suspension_free(found);
	return reason;
}

static void test_which_and_when(void **state)
{
	(void)state;
	begin(&at);
	assert_string_equal(find_reason(BOSAI, 100), "");
	put(BOSAI, 100, 200, "保守");
	assert_string_equal(find_reason(BOSAI, 100), "保守");
	assert_string_equal(find_reason(BOSAI, 199), "保守");
	assert_string_equal(find_reason(BOSAI, 200), "");
	assert_string_equal(find_reason(KOSODATE, 100), "");
	put("", 100, 0, "everything");
	assert_string_equal(find_reason(KOSODATE, 100), "everything");
	assert_string_equal(find_reason(KOSODATE, INT64_MAX), "everything");
	/* The one that ends last is what people are told. */
	assert_string_equal(find_reason(BOSAI, 150), "everything");
	put("", 100, 150, "everything");
	assert_string_equal(find_reason(BOSAI, 120), "保守");
	assert_string_equal(find_reason(KOSODATE, 150), "");
	put(BOSAI, 100, 0, "for good");
	assert_string_equal(find_reason(BOSAI, 120), "for good");
	commit(&at);
}

static void test_put_again_keeps_the_beginning(void **state)
{
	(void)state;
	begin(&at);
	put(BOSAI, 100, 200, "first");
	put(BOSAI, 150, 300, "second");
	commit(&at);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM suspension"), 1);
	assert_int_equal(raw_number(at.path, "SELECT since FROM suspension"), 100);
	assert_int_equal(raw_number(at.path, "SELECT until FROM suspension"), 300);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM suspension"
					     " WHERE reason = 'second'"),
			 1);
	assert_int_equal(raw_number(at.path,
				    "SELECT count(*) FROM audit WHERE action = 'suspend'"
				    " AND uid = 'sysadmin'"),
			 2);
}

static int64_t next_end(void)
{
	int64_t when = -1;

	assert_int_not_equal(store_suspension_next_end(at.store, &when, &at.error),
			     ANSWER_UNKNOWN);
	return when;
}

static void test_past(void **state)
{
	(void)state;
	begin(&at);
	assert_int_equal(next_end(), -1);
	assert_int_equal(lift_past(INT64_MAX), 0);
	put("", 100, 0, "open end");
	assert_int_equal(next_end(), -1);
	put(BOSAI, 100, 300, "a");
	put(KOSODATE, 100, 200, "b");
	assert_int_equal(next_end(), 200);
	assert_int_equal(lift_past(199), 0);
	assert_int_equal(lift_past(200), 1);
	assert_int_equal(next_end(), 300);
	assert_int_equal(lift_past(1000), 1);
	assert_int_equal(lift_past(INT64_MAX), 0);
	commit(&at);
	assert_int_equal(raw_number(at.path,
				    "SELECT count(*) FROM audit WHERE action = 'resume'"
				    " AND uid = 'kairan' AND role = 'system'"),
			 2);
}

static bool is_due(enum draft_state state, int64_t now)
{
	struct draft *draft = NULL;
	int64_t next = 0;
	enum answer found = store_draft_find_due(at.store, state, now, &draft, &at.error);

	assert_int_not_equal(found, ANSWER_UNKNOWN);
	draft_free(draft);
	/* Who looks for the next time must not be told of one that rests. */
	if (found == ANSWER_NO)
		assert_true(store_draft_next_due(at.store, state, &next, &at.error) ==
				ANSWER_NO ||
			    next > now);
	return found == ANSWER_YES;
}

static bool is_shard_due(void)
{
	struct shard shard;
	int64_t next;
	enum answer found =
	    store_release_find_due(at.store, SHARDS_ALL, INT64_MAX, &shard, &at.error);

	assert_int_not_equal(found, ANSWER_UNKNOWN);
	if (found == ANSWER_NO)
		assert_int_equal(
		    store_release_next_due(at.store, SHARDS_ALL, &next, &at.error),
		    ANSWER_NO);
	return found == ANSWER_YES;
}

static bool is_reminder_due(const struct draft *draft)
{
	int64_t next;
	enum answer found =
	    store_reminder_is_due(at.store, draft->id, INT64_MAX, &at.error);

	assert_int_not_equal(found, ANSWER_UNKNOWN);
	if (found == ANSWER_NO)
		assert_int_equal(store_reminder_next_due(at.store, &next, &at.error),
				 ANSWER_NO);
	return found == ANSWER_YES;
}

static void check_all(const struct draft *held, bool due)
{
	assert_int_equal(is_due(DRAFT_HELD, 5000), due);
	assert_int_equal(is_due(DRAFT_APPROVED, 5000), due);
	assert_int_equal(is_shard_due(), due);
	assert_int_equal(is_reminder_due(held), due);
}

/* Held, approved and being released: all rest while a suspension stands. */
static void test_what_rests(void **state)
{
	struct draft *held, *approved, *releasing;
	struct shard shard;
	int64_t recipients;

	(void)state;
	begin(&at);
	held = insert_draft(&at, 1);
	approved = insert_draft(&at, 2);
	releasing = insert_draft(&at, 3);
	assert_true(store_reminder_record(at.store, held->id, false, 1100, &at.error));
	enter_state(&at, approved, DRAFT_APPROVED, 1600);
	enter_state(&at, releasing, DRAFT_APPROVED, 1600);
	enter_state(&at, releasing, DRAFT_RELEASING, 0);
	assert_int_equal(subscribe("bosai", "a@b.example", 1), ANSWER_YES);
	assert_true(store_release_cut(at.store,
				      &(struct shard_cut){ .draft = releasing->id,
							   .audience = { "bosai", 0, "" },
							   .shard_size = 1,
							   .now = 1600,
							   .texts = 1 },
				      &recipients, &at.error));
	check_all(held, true);
	put(KOSODATE, 1700, 0, "another");
	check_all(held, true);
	put(BOSAI, 1700, 0, "this one");
	check_all(held, false);
	put("", 1700, 1800, "all");
	lift(BOSAI, 1800, NEVER);
	/* Its end has passed, but its time was not given back yet. */
	check_all(held, false);
	assert_int_equal(
	    store_release_find_shard(at.store, releasing->id, 1, &shard, &at.error),
	    ANSWER_YES);
	assert_int_equal(store_release_offer(at.store, &shard, 1900, 2000, &at.error),
			 ANSWER_NO);
	assert_int_equal(lift_past(1800), 1);
	check_all(held, true);
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_ALL, 1900, 2000, &shard, &at.error),
	    ANSWER_YES);
	assert_int_equal(store_release_offer(at.store, &shard, 1900, 2000, &at.error),
			 ANSWER_YES);
	commit(&at);
	draft_free(held);
	draft_free(approved);
	draft_free(releasing);
}

static int64_t expiry(int64_t draft)
{
	struct draft *found = NULL;
	int64_t expires_at;

	assert_int_equal(store_draft_find(at.store, draft, &found, &at.error),
			 ANSWER_YES);
	expires_at = found->expires_at;
	draft_free(found);
	return expires_at;
}

/* The draft waits from 1000 and would expire at 2000. Every second under a suspension comes
 * back, once, whichever begins or ends first. */
static void test_time_back(void **state)
{
	static const struct {
		const char *what;
		int64_t all_since, all_end; /* 0: there is none */
		int64_t one_since, one_end;
		int64_t back;
	} rows[] = {
		{ "all", 1200, 1500, 0, 0, 300 },
		{ "one", 0, 0, 1200, 1500, 300 },
		{ "from before it was written", 500, 1500, 0, 0, 500 },
		{ "over before it was written", 500, 900, 0, 0, 0 },
		{ "one after the other", 1100, 1200, 1300, 1500, 300 },
		{ "one in all", 1200, 1500, 1300, 1400, 300 },
		{ "all in one", 1300, 1400, 1200, 1500, 300 },
		{ "all first", 1200, 1400, 1300, 1500, 300 },
		{ "one first", 1300, 1500, 1200, 1400, 300 },
		{ "the same", 1200, 1500, 1200, 1500, 300 },
		{ "the same end", 1200, 1500, 1300, 1500, 300 },
		{ "the same beginning", 1200, 1400, 1200, 1500, 300 },
		{ "beyond the expiry", 1900, 5000, 0, 0, 3100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const int64_t all_end = rows[i].all_end, one_end = rows[i].one_end;
		struct draft *draft;
		int64_t back;

		begin(&at);
		draft = insert_draft(&at, (unsigned char)(i + 1));
		/* In the order of the clock; what is over first is lifted before the
		 * other begins. */
		if (all_end != 0)
			put("", rows[i].all_since, 0, "all");
		if (all_end != 0 && one_end != 0 && all_end < rows[i].one_since)
			lift("", all_end, NEVER);
		if (one_end != 0)
			put(BOSAI, rows[i].one_since, 0, "one");
		if (one_end != 0 && (all_end == 0 || one_end < all_end))
			lift(BOSAI, one_end, NEVER);
		if (all_end != 0 && (one_end == 0 || all_end >= rows[i].one_since))
			lift("", all_end, NEVER);
		if (one_end != 0 && all_end != 0 && one_end >= all_end)
			lift(BOSAI, one_end, NEVER);
		back = expiry(draft->id) - draft->expires_at;
		if (back != rows[i].back)
			fail_msg("%s: %lld", rows[i].what, (long long)back);
		store_rollback(at.store);
		draft_free(draft);
	}
}

/* Only held drafts, and only of that broadcast. */
static void test_time_back_for_whom(void **state)
{
	struct draft *held, *approved, *other = make_draft(3);

	(void)state;
	g_free(other->broadcast);
	other->broadcast = g_strdup(KOSODATE);
	begin(&at);
	held = insert_draft(&at, 1);
	approved = insert_draft(&at, 2);
	assert_true(store_draft_insert(at.store, other, "mail", 4, &at.error));
	enter_state(&at, approved, DRAFT_APPROVED, 1600);
	put(BOSAI, 1100, 0, "one");
	lift(BOSAI, 1200, NEVER);
	assert_int_equal(expiry(held->id), 2100);
	assert_int_equal(expiry(approved->id), 2000);
	assert_int_equal(expiry(other->id), 2000);
	put("", 1300, 0, "all");
	lift("", 1400, NEVER);
	assert_int_equal(expiry(held->id), 2200);
	assert_int_equal(expiry(other->id), 2100);
	commit(&at);
	draft_free(held);
	draft_free(approved);
	draft_free(other);
}

static int64_t remind_at(int64_t draft)
{
	struct draft *found = NULL;
	int64_t when;

	assert_int_equal(store_draft_find(at.store, draft, &found, &at.error),
			 ANSWER_YES);
	when = found->remind_at;
	draft_free(found);
	return when;
}

/* A long one is followed by a reminder, a short one is not. */
static void test_reminded_afterwards(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	put(BOSAI, 1100, 0, "short");
	lift(BOSAI, 1199, 100);
	assert_int_equal(remind_at(draft->id), 0);
	put(BOSAI, 1200, 0, "long");
	lift(BOSAI, 1300, 100);
	assert_int_equal(remind_at(draft->id), 1300);
	assert_true(store_reminder_record(at.store, draft->id, true, 0, &at.error));
	/* Nobody is reminded who has lost no time. */
	put("", 500, 0, "before");
	lift("", 900, 100);
	assert_int_equal(remind_at(draft->id), 0);
	commit(&at);
	assert_int_equal(raw_number(at.path, "SELECT reminders FROM draft"), 1);
	draft_free(draft);
}

static enum answer is_awaited(const struct draft *draft, int64_t now)
{
	return store_reminder_is_due(at.store, draft->id, now, &at.error);
}

/* Found at its second, for held drafts only, and planned anew; the next of all is the first. */
static void test_reminders(void **state)
{
	struct draft *first, *second;
	int64_t next = 0;

	(void)state;
	begin(&at);
	first = insert_draft(&at, 1);
	second = insert_draft(&at, 2);
	assert_int_equal(is_awaited(first, INT64_MAX), ANSWER_NO);
	assert_int_equal(store_reminder_next_due(at.store, &next, &at.error), ANSWER_NO);
	assert_true(store_reminder_record(at.store, first->id, false, 1300, &at.error));
	assert_true(store_reminder_record_calls(at.store, first->id, 0, 1250, &at.error));
	assert_true(store_reminder_record(at.store, second->id, false, 1200, &at.error));
	assert_int_equal(store_reminder_next_due(at.store, &next, &at.error), ANSWER_YES);
	assert_int_equal(next, 1200);
	assert_int_equal(is_awaited(second, 1199), ANSWER_NO);
	assert_int_equal(is_awaited(second, 1200), ANSWER_YES);
	assert_true(store_reminder_record(at.store, second->id, true, 0, &at.error));
	assert_int_equal(is_awaited(second, INT64_MAX), ANSWER_NO);
	assert_int_equal(store_reminder_next_due(at.store, &next, &at.error), ANSWER_YES);
	assert_int_equal(next, 1250);
	assert_int_equal(is_awaited(first, 1249), ANSWER_NO);
	assert_int_equal(is_awaited(first, 1250), ANSWER_YES);
	assert_true(store_reminder_record_calls(at.store, first->id, 1, 0, &at.error));
	assert_int_equal(is_awaited(first, 1299), ANSWER_NO);
	assert_int_equal(is_awaited(first, 1300), ANSWER_YES);
	enter_state(&at, first, DRAFT_APPROVED, 1600);
	assert_int_equal(is_awaited(first, INT64_MAX), ANSWER_NO);
	assert_int_equal(store_reminder_next_due(at.store, &next, &at.error), ANSWER_NO);
	commit(&at);
	draft_free(first);
	draft_free(second);
}

/* Nobody is called sooner because nothing could go out for a while. */
static void test_calls_wait_for_the_end(void **state)
{
	struct draft *planned, *done;

	(void)state;
	begin(&at);
	planned = insert_draft(&at, 1);
	done = insert_draft(&at, 2);
	assert_true(
	    store_reminder_record_calls(at.store, planned->id, 0, 2000, &at.error));
	put("", 1700, 1800, "all");
	assert_int_equal(lift_past(1800), 1);
	commit(&at);
	assert_int_equal(
	    raw_number(at.path, "SELECT call_at FROM draft ORDER BY id LIMIT 1"), 2100);
	assert_int_equal(
	    raw_number(at.path, "SELECT call_at FROM draft ORDER BY id DESC LIMIT 1"), 0);
	draft_free(planned);
	draft_free(done);
}

/* What is to be told, oldest first: "EVENT since until", and it is gone. */
static const char *take_news(void)
{
	static char text[96];
	struct suspension_news news = { 0 };

	text[0] = '\0';
	switch (store_suspension_news_find(at.store, &news, &at.error)) {
	case ANSWER_YES:
		(void)snprintf(text, sizeof(text), "%s %lld %lld", news.event,
			       (long long)news.since, (long long)news.until);
		assert_true(store_suspension_news_remove(at.store, news.id, &at.error));
		break;
	case ANSWER_NO:
		break;
	case ANSWER_UNKNOWN:
		fail_msg("%s", at.error.text);
	}
	store_suspension_news_clear(&news);
	return text;
}

static void plan(const char *broadcast, int64_t since, int64_t until, bool notify)
{
	const struct suspension suspension = {
		.broadcast = (char *)broadcast,
		.since = since,
		.until = until,
		.reason = (char *)"plan",
		.uid = (char *)"sysadmin",
		.notify = notify,
	};

	assert_true(store_suspension_plan_put(at.store, &suspension,
					      make_event("plan suspension"), &at.error));
}

static int64_t begin_planned(int64_t now)
{
	int64_t count = -1;

	assert_true(store_suspension_plan_begin(at.store, now, &count, &at.error));
	return count;
}

/* It begins at its second, not before; and what was planned for a time when nobody looked takes
 * just that time. */
static void test_plans(void **state)
{
	int64_t next = 0;

	(void)state;
	begin(&at);
	assert_int_equal(store_suspension_plan_next(at.store, &next, &at.error),
			 ANSWER_NO);
	plan(BOSAI, 100, 200, true);
	plan("", 150, 0, false);
	plan(BOSAI, 110, 210, true);
	assert_int_equal(store_suspension_plan_next(at.store, &next, &at.error),
			 ANSWER_YES);
	assert_int_equal(next, 110);
	assert_string_equal(take_news(), "planned 100 200");
	assert_string_equal(take_news(), "planned 110 210");
	assert_int_equal(begin_planned(109), 0);
	assert_string_equal(find_reason(BOSAI, 109), "");
	assert_int_equal(begin_planned(110), 1);
	assert_string_equal(find_reason(BOSAI, 110), "plan");
	assert_string_equal(find_reason(KOSODATE, 110), "");
	assert_string_equal(take_news(), "begun 110 210");
	assert_int_equal(begin_planned(1000), 1);
	assert_int_equal(lift_past(1000), 1);
	assert_string_equal(take_news(), "ended 110 210");
	assert_string_equal(take_news(), "");
	assert_string_equal(find_reason(KOSODATE, 1000), "plan");
	lift("", 1100, NEVER);
	assert_string_equal(take_news(), "");
	store_rollback(at.store);
}

static void test_a_plan_is_cancelled(void **state)
{
	GPtrArray *plans;

	(void)state;
	begin(&at);
	plan(BOSAI, 100, 200, true);
	assert_string_equal(take_news(), "planned 100 200");
	plans = store_suspension_plan_list(at.store, &at.error);
	assert_int_equal(plans->len, 1);
	assert_true(store_suspension_plan_cancel(at.store, g_ptr_array_index(plans, 0),
						 make_event("cancel suspension"),
						 &at.error));
	g_ptr_array_unref(plans);
	assert_string_equal(take_news(), "cancelled 100 200");
	assert_int_equal(begin_planned(1000), 0);
	assert_string_equal(find_reason(BOSAI, 150), "");
	store_rollback(at.store);
}

static void test_could_not_ask(void **state)
{
	struct suspension *found = NULL;
	int64_t number;

	(void)state;
	raw_run(at.path, "DROP TABLE suspension");
	begin(&at);
	assert_int_equal(store_suspension_find(at.store, BOSAI, 1, &found, &at.error),
			 ANSWER_UNKNOWN);
	assert_null(store_suspension_list(at.store, &at.error));
	assert_int_equal(store_suspension_next_end(at.store, &number, &at.error),
			 ANSWER_UNKNOWN);
	assert_false(store_suspension_lift_past(at.store, 1, NEVER, &number, &at.error));
	assert_int_equal(store_reminder_is_due(at.store, 1, 1, &at.error),
			 ANSWER_UNKNOWN);
	assert_int_equal(store_reminder_next_due(at.store, &number, &at.error),
			 ANSWER_UNKNOWN);
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_which_and_when),
		TEST(test_put_again_keeps_the_beginning),
		TEST(test_past),
		TEST(test_what_rests),
		TEST(test_time_back),
		TEST(test_time_back_for_whom),
		TEST(test_reminded_afterwards),
		TEST(test_reminders),
		TEST(test_calls_wait_for_the_end),
		TEST(test_plans),
		TEST(test_a_plan_is_cancelled),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("suspension", tests, NULL, NULL);
}
