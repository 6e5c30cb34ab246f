/*
 * NAME
 *	test_residents - what residents' mail is taken for
 *
 * DESCRIPTION
 *	What is a no to a confirmation, and which mail is answered.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "policy/consent.h"
#include "policy/resident_limit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	bool refuses_joining, refuses_leaving;
} replies[] = {
	{ "", false, false },
	{ "\n\n", false, false },
	{ "iPhoneから送信", false, false },
	{ "登録します", false, false },
	{ "よろしくお願いします。", false, false },
	{ "はい", false, false },
	{ "OK", false, false },
	{ "I agree", false, false },
	{ "Noriko", false, false },
	{ "> いいえ\n> 心当たりのない方は", false, false },
	{ "登録します\n\n2026年11月27日(金) 9:00 回覧 <kairan@info.town.example>:\n> 心当たりのない",
	  false, false },
	/* Our own mail, not marked as quoted, below its beginning. */
	{ "登録のご確認です。\n次の配信を申し込まれました。\nお心当たりのない方は", false,
	  false },
	{ "いいえ", true, true },
	{ "申し込んでいません", true, true },
	{ "身に覚えがありません。", true, true },
	{ "心当たりがありません", true, true },
	{ "間違いです", true, true },
	{ "キャンセルしてください", true, true },
	{ "No", true, true },
	{ "no, thank you", true, true },
	{ "I didn't ask for this", true, true },
	{ "Cancel", true, true },
	{ "登録しません", true, false },
	{ "いりません", true, false },
	{ "不要です。削除してください", true, false },
	{ "配信停止", true, false },
	{ "迷惑メールを送らないで", true, false },
	{ "STOP", true, false },
	{ "unsubscribe", true, false },
	{ "やめます", true, false },
	{ "退会します", true, false },
	{ "退会しません", true, true },
	{ "このまま続けます", false, true },
	{ "Keep me", false, true },
};

static void test_consent(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		if (consent_is_refused(replies[i].text, true) !=
		    replies[i].refuses_joining)
			fail_msg("joining: %s", replies[i].text);
		if (consent_is_refused(replies[i].text, false) !=
		    replies[i].refuses_leaving)
			fail_msg("leaving: %s", replies[i].text);
	}
}

static void test_limits(void **state)
{
	static const struct resident_limits limits = { .address = 3,
						       .host = 10,
						       .all = 100 };
	static const struct {
		struct resident_counts counts;
		enum resident_limit forged, proven;
	} cases[] = {
		{ { 0, 0, 0, 0 }, RESIDENT_ANSWERED, RESIDENT_ANSWERED },
		{ { 1, 1, 0, 0 }, RESIDENT_LIMIT_ONE, RESIDENT_ANSWERED },
		{ { 0, 2, 9, 99 }, RESIDENT_ANSWERED, RESIDENT_ANSWERED },
		{ { 1, 3, 0, 0 }, RESIDENT_LIMIT_ADDRESS, RESIDENT_LIMIT_ADDRESS },
		{ { 1, 1, 10, 0 }, RESIDENT_LIMIT_HOST, RESIDENT_ANSWERED },
		{ { 0, 3, 0, 0 }, RESIDENT_LIMIT_ADDRESS, RESIDENT_LIMIT_ADDRESS },
		{ { 0, 0, 10, 0 }, RESIDENT_LIMIT_HOST, RESIDENT_ANSWERED },
		{ { 0, 0, 0, 100 }, RESIDENT_LIMIT_ALL, RESIDENT_LIMIT_ALL },
	};
	static const struct resident_limits none = { .address = 3 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(resident_limit_find(&cases[i].counts, &limits, false),
				 cases[i].forged);
		assert_int_equal(resident_limit_find(&cases[i].counts, &limits, true),
				 cases[i].proven);
	}
	assert_int_equal(
	    resident_limit_find(&(struct resident_counts){ 0, 0, 1000, 10000 }, &none,
				false),
	    RESIDENT_ANSWERED);
	assert_string_equal(resident_limit_name(RESIDENT_LIMIT_HOST), "resident-host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("residents", tests, NULL, NULL);
}
