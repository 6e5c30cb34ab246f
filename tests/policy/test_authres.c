/*
 * NAME
 *	test_authres - what Authentication-Results prove
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "policy/authres.h"

static const struct {
	const char *value;
	bool proves;
} cases[] = {
	{ " mx.town.example; dmarc=pass header.from=town.example", true },
	{ " MX.Town.Example 1; dmarc=pass (p=reject) header.from=Town.Example", true },
	{ " mx.town.example; dkim=pass header.d=town.example", true },
	{ " mx.town.example; dkim=pass header.i=@town.example header.s=key", true },
	{ " mx.town.example;\r\n\tspf=fail smtp.mailfrom=x@y.example;\r\n\tdkim=pass header.d=town.example",
	  true },
	{ " mx.town.example; dkim/1=pass reason=\"good; really\" header.d=town.example",
	  true },
	{ " mx.town.example; none", false },
	{ " mx.town.example; dmarc=fail header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header.from=evil.example", false },
	{ " mx.town.example; dmarc=pass", false },
	{ " mx.town.example; dkim=pass header.d=evil.example", false },
	{ " mx.town.example; dkim=pass header.d=example", false },
	{ " mx.town.example; dkim=pass header.d=n.example", false },
	{ " mx.town.example; dkim=pass header.d=evil.example header.i=@town.example",
	  false },
	{ " mx.town.example; dkim=fail header.d=town.example", false },
	{ " mx.town.example; spf=pass smtp.mailfrom=a@town.example", false },
	{ " mx.evil.example; dmarc=pass header.from=town.example", false },
	{ " mx.town.example.evil; dmarc=pass header.from=town.example", false },
	{ " (mx.town.example) evil; dmarc=pass header.from=town.example", false },
	{ " mx.town.example 2; dmarc=pass header.from=town.example", false },
	{ " mx.town.example; x=fail (dmarc=pass header.from=town.example)", false },
	{ " mx.town.example; x=fail \"; dmarc=pass header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header.from=town.example (unclosed", false },
	{ " mx.town.example; dmarc = pass = header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header.from", false },
	{ " mx.town.example;; dmarc=pass header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header.from=town.example; ; spf=none", false },
	{ " mx.town.example; dmarc=pass header.from=town.example;", false },
	/* What OpenDMARC and OpenDKIM write. */
	{ " mx.town.example; dmarc=pass (p=reject dis=none) header.from=town.example",
	  true },
	{ " mx.town.example;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=town.example "
	  "header.i=@town.example header.a=rsa-sha256 header.s=kairan header.b=LXDqHLYf;\r\n"
	  "\tdkim-atps=neutral",
	  true },
	/* What is not the grammar's. OpenDKIM does not know these for its own, and leaves them in
	 * a mail that brings them. */
	{ " mx.town.example; none; dmarc=pass header.from=town.example", false },
	{ " mx.town.example; none dmarc=pass header.from=town.example", false },
	{ " mx.town.example; \"dmarc\"=\"pass\" header.from=town.example", false },
	{ " mx.town.example; dmarc=pass \"header.from\"=town.example", false },
	{ " mx.town.example; dmarc=pass header.from=town.example abc=z", false },
	{ " mx.town.example; dmarc=pass header.from=town.example reason=late", false },
	{ " mx.town.example; dmarc=pass reason=a reason=b header.from=town.example",
	  false },
	{ " mx.town.example; a.b=c; dmarc=pass header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header.=c header.from=town.example", false },
	{ " mx.town.example; dmarc=pass header..x=c header.from=town.example", false },
	{ " mx.town.example; dmarc=pass a/b=c header.from=town.example", false },
	{ "", false },
	{ ";", false },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (authres_proves(cases[i].value, "mx.town.example", "town.example") !=
		    cases[i].proves)
			fail_msg("\"%s\"", cases[i].value);
}

static void test_parent_domain(void **state)
{
	const char *value = " mx; dkim=pass header.d=town.example";

	(void)state;
	assert_true(authres_proves(value, "mx", "bosai.town.example"));
	assert_false(authres_proves(value, "mx", "notown.example"));
	assert_false(authres_proves(value, "mx", "example"));
	assert_false(authres_proves(value, "mx", ""));
	assert_true(authres_is_ours(value, "MX"));
	assert_false(authres_is_ours(value, "m"));
}

/* Only our own word, and only that of DMARC: a DKIM signature breaks on a list. */
static void test_denied(void **state)
{
	static const struct {
		const char *value;
		bool denied;
	} rows[] = {
		{ " mx.town.example; dmarc=fail header.from=town.example", true },
		{ " mx.town.example; spf=pass; DMARC=Fail (p=reject)", true },
		{ " mx.town.example; dkim=pass; dmarc=fail", true },
		{ " mx.town.example; dmarc=pass header.from=town.example", false },
		{ " mx.town.example; dmarc=none", false },
		{ " mx.town.example; dkim=fail header.d=town.example", false },
		{ " mx.evil.example; dmarc=fail", false },
		{ " mx.town.example; none", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (authres_denies(rows[i].value, "mx.town.example", "town.example") !=
		    rows[i].denied)
			fail_msg("\"%s\"", rows[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_parent_domain),
		cmocka_unit_test(test_denied),
	};

	return cmocka_run_group_tests_name("authres", tests, NULL, NULL);
}
