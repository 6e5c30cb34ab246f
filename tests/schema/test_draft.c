/*
 * NAME
 *	test_draft - drafts, their originals, people and steps
 *
 * DESCRIPTION
 *	What is inserted comes back octet for octet; a state changes by one function only,
 *	together with its audit row, or not at all.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/schema/store_fixture.h"

static struct draft *find(int64_t id)
{
	struct draft *draft = NULL;

	if (store_draft_find(at.store, id, &draft, &at.error) != ANSWER_YES)
		fail_msg("draft %lld: %s", (long long)id, at.error.text);
	return draft;
}

static void assert_same(const struct draft *one, const struct draft *other)
{
	assert_int_equal(one->id, other->id);
	assert_memory_equal(one->submit_key, other->submit_key, SUBMIT_KEY_OCTETS);
	assert_string_equal(one->queue_id, other->queue_id);
	assert_string_equal(one->broadcast, other->broadcast);
	assert_string_equal(one->broadcast_ja, other->broadcast_ja);
	assert_string_equal(one->broadcast_en, other->broadcast_en);
	assert_string_equal(one->list, other->list);
	assert_string_equal(one->section, other->section);
	assert_string_equal(one->section_ja, other->section_ja);
	assert_string_equal(one->section_en, other->section_en);
	assert_string_equal(one->author_dn, other->author_dn);
	assert_string_equal(one->subject, other->subject);
	assert_string_equal(one->text, other->text);
	assert_int_equal(one->characters, other->characters);
	assert_int_equal(one->submitted_at, other->submitted_at);
	assert_int_equal(one->expires_at, other->expires_at);
}

static void test_insert_and_find(void **state)
{
	struct draft *draft, *other, *found = NULL;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	other = insert_draft(&at, 2);
	commit(&at);
	assert_true(draft->id > 0);
	assert_true(other->id > draft->id);
	assert_int_equal(draft->state, DRAFT_HELD);

	begin(&at);
	found = find(draft->id);
	assert_same(found, draft);
	assert_int_equal(found->state, DRAFT_HELD);
	/* What is not known yet. */
	assert_int_equal(found->decided_at, 0);
	assert_int_equal(found->due_at, 0);
	assert_int_equal(found->released_at, 0);
	assert_int_equal(found->recipients, 0);
	assert_string_equal(found->decided_by, "");
	assert_string_equal(found->decided_name, "");
	assert_string_equal(found->reason, "");
	draft_free(found);

	found = NULL;
	assert_int_equal(
	    store_draft_find_by_key(at.store, other->submit_key, &found, &at.error),
	    ANSWER_YES);
	assert_same(found, other);
	draft_free(found);
	store_rollback(at.store);
	draft_free(draft);
	draft_free(other);
}

static void test_not_found(void **state)
{
	static const int64_t ids[] = { 0, -1, 2, INT64_MAX, INT64_MIN };
	struct draft *draft, *found = NULL;
	unsigned char key[SUBMIT_KEY_OCTETS];
	struct party *party = NULL;
	char *octets = NULL;
	size_t length = 0;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	for (size_t i = 0; i < COUNT(ids); i++) {
		assert_int_equal(store_draft_find(at.store, ids[i], &found, &at.error),
				 ANSWER_NO);
		assert_int_equal(
		    store_draft_find_party(at.store, ids[i], 0, &party, &at.error),
		    ANSWER_NO);
		assert_int_equal(store_draft_find_original(at.store, ids[i], &octets,
							   &length, &at.error),
				 ANSWER_NO);
	}
	memset(key, 1, sizeof(key));
	key[SUBMIT_KEY_OCTETS - 1] = 2;
	assert_int_equal(store_draft_find_by_key(at.store, key, &found, &at.error),
			 ANSWER_NO);
	assert_null(found);
	store_rollback(at.store);
	draft_free(draft);
}

/* The same message submitted again is one draft. */
static void test_key_is_unique(void **state)
{
	struct draft *draft, *again = make_draft(1);

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	begin(&at);
	assert_false(store_draft_insert(at.store, again, "mail", 4, &at.error));
	assert_non_null(strcasestr(at.error.text, "unique"));
	store_rollback(at.store);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM draft"), 1);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM original"), 1);
	draft_free(draft);
	draft_free(again);
}

/* An id that has been used in mails must not come back. */
static void test_ids_are_not_used_again(void **state)
{
	struct draft *draft;
	int64_t first;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	first = draft->id;
	draft_free(draft);
	raw_run(at.path, "DELETE FROM original; DELETE FROM draft");
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	assert_true(draft->id > first);
	draft_free(draft);
}

static void test_missing_text_is_an_error(void **state)
{
	struct draft *draft = make_draft(1);

	(void)state;
	g_free(draft->subject);
	draft->subject = NULL;
	begin(&at);
	assert_false(store_draft_insert(at.store, draft, "mail", 4, &at.error));
	store_rollback(at.store);
	draft_free(draft);
}

static void test_odd_texts(void **state)
{
	static const char *const texts[] = {
		"",
		"'",
		"'); DROP TABLE draft; --",
		"\"double\" `back` [brackets] ?1 :a @b $c %s",
		"避難\n避難\r\n\t",
		"😀👨‍👩‍👧‍👦 e\u0301 \u2028",
		"\x1b$B \xff\xfe not UTF-8",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct draft *draft = make_draft((unsigned char)(i + 1)), *found;
		/* What is no UTF-8 PostgreSQL does not take. */
		g_autofree char *kept = raw_server() != NULL
					    ? g_utf8_make_valid(texts[i], -1)
					    : g_strdup(texts[i]);

		g_free(draft->subject);
		g_free(draft->text);
		g_free(draft->broadcast_ja);
		draft->subject = g_strdup(texts[i]);
		draft->text = g_strdup(texts[i]);
		draft->broadcast_ja = g_strdup(kept);
		begin(&at);
		assert_true(store_draft_insert(at.store, draft, "mail", 4, &at.error));
		commit(&at);
		begin(&at);
		found = find(draft->id);
		store_rollback(at.store);
		g_free(draft->subject);
		g_free(draft->text);
		draft->subject = g_strdup(kept);
		draft->text = g_strdup(kept);
		assert_same(found, draft);
		draft_free(found);
		draft_free(draft);
	}
}

static void test_original(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
	} rows[] = {
		{ "", 0 },           { "\0", 1 },
		{ "a\0b\0\0c", 6 },  { "\xff\xfe\x00\x80", 4 },
		{ "x\r\n.\r\n", 6 },
	};
	char *large = malloc(3000000);

	(void)state;
	assert_non_null(large);
	for (size_t i = 0; i < 3000000; i++)
		large[i] = (char)(i * 7);
	for (size_t i = 0; i <= COUNT(rows); i++) {
		const char *octets = i < COUNT(rows) ? rows[i].octets : large;
		const size_t length = i < COUNT(rows) ? rows[i].length : 3000000;
		struct draft *draft = make_draft((unsigned char)(i + 1));
		char *found = NULL;
		size_t found_length = 99;

		begin(&at);
		assert_true(
		    store_draft_insert(at.store, draft, octets, length, &at.error));
		commit(&at);
		begin(&at);
		assert_int_equal(store_draft_find_original(at.store, draft->id, &found,
							   &found_length, &at.error),
				 ANSWER_YES);
		store_rollback(at.store);
		assert_int_equal(found_length, length);
		assert_memory_equal(found, octets, length);
		assert_int_equal(found[length], '\0');
		g_free(found);
		draft_free(draft);
	}
	free(large);
}

struct names {
	char text[200];
};

static void test_parties(void **state)
{
	const struct party parties[] = {
		{ 2, "delegate", "bosai-deputy", "uid=d", "d@town.example", "代理",
		  "ja" },
		{ 0, "staff", "bosai-staff1", "uid=s", "s@town.example", "O'Brien \"S\"",
		  "en" },
		{ 1, "approver", "bosai-chief", "uid=c", "c@town.example", "課長", "ja" },
	};
	const char *const in_order[] = { "bosai-staff1", "bosai-chief", "bosai-deputy" };
	struct draft *draft, *other;
	struct party *party = NULL;
	GPtrArray *all;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	other = insert_draft(&at, 2);
	for (size_t i = 0; i < COUNT(parties); i++)
		assert_true(store_draft_insert_party(at.store, draft->id, &parties[i],
						     &at.error));
	commit(&at);
	begin(&at);
	assert_int_equal(
	    store_draft_find_party(at.store, draft->id, DRAFT_AUTHOR, &party, &at.error),
	    ANSWER_YES);
	assert_int_equal(party->number, 0);
	assert_string_equal(party->role, "staff");
	assert_string_equal(party->uid, "bosai-staff1");
	assert_string_equal(party->dn, "uid=s");
	assert_string_equal(party->mail, "s@town.example");
	assert_string_equal(party->name, "O'Brien \"S\"");
	assert_string_equal(party->language, "en");
	party_free(party);
	assert_int_equal(
	    store_draft_find_party(at.store, draft->id, 3, &party, &at.error), ANSWER_NO);
	assert_int_equal(
	    store_draft_find_party(at.store, other->id, 0, &party, &at.error), ANSWER_NO);
	all = store_draft_list_parties(at.store, draft->id, &at.error);
	assert_non_null(all);
	assert_int_equal(all->len, COUNT(parties));
	for (guint i = 0; i < all->len; i++) {
		party = g_ptr_array_index(all, i);
		assert_int_equal(party->number, i);
		assert_string_equal(party->uid, in_order[i]);
	}
	g_ptr_array_unref(all);
	all = store_draft_list_parties(at.store, other->id, &at.error);
	assert_non_null(all);
	assert_int_equal(all->len, 0);
	g_ptr_array_unref(all);
	/* A number is one person. */
	assert_false(
	    store_draft_insert_party(at.store, draft->id, &parties[0], &at.error));
	store_rollback(at.store);
	draft_free(draft);
	draft_free(other);
}

static void test_approve(void **state)
{
	struct draft_step step = {
		.to = DRAFT_APPROVED,
		.event = { .at = 1234,
			   .uid = "bosai-chief",
			   .role = "approver",
			   .action = "approve",
			   .detail = "承認",
			   .queue_id = "4DEF",
			   .draft = 999,
			   .outcome = "made up" },
		.reason = "急ぎ",
		.decider_name = "防災 太郎",
		.due_at = 1300,
	};
	struct draft *draft, *found;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	begin(&at);
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	commit(&at);
	assert_int_equal(draft->state, DRAFT_APPROVED);
	/* The draft and the outcome of the audit row are the store's, not the caller's.
	 */
	assert_int_equal(
	    raw_number(at.path,
		       "SELECT count(*) FROM audit WHERE seq = 1 AND draft = 1 AND"
		       " outcome = 'approved' AND uid = 'bosai-chief' AND at = 1234"
		       " AND action = 'approve' AND queue_id = '4DEF'"),
	    1);
	begin(&at);
	found = find(draft->id);
	store_rollback(at.store);
	assert_same(found, draft);
	assert_int_equal(found->state, DRAFT_APPROVED);
	assert_int_equal(found->decided_at, 1234);
	assert_string_equal(found->decided_by, "bosai-chief");
	assert_string_equal(found->decided_name, "防災 太郎");
	assert_string_equal(found->reason, "急ぎ");
	assert_int_equal(found->due_at, 1300);
	assert_int_equal(found->released_at, 0);
	draft_free(found);
	draft_free(draft);
}

/* Later steps leave the decision as it was. */
static void test_release_keeps_the_decision(void **state)
{
	struct draft_step step = {
		.to = DRAFT_APPROVED,
		.event = { .at = 1234, .uid = "bosai-chief", .action = "approve" },
		.reason = "理由",
		.decider_name = "長",
		.due_at = 1300,
	};
	struct draft *draft, *found;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	step = (struct draft_step){
		.to = DRAFT_RELEASING,
		.event = { .at = 1300, .uid = "kairan", .action = "release" },
		.recipients = 25,
	};
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	step = (struct draft_step){
		.to = DRAFT_RELEASED,
		.event = { .at = 1400, .uid = "kairan", .action = "release" },
	};
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_YES);
	commit(&at);
	begin(&at);
	found = find(draft->id);
	store_rollback(at.store);
	assert_int_equal(found->state, DRAFT_RELEASED);
	assert_int_equal(found->decided_at, 1234);
	assert_string_equal(found->decided_by, "bosai-chief");
	assert_string_equal(found->decided_name, "長");
	assert_string_equal(found->reason, "理由");
	assert_int_equal(found->due_at, 1300);
	assert_int_equal(found->recipients, 25);
	assert_int_equal(found->released_at, 1400);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM audit"), 3);
	draft_free(found);
	draft_free(draft);
}

/* Every step from every state, against the lifecycle; a no writes nothing. */
static void test_every_step(void **state)
{
	(void)state;
	for (int from = DRAFT_HELD; from <= DRAFT_STOPPED; from++) {
		for (int to = 0; to <= DRAFT_STOPPED + 1; to++) {
			const bool allowed = lifecycle_allows((enum draft_state)from,
							      (enum draft_state)to);
			const struct draft_step step = {
				.to = (enum draft_state)to,
				.event = { .at = 5, .uid = "u", .action = "a" },
				.reason = "r",
				.decider_name = "d",
				.due_at = 6,
				.recipients = 7,
			};
			struct draft *draft;
			char sql[300];

			begin(&at);
			draft = insert_draft(&at, (unsigned char)(16 * from + to));
			commit(&at);
			(void)snprintf(sql, sizeof(sql),
				       "UPDATE draft SET state = %d WHERE id = %lld",
				       from, (long long)draft->id);
			raw_run(at.path, sql);
			begin(&at);
			assert_int_equal(
			    store_draft_enter(at.store, draft, &step, &at.error),
			    allowed ? ANSWER_YES : ANSWER_NO);
			commit(&at);
			assert_int_equal(draft->state, allowed ? to : from);
			(void)snprintf(sql, sizeof(sql),
				       "SELECT count(*) FROM audit WHERE draft = %lld",
				       (long long)draft->id);
			assert_int_equal(raw_number(at.path, sql), allowed ? 1 : 0);
			(void)snprintf(
			    sql, sizeof(sql),
			    "SELECT count(*) FROM draft WHERE id = %lld AND state = %d"
			    " AND decided_at IS NOT DISTINCT FROM %s AND reason IS NOT DISTINCT FROM %s"
			    " AND due_at IS NOT DISTINCT FROM %s",
			    (long long)draft->id, allowed ? to : from,
			    allowed ? "5" : "NULL", allowed ? "'r'" : "NULL",
			    allowed ? "6" : "NULL");
			assert_int_equal(raw_number(at.path, sql), 1);
			draft_free(draft);
		}
	}
}

/* Two people decide at once: the second learns the state that the first made. */
static void test_second_decision(void **state)
{
	const struct draft_step step = { .to = DRAFT_SENT_BACK,
					 .event = { .action = "x" } };
	struct draft *first, *second;

	(void)state;
	begin(&at);
	first = insert_draft(&at, 1);
	second = find(first->id);
	enter_state(&at, first, DRAFT_APPROVED, 1500);
	commit(&at);
	assert_int_equal(second->state, DRAFT_HELD);
	begin(&at);
	assert_int_equal(store_draft_enter(at.store, second, &step, &at.error),
			 ANSWER_NO);
	store_rollback(at.store);
	assert_int_equal(second->state, DRAFT_APPROVED);
	draft_free(first);
	draft_free(second);
}

static void test_step_and_audit_are_one(void **state)
{
	const struct draft_step step = { .to = DRAFT_APPROVED,
					 .event = { .action = "x" } };
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	commit(&at);
	begin(&at);
	enter_state(&at, draft, DRAFT_APPROVED, 1500);
	store_rollback(at.store);
	assert_int_equal(raw_number(at.path, "SELECT state FROM draft"), DRAFT_HELD);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM audit"), 0);
	/* Without a place for the audit row there is no step either. */
	raw_run(at.path, "DROP TABLE audit");
	begin(&at);
	assert_int_equal(store_draft_enter(at.store, draft, &step, &at.error),
			 ANSWER_UNKNOWN);
	store_rollback(at.store);
	assert_int_equal(raw_number(at.path, "SELECT state FROM draft"), DRAFT_HELD);
	draft_free(draft);
}

/* A draft that is gone could not be asked; and the error is this one, not an older one.
 */
static void test_step_of_no_draft(void **state)
{
	const struct draft_step step = { .to = DRAFT_APPROVED,
					 .event = { .action = "x" } };
	struct kairan_error error = { "an older error" };
	struct draft *draft = make_draft(1);

	(void)state;
	draft->id = 77;
	begin(&at);
	assert_int_equal(store_draft_enter(at.store, draft, &step, &error),
			 ANSWER_UNKNOWN);
	assert_int_equal(store_draft_enter(at.store, draft, &step, NULL), ANSWER_UNKNOWN);
	store_rollback(at.store);
	assert_non_null(strstr(error.text, "77"));
	draft_free(draft);
}

static void test_due(void **state)
{
	static const struct {
		enum draft_state state;
		int64_t now;
		int64_t id; /* 0: none */
	} rows[] = {
		{ DRAFT_HELD, 1999, 0 },     { DRAFT_HELD, 2000, 1 },
		{ DRAFT_HELD, 2001, 1 },     { DRAFT_APPROVED, 4999, 0 },
		{ DRAFT_APPROVED, 5000, 3 }, { DRAFT_APPROVED, 5001, 3 },
		{ DRAFT_APPROVED, 7000, 3 }, { DRAFT_APPROVED, 0, 0 },
	};
	struct draft *held, *later, *earlier;
	int64_t when = 0;

	(void)state;
	begin(&at);
	assert_int_equal(store_draft_next_due(at.store, DRAFT_HELD, &when, &at.error),
			 ANSWER_NO);
	assert_int_equal(store_draft_next_due(at.store, DRAFT_APPROVED, &when, &at.error),
			 ANSWER_NO);
	held = insert_draft(&at, 1);
	later = insert_draft(&at, 2);
	earlier = insert_draft(&at, 3);
	enter_state(&at, later, DRAFT_APPROVED, 6000);
	enter_state(&at, earlier, DRAFT_APPROVED, 5000);
	commit(&at);
	begin(&at);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct draft *draft = NULL;
		enum answer answer = store_draft_find_due(at.store, rows[i].state,
							  rows[i].now, &draft, &at.error);

		assert_int_equal(answer, rows[i].id != 0 ? ANSWER_YES : ANSWER_NO);
		if (draft != NULL)
			assert_int_equal(draft->id, rows[i].id);
		draft_free(draft);
	}
	assert_int_equal(store_draft_next_due(at.store, DRAFT_HELD, &when, &at.error),
			 ANSWER_YES);
	assert_int_equal(when, 2000);
	assert_int_equal(store_draft_next_due(at.store, DRAFT_APPROVED, &when, &at.error),
			 ANSWER_YES);
	assert_int_equal(when, 5000);
	assert_int_equal(
	    store_draft_next_due(at.store, DRAFT_RELEASING, &when, &at.error), ANSWER_NO);
	store_rollback(at.store);
	draft_free(held);
	draft_free(later);
	draft_free(earlier);
}

/* The two questions must agree, or the rounds would wake again and again for a draft that
 * is never found. */
static void test_approved_without_a_time(void **state)
{
	struct draft *draft, *found = NULL;
	int64_t when = 0;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	enter_state(&at, draft, DRAFT_APPROVED, 0);
	assert_int_equal(
	    store_draft_find_due(at.store, DRAFT_APPROVED, INT64_MAX, &found, &at.error),
	    ANSWER_NO);
	assert_int_equal(store_draft_next_due(at.store, DRAFT_APPROVED, &when, &at.error),
			 ANSWER_NO);
	commit(&at);
	draft_free(draft);
}

static void add_id(const struct draft *draft, void *context)
{
	struct names *names = context;
	const size_t used = strlen(names->text);

	(void)snprintf(names->text + used, sizeof(names->text) - used, "%lld ",
		       (long long)draft->id);
}

static void test_visit(void **state)
{
	static const struct {
		int state;
		int64_t limit;
		const char *ids;
	} rows[] = {
		{ 0, 10, "4 3 2 1 " },
		{ 0, 4, "4 3 2 1 " },
		{ 0, 3, "4 3 2 " },
		{ 0, 1, "4 " },
		{ 0, 0, "" },
		{ DRAFT_HELD, 10, "4 2 " },
		{ DRAFT_APPROVED, 10, "3 1 " },
		{ DRAFT_APPROVED, 1, "3 " },
		{ DRAFT_RELEASED, 10, "" },
		{ 99, 10, "" },
	};

	(void)state;
	begin(&at);
	for (unsigned char i = 1; i <= 4; i++) {
		struct draft *draft = insert_draft(&at, i);

		if (i % 2 == 1)
			enter_state(&at, draft, DRAFT_APPROVED, 5);
		draft_free(draft);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct draft_filter filter = { .state = rows[i].state,
						     .limit = rows[i].limit };
		struct names names = { "" };

		assert_true(
		    store_draft_visit(at.store, &filter, add_id, &names, &at.error));
		assert_string_equal(names.text, rows[i].ids);
	}
	commit(&at);
}

static void test_free_null(void **state)
{
	(void)state;
	draft_free(NULL);
	party_free(NULL);
	draft_free(draft_new());
	party_free(party_new());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_insert_and_find),
		TEST(test_not_found),
		TEST(test_key_is_unique),
		TEST(test_ids_are_not_used_again),
		TEST(test_missing_text_is_an_error),
		TEST(test_odd_texts),
		TEST(test_original),
		TEST(test_parties),
		TEST(test_approve),
		TEST(test_release_keeps_the_decision),
		TEST(test_every_step),
		TEST(test_second_decision),
		TEST(test_step_and_audit_are_one),
		TEST(test_step_of_no_draft),
		TEST(test_due),
		TEST(test_approved_without_a_time),
		TEST(test_visit),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
