/*
 * NAME
 *	test_subscribable - addresses as people type them, and whose may be a subscriber's
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy/address_typed.h"
#include "policy/subscribable.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_typed(void **state)
{
	static const struct {
		const char *text;
		const char *spec; /* NULL: refused */
	} rows[] = {
		{ "a@b.example", "a@b.example" },
		{ " <A@B.Example> ", "A@b.example" },
		{ "　taro@docomo.ne.jp　", "taro@docomo.ne.jp" },
		{ "\xef\xbb\xbftaro@docomo.ne.jp\xe2\x80\x8b", "taro@docomo.ne.jp" },
		{ "ｔａｒｏ＠ｄｏｃｏｍｏ．ｎｅ．ｊｐ", "taro@docomo.ne.jp" },
		{ "Ｔａｒｏ＿０１＋ｘ＠b.example", "Taro_01+x@b.example" },
		{ "a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp" },
		{ "\"a..b.\"@docomo.ne.jp", "a..b.@docomo.ne.jp" },
		{ "＂ａ．．＂＠docomo.ne.jp", "a..@docomo.ne.jp" },
		{ "-everyone..@docomo.ne.jp", "-everyone..@docomo.ne.jp" },
		/* IDN: one form, whichever dots and width. */
		{ "a@日本語.jp", "a@xn--wgv71a119e.jp" },
		{ "a@日本語。ＪＰ", "a@xn--wgv71a119e.jp" },
		{ "<a@日本語.jp>", "a@xn--wgv71a119e.jp" },
		{ "a@日本語.jp.", "a@xn--wgv71a119e.jp" },
		{ "a@XN--WGV71A119E.jp", "a@xn--wgv71a119e.jp" },
		{ "a@Ｔown.example", "a@town.example" },
		{ "", NULL },
		{ "　", NULL },
		{ "太郎@b.example", NULL },
		{ "太郎", NULL },
		{ "<太郎>", NULL },
		{ "<>", NULL },
		{ "a@>", NULL },
		{ "<a@日本語.jp", NULL },
		{ "a@日本語.jp>x", NULL },
		{ "a@", NULL },
		{ "a@日本語..jp", NULL },
		{ "a b@c.example", NULL },
		{ "a@b@日本語.jp", NULL },
		{ "a@b.example、c@d.example", NULL },
		{ "a@\xff.jp", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address address;
		struct kairan_error error = { "" };
		const bool ok = address_typed_read(rows[i].text, &address, &error);

		if (ok != (rows[i].spec != NULL))
			fail_msg("\"%s\": %s", rows[i].text,
				 ok ? address.spec : error.text);
		if (ok)
			assert_string_equal(address.spec, rows[i].spec);
		else
			assert_string_not_equal(error.text, "");
	}
}

static void test_judge(void **state)
{
	static const struct subscribable_rules rules = { "info.town.example",
							 "postmaster, no-reply",
							 "town.example,office.example" };
	static const struct subscribable_rules none = { "info.town.example", "", "" };
	static const struct {
		const char *address;
		enum subscribable wanted, without; /* where the settings are empty */
	} rows[] = {
		{ "taro@docomo.example", SUBSCRIBABLE_YES, SUBSCRIBABLE_YES },
		{ "postmaster@docomo.example", SUBSCRIBABLE_ROLE, SUBSCRIBABLE_YES },
		{ "PostMaster@docomo.example", SUBSCRIBABLE_ROLE, SUBSCRIBABLE_YES },
		{ "no-reply+x@docomo.example", SUBSCRIBABLE_ROLE, SUBSCRIBABLE_YES },
		{ "postmasters@docomo.example", SUBSCRIBABLE_YES, SUBSCRIBABLE_YES },
		{ "x+postmaster@docomo.example", SUBSCRIBABLE_YES, SUBSCRIBABLE_YES },
		{ "+@docomo.example", SUBSCRIBABLE_YES, SUBSCRIBABLE_YES },
		{ "taro@town.example", SUBSCRIBABLE_DOMAIN, SUBSCRIBABLE_YES },
		{ "taro@Mail.Office.Example", SUBSCRIBABLE_DOMAIN, SUBSCRIBABLE_YES },
		{ "taro@hometown.example", SUBSCRIBABLE_YES, SUBSCRIBABLE_YES },
		{ "bosai@info.town.example", SUBSCRIBABLE_SERVICE, SUBSCRIBABLE_SERVICE },
		{ "a@x.info.town.example", SUBSCRIBABLE_SERVICE, SUBSCRIBABLE_SERVICE },
		{ "a@xinfo.town.example", SUBSCRIBABLE_DOMAIN, SUBSCRIBABLE_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address address;

		assert_true(address_read(rows[i].address, &address, NULL));
		if (subscribable_judge(&address, &rules) != rows[i].wanted ||
		    subscribable_judge(&address, &none) != rows[i].without)
			fail_msg("%s", rows[i].address);
	}
	assert_string_equal(subscribable_say(SUBSCRIBABLE_YES), "");
	assert_non_null(strstr(subscribable_say(SUBSCRIBABLE_ROLE), "refused_roles"));
	assert_non_null(strstr(subscribable_say(SUBSCRIBABLE_DOMAIN), "refused_domains"));
	assert_non_null(strstr(subscribable_say(SUBSCRIBABLE_SERVICE), "Art.2(2)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests_name("subscribable", tests, NULL, NULL);
}
