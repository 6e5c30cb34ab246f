/*
 * NAME
 *	test_address - addresses, and From: headers that try to be somebody else
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy/address.h"

struct address_case {
	const char *text;
	const char *spec; /* NULL: refused */
};

static void check(const struct address_case *cases, size_t count,
		  bool (*read)(const char *, struct address *, struct kairan_error *))
{
	for (size_t i = 0; i < count; i++) {
		struct address address;
		struct kairan_error error = { "" };
		bool ok = read(cases[i].text, &address, &error);

		if (ok != (cases[i].spec != NULL))
			fail_msg("\"%s\": %s", cases[i].text,
				 ok ? address.spec : error.text);
		if (ok)
			assert_string_equal(address.spec, cases[i].spec);
		else
			assert_string_not_equal(error.text, "");
	}
}

static void test_envelope(void **state)
{
	static const struct address_case cases[] = {
		{ "<a@b.example>", "a@b.example" },
		{ "a@b.example", "a@b.example" },
		{ "A.b@B.EXAMPLE", "A.b@b.example" },
		{ "a..b@docomo.ne.jp", "a..b@docomo.ne.jp" },
		{ ".a@docomo.ne.jp", ".a@docomo.ne.jp" },
		{ "a.@docomo.ne.jp", "a.@docomo.ne.jp" },
		{ "decide+abc@info.town.example", "decide+abc@info.town.example" },
		{ "a@localhost", "a@localhost" },
		{ "\"a\"@b.example", "a@b.example" },
		{ "<\"a..b.\"@docomo.ne.jp>", "a..b.@docomo.ne.jp" },
		{ "\"decide+abc\"@info.town.example", "decide+abc@info.town.example" },
		{ "a@b.example.", "a@b.example" },
		{ "<\"A\"@B.EXAMPLE.>", "A@b.example" },
		{ "", NULL },
		{ "<>", NULL },
		{ "a", NULL },
		{ "@b.example", NULL },
		{ "a@", NULL },
		{ "a@b@c.example", NULL },
		{ "boss@town.example@evil.example", NULL },
		{ "\"a b\"@b.example", NULL },
		{ "\"a\\b\"@b.example", NULL },
		{ "\"a\"b\"@c.example", NULL },
		{ "\"a@b\"@c.example", NULL },
		{ "\"\"@b.example", NULL },
		{ "\"@b.example", NULL },
		{ "\"a@b.example", NULL },
		{ "a\"@b.example", NULL },
		{ "@relay.example:a@b.example", NULL },
		{ "a b@c.example", NULL },
		{ "a@b..example", NULL },
		{ "a@.example", NULL },
		{ "a@b.example..", NULL },
		{ "a@.", NULL },
		{ "a@b.example.x.", "a@b.example.x" },
		{ "a@[127.0.0.1]", NULL },
		{ "a@b.example>", NULL },
		{ "<a@b.example", NULL },
		{ "a\n@b.example", NULL },
		{ "\xe3\x81\x82@b.example", NULL },
		{ "a,b@c.example", NULL },
		{ "a(c)@b.example", NULL },
		{ "a\\@b.example", NULL },
	};

	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]), address_read);
}

static void test_from(void **state)
{
	static const struct address_case cases[] = {
		{ " a@b.example", "a@b.example" },
		{ " a@b.example\r\n", "a@b.example" },
		{ " <a@b.example>", "a@b.example" },
		{ " A B <a@b.example>", "a@b.example" },
		{ " =?utf-8?B?5L2Q6Jek?= <a@b.example>", "a@b.example" },
		{ " \"x@y.example\" <a@b.example>", "a@b.example" },
		{ " \"a \\\" <x@y>\" <a@b.example>", "a@b.example" },
		{ " \xe4\xbd\x90\xe8\x97\xa4 <a@b.example>", "a@b.example" },
		{ " Name\r\n <a@b.example>", "a@b.example" },
		{ " a@b.example, c@d.example", NULL },
		{ " <a@b.example> <c@d.example>", NULL },
		{ " <a@b.example>, <c@d.example>", NULL },
		{ " x@y.example <a@b.example>", NULL },
		{ " <a@b.example> x", NULL },
		{ " <a@b.example> (x@y.example)", NULL },
		{ " (x) <a@b.example>", NULL },
		{ " a@b.example (comment)", NULL },
		{ " group: a@b.example;", NULL },
		{ " group: <a@b.example>;", NULL },
		{ " <@relay.example:a@b.example>", NULL },
		{ " boss@town.example@evil.example", NULL },
		{ " <boss@town.example@evil.example>", NULL },
		{ " <a@b.example\r\nBcc: x@y.example>", NULL },
		{ " a@b.example\nBcc: x@y.example", NULL },
		{ " \"unclosed <a@b.example>", NULL },
		{ " <<a@b.example>>", NULL },
		{ " <a@b.example", NULL },
		{ " <\"a\"@b.example.>", "a@b.example" },
		{ " <\"a b\"@b.example>", NULL },
		{ " <>", NULL },
		{ "", NULL },
		{ " a\x01 <a@b.example>", NULL },
		{ " \033$BKI:R2]\033(B <a@b.example>", "a@b.example" },
		{ " \033$@KI:R\033(J <a@b.example>", "a@b.example" },
		{ " \"\033$B!\"<@\\>,!\033(B\" <a@b.example>", "a@b.example" },
		{ " \033$B<>,@\033(B\r\n \033$BKI\033(B <a@b.example>", "a@b.example" },
		{ " \033$BKI\033$@:R\033(B <a@b.example>", "a@b.example" },
		{ " \033$BKI:R <a@b.example>", NULL },
		{ " \033$BKI\r\n :R\033(B <a@b.example>", NULL },
		{ " \033$BKI:\033(B <a@b.example>", NULL },
		{ " \033(I12\033(B <a@b.example>", NULL },
		{ " \033 <a@b.example>", NULL },
		{ " \033", NULL },
		{ " \"\033$B", NULL },
		{ " <a\033$BKI\033(B@b.example>", NULL },
		{ " <a@b.example> \033$BKI\033(B", NULL },
		{ " \033$BKI\033(B, <a@b.example>", NULL },
		{ " \033$BKI\033(B <x@y.example> <a@b.example>", NULL },
		{ " a@b.example\033$BKI\033(B", NULL },
	};

	(void)state;
	check(cases, sizeof(cases) / sizeof(cases[0]), address_read_from);
}

static void test_length(void **state)
{
	char text[400];
	struct address address;

	(void)state;
	memset(text, 'a', sizeof(text));
	strcpy(text + 64, "@b.example");
	assert_true(address_read(text, &address, NULL));
	assert_int_equal(address.local_len, 64);
	memset(text, 'a', sizeof(text));
	strcpy(text + 65, "@b.example");
	assert_false(address_read(text, &address, NULL));
	memset(text, 'a', sizeof(text));
	text[1] = '@';
	for (size_t i = 40; i < 255; i += 40)
		text[i] = '.';
	text[254] = '\0';
	assert_true(address_read(text, &address, NULL));
	strcpy(text + 254, "a");
	assert_false(address_read(text, &address, NULL));
}

static void test_fold(void **state)
{
	struct address one;

	(void)state;
	assert_true(address_read("Sato@Town.example", &one, NULL));
	assert_string_equal(address_domain(&one), "town.example");
	address_fold(&one);
	assert_string_equal(one.spec, "sato@town.example");
	assert_true(address_is_null("<>"));
	assert_true(address_is_null(""));
	assert_false(address_is_null("<a@b.example>"));
}

/* VERP: another address stands in the local part. */
static void test_completed(void **state)
{
	char text[ADDRESS_MAX + 8];
	struct address address;
	struct kairan_error error;

	(void)state;
	memset(text, 'a', sizeof(text));
	strcpy(text + 150, "@info.town.example");
	assert_false(address_read(text, &address, &error));
	assert_true(address_read_completed(text, &address, &error));
	assert_int_equal(address.local_len, 150);
	memset(text, 'a', sizeof(text));
	strcpy(text + ADDRESS_MAX - 10, "@t.example");
	assert_true(address_read_completed(text, &address, &error));
	memset(text, 'a', sizeof(text));
	strcpy(text + ADDRESS_MAX - 9, "@t.example");
	assert_false(address_read_completed(text, &address, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope), cmocka_unit_test(test_from),
		cmocka_unit_test(test_length),   cmocka_unit_test(test_completed),
		cmocka_unit_test(test_fold),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
