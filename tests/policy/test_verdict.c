/*
 * NAME
 *	test_verdict - the table of reasons, row by row
 *
 * DESCRIPTION
 *	What a row must fulfil so that an MTA can send it (RFC 5321 4.2, RFC 3463), whatever
 *	rows are added later.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/verdict.h"

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *name = reason_name((enum reason)i);

		if (name == NULL)
			fail_msg("reason %d has no row", i);
		assert_true(strlen(name) > 0);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(name));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, reason_name((enum reason)j));
	}
}

static char class_of(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_PASS:
		return '2';
	case VERDICT_TEMPFAIL:
		return '4';
	case VERDICT_REFUSE:
		break;
	}
	return '5';
}

static void test_codes(void **state)
{
	static const char digits[] = "0123456789";

	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *reply = reason_reply((enum reason)i);
		const char *status = reason_status((enum reason)i);
		struct verdict verdict;
		size_t subject, detail;

		verdict_set(&verdict, (enum reason)i, NULL);
		assert_int_equal(verdict.reason, i);
		assert_int_equal(strlen(reply), 3);
		assert_int_equal(strspn(reply, digits), 3);
		if (reply[0] != class_of(verdict.kind) || status[0] != reply[0])
			fail_msg("%s: %s %s", reason_name((enum reason)i), reply, status);
		assert_int_equal(status[1], '.');
		subject = strspn(status + 2, digits);
		assert_in_range(subject, 1, 3);
		assert_int_equal(status[2 + subject], '.');
		detail = strspn(status + 3 + subject, digits);
		assert_in_range(detail, 1, 3);
		assert_int_equal(strlen(status), 3 + subject + detail);
	}
}

/* libmilter expands '%' in a reply, and refuses line breaks. */
static void test_texts(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		struct verdict verdict;

		memset(&verdict, 0x55, sizeof(verdict));
		verdict_set(&verdict, (enum reason)i, NULL);
		assert_in_range(strlen(verdict.text), 1, sizeof(verdict.text) - 64);
		for (const char *c = verdict.text; *c != '\0'; c++)
			if (*c < ' ' || *c > '~' || *c == '%')
				fail_msg("%s: %s", reason_name((enum reason)i),
					 verdict.text);
	}
}

/* A text that rests on an article begins with it, so that staff can look it up. */
static void test_articles(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *article = reason_article((enum reason)i);
		struct verdict verdict;

		verdict_set(&verdict, (enum reason)i, NULL);
		assert_int_equal(strspn(article, "0123456789-()"), strlen(article));
		if (article[0] == '\0') {
			assert_null(strstr(verdict.text, "Art."));
			continue;
		}
		assert_memory_equal(verdict.text, "Art.", 4);
		assert_memory_equal(verdict.text + 4, article, strlen(article));
		assert_true(verdict.text[4 + strlen(article)] == '\0' ||
			    verdict.text[4 + strlen(article)] == ':');
	}
}

/* What could not be asked is never a no (DESIGN.md, "Three answers"), nor is what is
 * suspended for a while (Art. 7), nor what another mail can do. */
static void test_could_not_ask_is_temporary(void **state)
{
	static const enum reason temporary[] = {
		REASON_DIRECTORY,         REASON_STORE,
		REASON_NO_APPROVER,       REASON_NOT_READY,
		REASON_SEVERAL_APPROVERS, REASON_BOTH_DUTIES,
		REASON_FOREIGN_DELEGATE,  REASON_NO_SECTION,
		REASON_MAIL_TWICE,        REASON_OUT_OF_SERVICE,
		REASON_TOO_MANY,          REASON_CHANGED_ON_WAY,
		REASON_LIMIT_DRAFTS,      REASON_LIMIT_HELD,
		REASON_LIMIT_REPLIES,     REASON_DELEGATE_TIME,
	};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(temporary) / sizeof(temporary[0]); i++) {
		struct verdict verdict;

		verdict_set(&verdict, temporary[i], NULL);
		assert_int_equal(verdict.kind, VERDICT_TEMPFAIL);
	}
	for (int i = 0; i < REASON_COUNT; i++) {
		struct verdict verdict;

		verdict_set(&verdict, (enum reason)i, NULL);
		count += verdict.kind == VERDICT_TEMPFAIL ? 1 : 0;
		assert_int_equal(verdict.kind == VERDICT_PASS, i == REASON_NONE);
	}
	assert_int_equal(count, sizeof(temporary) / sizeof(temporary[0]));
}

static void test_pass(void **state)
{
	struct verdict verdict;

	(void)state;
	memset(&verdict, 0x55, sizeof(verdict));
	verdict_pass(&verdict);
	assert_int_equal(verdict.kind, VERDICT_PASS);
	assert_int_equal(verdict.reason, REASON_NONE);
	assert_string_equal(verdict.text, "Ok");
}

static void test_detail(void **state)
{
	struct verdict verdict;

	(void)state;
	verdict_set(&verdict, REASON_UNDECODABLE, "line 3, column 7");
	assert_string_equal(verdict.text, "Art.13-2(3): line 3, column 7");
	verdict_set(&verdict, REASON_DIRECTORY, "");
	assert_string_equal(verdict.text,
			    "The directory does not answer; try again later: ");
	verdict_set(&verdict, REASON_TOO_LONG, "%s%n%99999d");
	assert_string_equal(verdict.text, "Art.13-2(2): %s%n%99999d");
}

static void test_long_detail_is_cut(void **state)
{
	char detail[1000];

	(void)state;
	memset(detail, 'd', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	for (int i = 0; i < REASON_COUNT; i++) {
		struct {
			struct verdict verdict;
			char guard[16];
		} place;

		memset(&place, 0x55, sizeof(place));
		verdict_set(&place.verdict, (enum reason)i, detail);
		assert_int_equal(strlen(place.verdict.text),
				 sizeof(place.verdict.text) - 1);
		for (size_t j = 0; j < sizeof(place.guard); j++)
			assert_int_equal(place.guard[j], 0x55);
	}
}

/* What the audit trail has is found again, and nothing else is taken for a refusal. */
static void test_find(void **state)
{
	static const char *const unknown[] = { "",     "none",   "held",
					       "stor", "storee", "STORE" };
	enum reason found = REASON_NONE;

	(void)state;
	for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		assert_true(reason_find(reason_name((enum reason)i), &found));
		assert_int_equal(found, i);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		found = REASON_STORE;
		if (reason_find(unknown[i], &found))
			fail_msg("\"%s\" is %s", unknown[i], reason_name(found));
		assert_int_equal(found, REASON_STORE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_articles),
		cmocka_unit_test(test_could_not_ask_is_temporary),
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_long_detail_is_cut),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
