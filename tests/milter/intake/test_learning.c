/*
 * NAME
 *	test_learning - what a reply teaches
 *
 * DESCRIPTION
 *	A signature is kept only where the words say that it is one, once, with an audit row,
 *	and not without the decision.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "milter/intake/learning.h"
#include "schema/store_signature.h"
#include "tests/schema/store_fixture.h"

static const char signature_text[] = "\n\n防災課 佐藤\n  本メールに心当たりのない方は\n";

static const struct person chief = { .id = (char *)"id-1", .uid = (char *)"chief" };

static const struct audit_event decision = {
	.at = 1000,
	.uid = "chief",
	.role = "approver",
	.action = "approve",
	.draft = 7,
	.queue_id = "4ABC",
};

static void keep(const char *tail, bool teaches)
{
	g_autofree char *hash = teaches ? reply_tail_hash(tail) : NULL;
	const struct reply_words words = {
		.decision = DECISION_APPROVE,
		.tail = (char *)tail,
		.teaches = teaches,
		.tail_hash = hash,
	};

	if (!learning_keep(at.store, &chief, &words, &decision, &at.error))
		fail_msg("%s", at.error.text);
}

static int64_t count(const char *table)
{
	g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s", table);

	return raw_number(at.path, sql);
}

static void test_kept_when_said(void **state)
{
	GPtrArray *all = NULL;
	const struct signature *one;
	g_autofree char *hash = reply_tail_hash(signature_text);

	(void)state;
	begin(&at);
	keep(signature_text, true);
	/* Known already: nothing is written. */
	keep(signature_text, true);
	commit(&at);
	begin(&at);
	assert_true(store_signature_list(at.store, "chief", &all, &at.error));
	store_rollback(at.store);
	assert_int_equal(all->len, 1);
	one = g_ptr_array_index(all, 0);
	assert_string_equal(one->hash, hash);
	assert_string_equal(one->first_line, "防災課 佐藤");
	assert_string_equal(one->person_id, "id-1");
	assert_int_equal(one->lines, 2);
	assert_int_equal(one->draft, 7);
	assert_string_equal(one->queue_id, "4ABC");
	g_ptr_array_unref(all);
	assert_int_equal(count("audit WHERE action = 'learn-signature' AND draft = 7"
			       " AND uid = 'chief' AND outcome = 'done'"),
			 1);
	assert_int_equal(count("audit"), 1);
}

static void test_not_by_itself(void **state)
{
	(void)state;
	begin(&at);
	keep(signature_text, false);
	keep("", true);
	keep(" \n\n", true);
	commit(&at);
	assert_int_equal(count("signature"), 0);
	assert_int_equal(count("audit"), 0);
}

static void test_not_without_the_decision(void **state)
{
	(void)state;
	begin(&at);
	keep(signature_text, true);
	store_rollback(at.store);
	assert_int_equal(count("signature"), 0);
	assert_int_equal(count("audit"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kept_when_said),
		TEST(test_not_by_itself),
		TEST(test_not_without_the_decision),
	};

	return cmocka_run_group_tests_name("learning", tests, NULL, NULL);
}
